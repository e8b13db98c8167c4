import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder with `mode` (default 0700), and those above it that are missing; one that is there is left as it is.
 * Not node's `recursive`: where a file system answers that the folder above does not exist although it does (/proc), node
 * tries for ever.
 * @returns the topmost folder that was made, undefined when all were there
 * @throws the system's error
 */
export function makeFolder(path: string, mode = 0o700): string | undefined {
  try {
    mkdirSync(path, { mode });
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return undefined;
    const above = dirname(path);
    const isThere = statSync(above, { throwIfNoEntry: false }) !== undefined;
    if (code !== 'ENOENT' || above === path || isThere) throw error;
    const topmost = makeFolder(above, mode);
    const made = makeFolder(path, mode);
    return topmost ?? made;
  }
}
