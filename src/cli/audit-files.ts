import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MAX_ENTRY } from '../audit/entry.ts';
import { createLineReader } from '../gateway/lines.ts';
import { MerlonError } from '../kernel/errors.ts';
import { rotatedInOrder } from '../kernel/rotation.ts';

/** The files of an audit log: those put aside, oldest first, then the one that is written. */
export interface AuditFiles {
  readonly paths: readonly string[];
  /** Bytes in all, when they were listed. */
  readonly bytes: number;
}

/** Longest line that is taken for an entry, bytes: its text in UTF-8 and what the log adds. */
const MAX_LINE = 3 * MAX_ENTRY + 1_024;

/** Finds the files of an audit log. @throws MerlonError USAGE where there is none */
export async function findAuditFiles(path: string): Promise<AuditFiles> {
  const folder = dirname(path);
  const names: string[] = await readdir(folder).catch(() => []);
  const paths = rotatedInOrder(basename(path), names).map((name) => join(folder, name));
  if (names.includes(basename(path))) paths.push(path);
  if (paths.length === 0) {
    throw new MerlonError('USAGE', `There is no audit log ${JSON.stringify(path)}.`, {
      todo: 'Name the file of security.audit_log_path.',
    });
  }
  const sizes = await Promise.all(paths.map(async (one) => (await stat(one)).size));
  return { paths, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/**
 * Reads files line by line, in bounded memory.
 * @param onBytes told how many bytes have been read so far
 * @throws MerlonError USAGE for a file that cannot be read
 */
export async function readLines(
  paths: readonly string[],
  onLine: (line: string) => void,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let done = 0;
  for (const path of paths) {
    // What is not whole is cut, so it is no JSON, and is counted as unreadable.
    const reader = createLineReader({ maxBytes: MAX_LINE, strict: false, onLine });
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
        if (!Buffer.isBuffer(chunk)) continue;
        reader.push(chunk);
        done += chunk.length;
        onBytes(done);
      }
    } catch (cause) {
      throw new MerlonError('USAGE', `The audit log ${JSON.stringify(path)} cannot be read.`, { cause });
    }
  }
}
