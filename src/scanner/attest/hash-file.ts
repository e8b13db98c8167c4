import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Largest file of evidence, bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const CHUNK = 1024 * 1024;

/** SHA-256 of a file's bytes in hexadecimal digits; undefined where it is no file, is too large or cannot be read. */
export function hashFile(path: string): string | undefined {
  let descriptor: number | undefined;
  try {
    // Without waiting: a named pipe would wait for somebody to write.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const facts = fstatSync(descriptor);
    return facts.isFile() && facts.size <= MAX_BYTES ? hashOf(descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function hashOf(descriptor: number): string | undefined {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  let bytes = 0;
  for (;;) {
    const read = readSync(descriptor, chunk);
    if (read === 0) return hash.digest('hex');
    bytes += read;
    // It may grow while it is read.
    if (bytes > MAX_BYTES) return undefined;
    hash.update(chunk.subarray(0, read));
  }
}
