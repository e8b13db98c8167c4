import { constants } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MerlonError } from '../kernel/errors.ts';
import {
  type Extent,
  expiredFiles,
  isRotationDue,
  type RotationRule,
  rotatedInOrder,
  rotatedName,
} from '../kernel/rotation.ts';
import { causeOf, type FileFacts, type FileSystem, isMissing, type OpenFile, syncFolder } from '../kernel/files.ts';
import { lockWriter, type WriterLock } from './lock.ts';
import { readTail, type Tail } from './tail.ts';

const OPEN = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

/** Where the log stands and when it rotates. */
export interface LogFileOptions {
  readonly path: string;
  readonly rule: RotationRule;
  /** Full days to keep rotated files; 0 = for ever. */
  readonly retentionDays: number;
  readonly fs: FileSystem;
}

/** The file that is being written, with its lock: knows where the last durable line ends and what its number is. */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #folder: string;
  readonly #base: string;
  #lock: WriterLock | undefined;
  #handle: OpenFile | undefined;
  #identity = { dev: 0, ino: 0 };
  /** Bytes of durable lines, when the last of them was written, and its number. */
  #size = 0;
  #time = 0;
  #seq = 0;
  /** Bytes that a write of ours may have left behind the durable ones. */
  #unconfirmed = 0;

  private constructor(options: LogFileOptions) {
    this.#options = options;
    this.#folder = dirname(options.path);
    this.#base = basename(options.path);
  }

  /**
   * Locks and opens the log, creates it (0600, its folder 0700) when it is missing, cuts a torn last line.
   * @throws MerlonError STATE_NOT_WRITABLE, AUDIT_IN_USE, AUDIT_DAMAGED
   */
  static async open(options: LogFileOptions): Promise<LogFile> {
    const file = new LogFile(options);
    try {
      await file.#attach();
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get #flags(): number {
    return OPEN | (this.#options.fs.writeThrough ?? 0);
  }

  /** Number of the last durable line; 0 before the first. */
  get lastSeq(): number {
    return this.#seq;
  }

  isEmpty(): boolean {
    return this.#size === 0;
  }

  /** True when `next` belongs into a new file, given that `pending` already goes into this one. */
  isRotationDue(next: Extent, pending: Extent = { time: this.#time, bytes: 0 }): boolean {
    return isRotationDue(this.#options.rule, { time: pending.time, bytes: this.#size + pending.bytes }, next);
  }

  /** Writes complete lines; they are durable when the promise resolves. After a rejection only {@link reopen} helps. */
  async append(lines: Uint8Array, lastSeq: number, time: number): Promise<void> {
    if (this.#handle === undefined) throw new Error('not open');
    this.#unconfirmed = lines.length;
    for (let done = 0; done < lines.length; ) {
      const { bytesWritten } = await this.#handle.write(lines, done, lines.length - done);
      done += bytesWritten;
    }
    if (this.#options.fs.writeThrough === undefined) await this.#handle.datasync();
    this.#unconfirmed = 0;
    this.#size += lines.length;
    this.#seq = lastSeq;
    this.#time = time;
  }

  /** Puts the file aside under its period's name and begins a new one. */
  async rotate(): Promise<void> {
    const { path, rule, fs } = this.#options;
    // Never put aside, as if it were ours, what somebody put in its place.
    if (!(await this.isIntact())) throw Object.assign(new Error('not our file'), { code: 'replaced' });
    const aside = rotatedName(this.#base, rule.rotation, this.#time, await fs.readdir(this.#folder));
    await this.#detach();
    await fs.rename(path, join(this.#folder, aside));
    this.#handle = await fs.open(path, this.#flags | constants.O_EXCL, 0o600);
    this.#identity = await this.#handle.stat();
    this.#size = 0;
    await syncFolder(fs, this.#folder);
  }

  /** False when the file or its lock was deleted, replaced, or changed by somebody else. */
  async isIntact(): Promise<boolean> {
    const facts = await this.#options.fs.stat(this.#options.path).catch(() => undefined);
    if (facts === undefined || !this.#isOurs(facts) || facts.size !== this.#size) return false;
    return (await this.#lock?.isHeld()) === true;
  }

  /** Opens the log again after a failure: cuts what a failed write of ours left, never what others wrote. */
  async reopen(): Promise<void> {
    const { path, fs } = this.#options;
    const before = this.#size;
    await this.#detach();
    const facts = await fs.stat(path).catch(ignoreMissing);
    const ours = facts !== undefined && this.#isOurs(facts);
    if (ours && facts.size > before && facts.size <= before + this.#unconfirmed) {
      const handle = await fs.open(path, OPEN, 0o600);
      try {
        await handle.truncate(before);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    }
    await this.#attach();
    this.#unconfirmed = 0;
  }

  /** Removes the rotated files that retention no longer keeps; answers with their names. */
  async prune(now: number): Promise<string[]> {
    const { fs, retentionDays } = this.#options;
    if (retentionDays <= 0) return [];
    const names = expiredFiles(this.#base, await fs.readdir(this.#folder), now, retentionDays);
    for (const name of names) await fs.unlink(join(this.#folder, name));
    if (names.length > 0) await syncFolder(fs, this.#folder);
    return names;
  }

  async close(): Promise<void> {
    await this.#detach();
    this.#lock?.release();
    this.#lock = undefined;
  }

  async #attach(): Promise<void> {
    const { path, fs } = this.#options;
    try {
      const made = await fs.mkdir(this.#folder, { mode: 0o700 });
      if (made !== undefined) await syncFolder(fs, dirname(made));
      const facts = await fs.stat(path).catch(ignoreMissing);
      if (facts !== undefined && !facts.isFile()) throw new MerlonError('STATE_NOT_WRITABLE', `${path} is not a file.`);
      await this.#takeLock();
      this.#handle = await fs.open(path, this.#flags, 0o600);
      await this.#recover(this.#handle);
      await syncFolder(fs, this.#folder);
    } catch (error) {
      if (error instanceof MerlonError) throw error;
      const text = `The audit log ${path} cannot be opened for writing (${causeOf(error)}).`;
      throw new MerlonError('STATE_NOT_WRITABLE', text, { cause: error });
    }
  }

  async #takeLock(): Promise<void> {
    if (await this.#lock?.isHeld()) return;
    this.#lock?.release();
    this.#lock = undefined;
    this.#lock = await lockWriter(`${this.#options.path}.lock`);
  }

  async #recover(handle: OpenFile): Promise<void> {
    const facts = await handle.stat();
    const tail = await readTail(handle, facts.size, this.#options.path);
    if (tail.complete < facts.size) {
      await handle.truncate(tail.complete);
      await handle.datasync();
    }
    const last = tail.last ?? (await this.#newestRotated());
    this.#identity = facts;
    this.#size = tail.complete;
    this.#time = last?.time ?? 0;
    // A file taken away under a running log must not make it count from the start again.
    this.#seq = Math.max(this.#seq, last?.seq ?? 0);
  }

  async #newestRotated(): Promise<Tail['last']> {
    const { fs } = this.#options;
    for (const name of rotatedInOrder(this.#base, await fs.readdir(this.#folder)).toReversed()) {
      const path = join(this.#folder, name);
      const file = await fs.open(path, constants.O_RDONLY);
      try {
        const { last } = await readTail(file, (await file.stat()).size, path);
        if (last !== undefined) return last;
      } finally {
        await file.close();
      }
    }
    return undefined;
  }

  #isOurs(facts: FileFacts): boolean {
    return facts.dev === this.#identity.dev && facts.ino === this.#identity.ino;
  }

  async #detach(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    // A failing disk may fail here too; nothing durable depends on it.
    await handle?.close().catch(() => undefined);
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
  return undefined;
}
