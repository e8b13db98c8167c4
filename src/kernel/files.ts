import { constants } from 'node:fs';
import * as system from 'node:fs/promises';
import { makeFolder } from './make-folder.ts';

/** An open file, as far as a log or a journal needs one; a FileHandle of `node:fs/promises` is one. */
export interface OpenFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  write(buffer: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<FileFacts>;
  close(): Promise<void>;
}

/** What tells one file from another. */
export interface FileFacts {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  isFile(): boolean;
}

/** The file system as an argument, so that tests can fill the disk. */
export interface FileSystem {
  /**
   * Flag with which a file is open so that a write returns only when it is durable (`O_DSYNC`): one system call where
   * write and fdatasync are two, at three quarters of the CPU. Absent: every write is followed by `datasync`.
   */
  readonly writeThrough?: number | undefined;
  open(path: string, flags: number, mode?: number): Promise<OpenFile>;
  stat(path: string): Promise<FileFacts>;
  /** Makes missing folders too; answers with the topmost one made. */
  mkdir(path: string, options: { mode: number }): Promise<string | undefined>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/**
 * The machine's file system. Only Linux writes through: elsewhere the flag is missing or, as on macOS, stops at the
 * disk's own cache, which `datasync` does not.
 */
export const systemFs: FileSystem = {
  ...(process.platform === 'linux' ? { writeThrough: constants.O_DSYNC } : {}),
  open: system.open,
  stat: system.stat,
  mkdir: async (path, { mode }) => makeFolder(path, mode),
  readdir: system.readdir,
  rename: system.rename,
  unlink: system.unlink,
};

/** The system's error code (`ENOSPC`), or the error's name where it has none. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** True for the error of a path that does not exist. */
export function isMissing(error: unknown): boolean {
  return causeOf(error) === 'ENOENT';
}

/** Makes durable which names a folder holds: that a file was made, renamed or removed. */
export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  const handle = await fs.open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Up to `length` bytes from `position`; fewer only where the file ends. */
export async function readAll(file: OpenFile, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
