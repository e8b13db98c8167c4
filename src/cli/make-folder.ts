import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MerlonError } from '../kernel/errors.ts';

/**
 * Makes a folder for this user alone, and those above it that are missing; one that is there is left as it is.
 * @throws MerlonError STATE_NOT_WRITABLE
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(path);
  } catch (cause) {
    throw new MerlonError('STATE_NOT_WRITABLE', `The folder ${path} cannot be made.`, { cause });
  }
}

// Not `recursive`: where a file system answers that the folder above does not exist although it does (/proc), node
// tries for ever.
async function make(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path || (await isThere(above))) throw error;
    await make(above);
    await make(path);
  }
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
