import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A regular file as it was read, once; or why it was not. What the system refuses is thrown. */
export type Bounded =
  | { readonly bytes: Buffer; readonly stats: Stats }
  | { readonly wrong: 'no-file' | 'too-large'; readonly bytes?: never };

/** How a file is opened. */
export interface Opening {
  /** Whether a symbolic link is followed. Default true. */
  readonly followsLinks?: boolean;
}

/** Read at a time where a file holds more than it said, bytes. */
const CHUNK = 256 * 1024;

/** Reads a regular file of at most `most` bytes. Never waits for a pipe or a device. @throws the system's error */
export async function readBounded(path: string, most: number, { followsLinks = true }: Opening = {}): Promise<Bounded> {
  // Without O_NONBLOCK, to open a named pipe is to wait for its writer.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (followsLinks ? 0 : (constants.O_NOFOLLOW ?? 0));
  const handle = await open(path, flags);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { wrong: 'no-file' };
    if (stats.size > most) return { wrong: 'too-large' };
    const bytes = await readUpTo(handle, stats.size, most + 1);
    return bytes.length > most ? { wrong: 'too-large' } : { bytes, stats };
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** A file may grow while it is read, and those of /proc say that they are empty: its size is where reading begins. */
async function readUpTo(handle: FileHandle, size: number, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let next = Math.max(size, 4_096) + 1;
  for (let total = 0; total < most; ) {
    const chunk = Buffer.alloc(Math.min(next, most - total));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) break;
    chunks.push(chunk.subarray(0, bytesRead));
    total += bytesRead;
    next = CHUNK;
  }
  return Buffer.concat(chunks);
}

/** The code of a system's error, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** What the code means, whatever it is that was to be read. */
export function failureOf(error: unknown): 'gone' | 'denied' | 'other' {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone';
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'other';
}
