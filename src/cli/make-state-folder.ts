import { MerlonError } from '../kernel/errors.ts';
import { makeFolder } from '../kernel/make-folder.ts';

/**
 * Makes a folder for this user alone, and those above it that are missing.
 * @throws MerlonError STATE_NOT_WRITABLE
 */
export function makeStateFolder(path: string): void {
  try {
    makeFolder(path);
  } catch (cause) {
    throw new MerlonError('STATE_NOT_WRITABLE', `The folder ${path} cannot be made.`, { cause });
  }
}
