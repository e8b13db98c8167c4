import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostFacts } from '../../facts/host.ts';
import { blind, saw } from '../../look.ts';
import { readSystemFile } from '../read-system-file.ts';
import type { Machine } from './machine.ts';
import { matchesGlob, parseLogrotate } from './parse-logrotate.ts';

/** Most files of rules that are read, and the largest, bytes. */
const MAX_FILES = 500;
const MAX_BYTES = 256 * 1024;

/** The rules of logrotate that cover one of the logs. */
export async function lookAtRotation(logs: readonly string[], { etc }: Machine): Promise<HostFacts['rotation']> {
  const folder = join(etc, 'logrotate.d');
  const names = await readdir(folder).catch(() => []);
  const files = [join(etc, 'logrotate.conf'), ...names.slice(0, MAX_FILES).map((name) => join(folder, name))];
  const covered: { path: string; by: string }[] = [];
  let read = 0;
  let denied: Awaited<ReturnType<typeof readSystemFile>> | undefined;
  for (const file of files) {
    const text = await readSystemFile(file, MAX_BYTES);
    if ('blind' in text) {
      if (text.blind === 'no-permission') denied = text;
      continue;
    }
    read += 1;
    const patterns = parseLogrotate(text.saw);
    for (const path of logs) {
      if (patterns.some((pattern) => matchesGlob(pattern, path))) covered.push({ path, by: file });
    }
  }
  if (denied !== undefined && 'blind' in denied && covered.length < logs.length) return denied;
  return read === 0 ? blind('not-offered', 'logrotate is not set up here.', '此处未配置 logrotate。') : saw(covered);
}
