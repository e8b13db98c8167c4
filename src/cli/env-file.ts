import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MerlonError } from '../kernel/errors.ts';

/** A file of `NAME=value` lines as it was found. */
export interface EnvFile {
  readonly path: string;
  /** What it says; undefined where there is none. */
  readonly text: string | undefined;
  /** The variables in it. */
  readonly values: ReadonlyMap<string, string>;
}

const PRIVATE = 0o600;
/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;
/** Largest file that is read, bytes. */
const MAX_BYTES = 1024 * 1024;

/** Reads a file of variables. Only a regular file of this user's own that nobody else can use will do. @throws MerlonError USAGE */
export function readEnvFile(path: string): EnvFile {
  const facts = lookAt(path);
  if (facts === undefined) {
    if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true)
      throw refused(path, 'is in no folder');
    return { path, text: undefined, values: new Map() };
  }
  // A link could lead to where others read it.
  if (!facts.isFile()) throw refused(path, 'is no regular file');
  if (facts.size > MAX_BYTES) throw refused(path, 'is too large');
  const me = process.getuid?.();
  if (me !== undefined && facts.uid !== me) throw refused(path, 'belongs to another user');
  if (me !== undefined && (facts.mode & OTHERS) !== 0) {
    throw refused(path, 'can be used by others than its owner', 'chmod 600 it, or name another file.');
  }
  const text = textOf(path);
  return { path, text, values: valuesIn(text) };
}

/** True for what fits on a line and reads the same in every program that reads such files. */
export function canHoldInEnvFile(value: string): boolean {
  return !/[\p{Cc}\u2028\u2029']/u.test(value) && value.trim() === value;
}

/**
 * Adds variables below what is there, and changes none. The file is replaced as a whole, readable for its owner alone.
 * @throws MerlonError USAGE, CLIENT_FILE_CHANGED; then nothing has changed
 */
export function addToEnvFile(found: EnvFile, values: ReadonlyMap<string, string>): EnvFile {
  const fresh = [...values].filter(([name]) => !found.values.has(name));
  if (fresh.length === 0) return found;
  const now = readEnvFile(found.path);
  if (now.text !== found.text) throw new MerlonError('CLIENT_FILE_CHANGED', `${found.path} was changed meanwhile.`);
  const before = found.text ?? '';
  const lines = fresh.map(([name, value]) => `${name}=${quoted(value)}\n`);
  writeWhole(found.path, (before === '' || before.endsWith('\n') ? before : `${before}\n`) + lines.join(''));
  return readEnvFile(found.path);
}

function writeWhole(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.merlon-${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: PRIVATE, flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw refused(path, `cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

function lookAt(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    throw refused(path, 'cannot be looked at');
  }
}

function textOf(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch {
    throw refused(path, 'cannot be read as text');
  }
}

function valuesIn(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) values.set(name, unquoted(value.trim()));
  }
  return values;
}

function unquoted(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}

function quoted(value: string): string {
  return /^[\w./+=:@%,-]+$/.test(value) ? value : `'${value}'`;
}

function refused(path: string, what: string, todo = 'Name a file of your own for --secrets-to.'): MerlonError {
  return new MerlonError('USAGE', `${path} ${what}, so no credential is written there.`, { todo });
}
