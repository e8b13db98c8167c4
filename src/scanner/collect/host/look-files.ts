import type { Stats } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { rotatedInOrder } from '../../../kernel/rotation.ts';
import type { HostFileFacts } from '../../facts/host.ts';
import { saw } from '../../look.ts';
import type { HostFile } from '../../target.ts';
import { whyNot } from '../read-system-file.ts';
import { within } from './within.ts';

/** Most names of a folder that are read. */
const MAX_NAMES = 20_000;

/** Looks at a file from outside: it is not opened. */
export async function lookAtFile(file: HostFile, uid: number | undefined): Promise<HostFileFacts> {
  return { ...file, facts: await within(file.path, factsOf(file, uid)) };
}

type Facts = HostFileFacts['facts'];

async function factsOf({ path, role }: HostFile, uid: number | undefined): Promise<Facts> {
  try {
    const own = await lstat(path);
    const folder = await modeOf(dirname(path));
    const common = role === 'audit-log' || role === 'server-log' ? { rotated: await rotatedBeside(path) } : {};
    if (!own.isSymbolicLink()) return saw({ ...statFacts(own, uid), folderMode: folder, ...common });
    // A link has no mode: who may change what it leads to counts, and who may turn it elsewhere.
    const linksTo = await realpath(path);
    const folderMode = folder | (await modeOf(dirname(linksTo)));
    return saw({ ...statFacts(await lstat(linksTo), uid), folderMode, linksTo, ...common });
  } catch (error) {
    return whyNot(path, error);
  }
}

async function modeOf(folder: string): Promise<number> {
  const { mode } = await stat(folder);
  return mode & 0o7777;
}

function statFacts(stats: Stats, uid: number | undefined) {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  return { mode: stats.mode & 0o7777, isOwn: stats.uid === uid, bytes: stats.size, kind } as const;
}

/** Earlier parts of a log beside it, at most 100. */
async function rotatedBeside(path: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(dirname(path))) if (names.push(name) >= MAX_NAMES) break;
  } catch {
    // The file itself was seen; what lies beside it may be hidden.
    return [];
  }
  return rotatedNames(basename(path), names).slice(0, 100);
}

/** The names that are earlier parts of the log `base`: as Merlon and as logrotate call them. */
export function rotatedNames(base: string, names: readonly string[]): readonly string[] {
  const own = rotatedInOrder(base, names);
  const numbered = names.filter(
    (name) => name.startsWith(base) && /^([.-]\d{1,10})(\.(gz|xz|zst|bz2))?$/.test(name.slice(base.length)),
  );
  return [...new Set([...own, ...numbered])].sort();
}
