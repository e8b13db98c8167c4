import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { MerlonError } from '../kernel/errors.ts';

/** A file's text, and what tells this version of the file from another one. */
export interface PrivateFile {
  readonly text: string;
  readonly stamp: string;
}

/**
 * Reads a file that decides who may come in; undefined when it does not exist. Checked and read through one
 * descriptor, so that the file cannot be exchanged in between.
 * @param secret true for a file that others may not even read
 * @throws MerlonError KEYS_UNUSABLE when group or others can change it (or read it, for a secret), or on a read error
 */
export function readPrivate(path: string, secret: boolean): PrivateFile | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw unreadable(path, cause);
  }
  try {
    const facts = fstatSync(descriptor);
    // Windows has no such bits.
    if (process.platform !== 'win32' && (facts.mode & (secret ? 0o077 : 0o022)) !== 0) {
      const message = `${path} can be ${secret ? 'read or changed' : 'changed'} by other users of this machine.`;
      throw new MerlonError('KEYS_UNUSABLE', message, { todo: `Run chmod 600 ${path}, and replace what it holds.` });
    }
    return { text: readFileSync(descriptor, 'utf8'), stamp: stampFrom(facts) };
  } catch (cause) {
    if (cause instanceof MerlonError) throw cause;
    throw unreadable(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(path: string, cause: unknown): MerlonError {
  return new MerlonError('KEYS_UNUSABLE', `${path} cannot be read.`, {
    todo: 'Make it readable for this user.',
    cause,
  });
}

/** The stamp of the file now, undefined when there is none; cheap. */
export function stampOf(path: string): string | undefined {
  try {
    const facts = statSync(path, { throwIfNoEntry: false });
    return facts === undefined ? undefined : stampFrom(facts);
  } catch {
    // Not reachable counts as changed; the reader will say why.
    return undefined;
  }
}

function stampFrom(facts: { ino: number; size: number; mtimeMs: number; ctimeMs: number }): string {
  return `${facts.ino}:${facts.size}:${facts.mtimeMs}:${facts.ctimeMs}`;
}

/**
 * Replaces a file as a whole, durably: whoever reads it, even after a power cut, sees the old text or the new one.
 * @param mode permission bits, default 0600
 * @throws MerlonError STATE_NOT_WRITABLE
 */
export function writePrivate(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const descriptor = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new MerlonError('STATE_NOT_WRITABLE', `${path} cannot be written.`, { cause });
  }
}

function syncFolder(folder: string): void {
  // Windows cannot open a folder, and needs no sync of it.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const LOCK_TRIES = 200;
const LOCK_WAIT_MS = 5;

/**
 * Runs `change` while no other process does so for the same path, so that no change is lost to another one.
 * Waits up to 1 s, blocking.
 * @throws MerlonError STATE_NOT_WRITABLE when the lock stays taken (by a process that died, as a rule)
 */
export function withLock<Result>(path: string, change: () => Result): Result {
  const lock = `${path}.lock`;
  for (let tries = 1; !isTaken(lock); tries++) {
    if (tries === LOCK_TRIES) {
      throw new MerlonError('STATE_NOT_WRITABLE', `Another process is changing ${path}.`, {
        todo: `Try again; when no other merlon command runs, remove ${lock}.`,
      });
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_WAIT_MS);
  }
  try {
    return change();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** True when the lock is now ours. */
function isTaken(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw new MerlonError('STATE_NOT_WRITABLE', `${lock} cannot be written.`, { cause });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
