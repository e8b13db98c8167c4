import { readFileSync, statSync } from 'node:fs';
import { MerlonError } from '../../kernel/errors.ts';

/** Largest file that is read unless the caller says otherwise, bytes. */
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * Reads a text file that a person named.
 * @param maxBytes the largest that is read; default 2 MiB
 * @throws MerlonError CONFIG_NOT_FOUND, CONFIG_SYNTAX
 */
export function readTextFile(path: string, maxBytes: number = MAX_BYTES): string {
  let bytes: Buffer;
  try {
    const facts = statSync(path);
    // A pipe or device would never end.
    if (!facts.isFile()) throw new MerlonError('CONFIG_NOT_FOUND', `${path} is not a file.`, NAME_IT);
    if (facts.size > maxBytes) {
      throw new MerlonError('CONFIG_SYNTAX', `${path} is larger than ${maxBytes} bytes.`, {
        todo: 'Name a smaller one.',
      });
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof MerlonError) throw error;
    const isGone = (error as { code?: unknown }).code === 'ENOENT';
    const what = isGone ? 'does not exist' : 'cannot be read by this user';
    throw new MerlonError('CONFIG_NOT_FOUND', `${path} ${what}.`, NAME_IT);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new MerlonError('CONFIG_SYNTAX', `${path} is not UTF-8 text.`, { todo: 'Save the file as UTF-8.' });
  }
}

const NAME_IT = { todo: 'Correct the path, or make the file readable.' };
