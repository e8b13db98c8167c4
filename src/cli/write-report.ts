import { randomBytes } from 'node:crypto';
import { lstatSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MerlonError } from '../kernel/errors.ts';

/**
 * Says before a scan what would only show after it: that a report has nowhere to go.
 * @throws MerlonError USAGE, STATE_NOT_WRITABLE
 */
export function checkPlaceOf(file: string): void {
  if (statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new MerlonError('USAGE', `The folder of ${JSON.stringify(file)} does not exist.`, { todo: 'Make it first.' });
  }
  kindOf(file);
}

/**
 * Writes a report: whole or not at all, and readable for its user alone, because it says where a deployment is weak. A
 * link that somebody put in its place is not followed, unless to a device or pipe such as `/dev/stdout`.
 * @throws MerlonError STATE_NOT_WRITABLE
 */
export async function writeReport(file: string, text: string): Promise<void> {
  const kind = kindOf(file);
  try {
    if (kind === 'stream') return await writeFile(file, text);
    const part = `${file}.${randomBytes(6).toString('hex')}.part`;
    try {
      await writeFile(part, text, { mode: 0o600, flag: 'wx' });
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  } catch (cause) {
    throw new MerlonError('STATE_NOT_WRITABLE', `The file ${file} cannot be written.`, { cause });
  }
}

function kindOf(file: string): 'file' | 'stream' {
  const named = lstatSync(file, { throwIfNoEntry: false });
  const meant = statSync(file, { throwIfNoEntry: false });
  if (meant?.isDirectory() === true) throw wrongPlace(file, 'is a folder');
  if (meant !== undefined && !meant.isFile()) return 'stream';
  if (named?.isSymbolicLink() === true) throw wrongPlace(file, 'is a link, which is not written through');
  return 'file';
}

function wrongPlace(file: string, what: string): MerlonError {
  return new MerlonError('STATE_NOT_WRITABLE', `${file} ${what}.`, { todo: 'Name a file of its own.' });
}
