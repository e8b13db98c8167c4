import { readFile, stat } from 'node:fs/promises';
import type { SecretFile } from './references.ts';

/** Largest file that a `${file:path}` may name, in bytes. */
const MAX_BYTES = 65_536;
/** The permission bits by which group and others may read. */
const OTHERS_MAY_READ = 0o044;

/** Reads a file that holds one secret; a failure is the end of a sentence "The file X …". */
export async function readSecret(path: string): Promise<SecretFile> {
  try {
    const facts = await stat(path);
    // A pipe or device would never end.
    if (!facts.isFile()) return { failure: 'is not a regular file.' };
    if (facts.size > MAX_BYTES) return { failure: `is larger than ${MAX_BYTES} bytes.` };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    return { text, readableByOthers: process.platform !== 'win32' && (facts.mode & OTHERS_MAY_READ) !== 0 };
  } catch (error) {
    if (error instanceof TypeError) return { failure: 'is not UTF-8 text.' };
    const gone = (error as { code?: unknown }).code === 'ENOENT';
    return { failure: gone ? 'does not exist.' : 'cannot be read by this user.' };
  }
}
