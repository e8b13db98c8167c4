import { chmod, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { MerlonError } from '../kernel/errors.ts';
import { causeOf } from './files.ts';

/** Held by the one process that may write a log. */
export interface WriterLock {
  /** False once the lock file was deleted or replaced, so that another process could take it. */
  isHeld(): Promise<boolean>;
  release(): void;
}

/**
 * Takes the lock beside a log. Node has no `flock`, but SQLite locks its files with the kernel's record locks, which
 * end with the process however it dies (a pid in a file would outlive `kill -9` and lie between containers). The file
 * stays empty: nothing is ever written to it, so nothing in it can break. Never open the lock file otherwise in this
 * process: closing any descriptor of it would drop the lock.
 * @throws MerlonError AUDIT_IN_USE, STATE_NOT_WRITABLE
 */
export async function lockWriter(path: string): Promise<WriterLock> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('BEGIN IMMEDIATE');
    await chmod(path, 0o600);
    const { dev, ino } = await stat(path);
    return held(database, path, dev, ino);
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw new MerlonError('AUDIT_IN_USE', `Another process writes the audit log beside ${path}.`);
    throw new MerlonError('STATE_NOT_WRITABLE', `The lock file ${path} cannot be written (${causeOf(error)}).`, {
      cause: error,
    });
  }
}

function held(database: DatabaseSync, path: string, dev: number, ino: number): WriterLock {
  return {
    isHeld: async () => {
      const now = await stat(path).catch(() => undefined);
      return now?.dev === dev && now.ino === ino;
    },
    release: () => database.close(),
  };
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
