import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MAX_TEXT } from '../clients/tree.ts';
import { MerlonError } from '../kernel/errors.ts';
import { makeFolder } from '../kernel/make-folder.ts';

/** A client's file as it was found. */
export interface FoundFile {
  /** As named, a link perhaps. */
  readonly path: string;
  /** What it says; undefined when there is no such file. A byte order mark is kept. */
  readonly text: string | undefined;
}

const PRIVATE = 0o600;

/** Reads a client's file. @throws MerlonError CLIENT_FILE_UNUSABLE, CONFIG_SYNTAX when it is no UTF-8 text */
export function readClientFile(path: string): FoundFile {
  const text = explained(path, 'read', () => readText(path));
  return { path, text };
}

/** @throws MerlonError CLIENT_FILE_UNUSABLE when the file, should it be there, may not be written */
export function checkWritable({ path, text }: FoundFile): void {
  if (text === undefined) return;
  explained(path, 'written', () => accessSync(path, constants.W_OK));
  // The superuser may write what somebody has marked as not to be written.
  if ((statSync(path).mode & 0o222) === 0) throw unusable(path, 'is marked as read-only');
}

/**
 * Puts a new text in the file's place: whole or not at all, with the mode and owner it had. Where the file is a link, its
 * target is replaced. What was there is kept beside the file as named.
 * @returns the path of the backup; undefined when there was no file
 * @throws MerlonError CLIENT_FILE_CHANGED, CLIENT_FILE_UNUSABLE; then nothing has changed
 */
export function replaceClientFile(found: FoundFile, text: string): string | undefined {
  return explained(found.path, 'written', () => {
    checkUnchanged(found);
    if (found.text === undefined) {
      makeFolder(dirname(found.path));
      writeWhole(found.path, text, undefined);
      return undefined;
    }
    const backup = makeBackup(found.path, found.text);
    try {
      writeWhole(realpathSync(found.path), text, found);
    } catch (error) {
      rmSync(backup, { force: true });
      throw error;
    }
    return backup;
  });
}

/** As {@link replaceClientFile}, but makes no backup, and removes the one that it makes needless. */
export function restoreClientFile(found: FoundFile, text: string, needless: string | undefined): void {
  explained(found.path, 'written', () => {
    checkUnchanged(found);
    writeWhole(realpathSync(found.path), text, found);
    if (needless !== undefined) rmSync(needless, { force: true });
  });
}

/** The backups beside a file, the newest first. */
export function backupsOf(path: string): string[] {
  const start = `${basename(path)}${INFIX}`;
  const numbers = namesIn(dirname(path)).flatMap((name) => {
    const number = name.startsWith(start) ? name.slice(start.length) : '';
    return /^[1-9]\d{0,8}$/.test(number) ? [Number(number)] : [];
  });
  return numbers.sort((a, b) => b - a).map((number) => `${path}${INFIX}${number}`);
}

const INFIX = '.merlon-backup-';

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) {
    // A link to nothing: writing it would make a file at a place that nobody named.
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw unusable(path, 'is a link that leads nowhere');
    return undefined;
  }
  if (!facts.isFile()) throw unusable(path, 'is no file');
  if (facts.size > MAX_TEXT * 3) throw unusable(path, 'is too large');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new MerlonError('CONFIG_SYNTAX', `${path} is no UTF-8 text.`, {
      todo: 'Save the file as UTF-8. Nothing was written.',
    });
  }
}

function checkUnchanged({ path, text }: FoundFile): void {
  if (readText(path) !== text) throw new MerlonError('CLIENT_FILE_CHANGED', `${path} was changed meanwhile.`);
}

function makeBackup(path: string, text: string): string {
  const [newest] = backupsOf(path);
  const last = newest === undefined ? 0 : Number(newest.slice(path.length + INFIX.length));
  const backup = `${path}${INFIX}${last + 1}`;
  // `wx`: a backup is never written over, nor through a link that somebody put there.
  writeFileSync(backup, text, { flag: 'wx', mode: PRIVATE, flush: true });
  chmodSync(backup, statSync(path).mode & 0o777);
  return backup;
}

function writeWhole(target: string, text: string, like: FoundFile | undefined): void {
  const temporary = join(dirname(target), `.${basename(target)}.merlon-${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: PRIVATE, flush: true });
    if (like !== undefined) copyRights(target, temporary, like);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushFolder(dirname(target));
}

/** The last look before the exchange: clients write their files themselves, at any time. */
function copyRights(target: string, temporary: string, like: FoundFile): void {
  const { mode, uid, gid } = statSync(target);
  const mine = statSync(temporary);
  if (mine.uid !== uid || mine.gid !== gid) chownSync(temporary, uid, gid);
  chmodSync(temporary, mode & 0o7777);
  checkUnchanged(like);
}

function flushFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    // Not every system lets a folder be opened; the file itself is flushed.
  }
}

function explained<T>(path: string, verb: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof MerlonError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw unusable(path, `cannot be ${verb} (${code})`, error);
  }
}

function unusable(path: string, what: string, cause?: unknown): MerlonError {
  return new MerlonError('CLIENT_FILE_UNUSABLE', `${path} ${what}.`, cause === undefined ? {} : { cause });
}
