import { chmod, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';

/** Held by the one process that may write a file. */
export interface Lock {
  /** False once the lock file was deleted or replaced, so that another process could take it. */
  isHeld(): Promise<boolean>;
  release(): void;
}

/**
 * Takes the lock that stands beside a file; undefined while another process holds it. Node has no `flock`, but SQLite
 * locks its files with the kernel's record locks, which end with the process however it dies (a pid in a file would
 * outlive `kill -9` and lie between containers). The lock file stays empty: nothing is ever written to it, so nothing in
 * it can break. Never open it otherwise in this process: closing any descriptor of it would drop the lock.
 * @throws the system's error
 */
export async function takeLock(path: string): Promise<Lock | undefined> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('BEGIN IMMEDIATE');
    await chmod(path, 0o600);
    const { dev, ino } = await stat(path);
    return held(database, path, dev, ino);
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

function held(database: DatabaseSync, path: string, dev: number, ino: number): Lock {
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
