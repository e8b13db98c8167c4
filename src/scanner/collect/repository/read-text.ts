import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

// A link that took a file's place, a pipe that nobody writes to: neither is followed or waited for.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The bytes of a regular file; undefined when it is none, cannot be read, or is larger than `most` bytes. */
export async function readBytes(path: string, most: number): Promise<Buffer | undefined> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(path, FLAGS);
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size > most) return undefined;
    // A file may grow while it is read, and some say that they are empty.
    const buffer = Buffer.alloc(Math.min(most, Math.max(stat.size, 4096)) + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length > most ? undefined : buffer.subarray(0, length);
  } catch {
    return undefined;
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

/** The text of a file; undefined also where it is binary: where it holds a NUL. */
export async function readText(path: string, most: number): Promise<string | undefined> {
  const bytes = await readBytes(path, most);
  if (bytes === undefined || bytes.includes(0)) return undefined;
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
