import { close, constants, fstatSync, openSync, readSync, statSync, write } from 'node:fs';
import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { makeFolder } from '../kernel/make-folder.ts';
import { expiredFiles, isRotationDue, type RotationRule, rotatedName } from '../kernel/rotation.ts';

/** Where the log goes and what it does when the disk cannot keep up. */
export interface LogFileOptions {
  readonly path: string;
  readonly rule: RotationRule;
  /** Full days to keep rotated files; 0 = for ever. */
  readonly retentionDays: number;
  readonly clock: Clock;
  /** Bytes that may wait; above it droppable lines are lost, above twice as much all. */
  readonly maxBufferedBytes: number;
  readonly noteLine: NoteLine;
}

/** The text of a line that the file itself has to say, such as how many lines were lost. */
export type NoteLine = (message: string, fields: Readonly<Record<string, unknown>>) => string;

interface Line {
  readonly text: string;
  readonly time: number;
  readonly bytes: number;
}

const OPEN = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
const CHECK_EVERY_MS = 1_000;
const NEWLINE = 10;
const writeTo = promisify(write);
const closeFd = promisify(close);

/** A log file that never makes its callers wait: lines are buffered, written together, and lost rather than waited for. */
export class LogFile {
  readonly #options: LogFileOptions;
  #fd: number | undefined;
  #ino = 0;
  #size = 0;
  #time = 0;
  /** True when the file ends within a line: the next one must not become its tail. */
  #isTorn = false;
  #lines: Line[] = [];
  #buffered = 0;
  #lost = 0;
  #checkAt = 0;
  #mustPrune = true;
  #running: Promise<void> | undefined;
  #isClosed = false;

  /** @throws MerlonError STATE_NOT_WRITABLE */
  constructor(options: LogFileOptions) {
    this.#options = options;
    try {
      this.#open();
    } catch (error) {
      if (error instanceof MerlonError) throw error;
      const text = `The log file ${options.path} cannot be opened for writing (${causeOf(error)}).`;
      throw new MerlonError('STATE_NOT_WRITABLE', text, { cause: error });
    }
    this.#checkAt = options.clock.now() + CHECK_EVERY_MS;
  }

  /** Takes a line; a droppable one is lost when too many wait. */
  add(text: string, isDroppable: boolean): void {
    if (this.#isClosed) return;
    const bytes = Buffer.byteLength(text);
    const limit = this.#options.maxBufferedBytes * (isDroppable ? 1 : 2);
    if (this.#buffered + bytes > limit) {
      this.#lost += 1;
      return;
    }
    this.#lines.push({ text, time: this.#options.clock.now(), bytes });
    this.#buffered += bytes;
    this.#running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#run());
  }

  /** Writes what waits and lets go of the file. */
  async close(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    this.#isClosed = true;
    await this.#release();
  }

  #open(): void {
    const { path } = this.#options;
    makeFolder(dirname(path));
    // Before opening: a device or a pipe may answer with a side effect, and must never be renamed by rotation.
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts !== undefined && !facts.isFile()) throw new MerlonError('STATE_NOT_WRITABLE', `${path} is not a file.`);
    this.#fd = openSync(path, OPEN, 0o600);
    const { ino, size, mtimeMs } = fstatSync(this.#fd);
    this.#ino = ino;
    this.#size = size;
    this.#time = size === 0 ? 0 : mtimeMs;
    const last = Buffer.alloc(1);
    this.#isTorn = size > 0 && readSync(this.#fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
  }

  async #run(): Promise<void> {
    while (this.#lines.length > 0) {
      try {
        await this.#lookAtFile();
        await this.#writeSome();
      } catch {
        await this.#loseAll();
      }
    }
    this.#running = undefined;
  }

  async #writeSome(): Promise<void> {
    const [first] = this.#lines;
    if (first === undefined) return;
    if (isRotationDue(this.#options.rule, { time: this.#time, bytes: this.#size }, first)) await this.#rotate();
    const noted = this.#noteLosses();
    const batch = this.#take();
    // Lost until the contrary is proven; the line that tells of losses is none.
    const atRisk = noted > 0 ? batch.length - 1 : batch.length;
    this.#lost += atRisk;
    await this.#write(`${this.#isTorn ? '\n' : ''}${batch.map((line) => line.text).join('')}`);
    this.#lost -= atRisk + noted;
    for (const line of batch) this.#buffered -= line.bytes;
    this.#time = Math.max(this.#time, batch.at(-1)?.time ?? 0);
    await this.#prune();
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) {
      if (this.#fd === undefined) throw new Error('not open');
      const { bytesWritten } = await writeTo(this.#fd, bytes, done, bytes.length - done, null);
      done += bytesWritten;
      this.#size += bytesWritten;
    }
    this.#isTorn = false;
  }

  #take(): Line[] {
    const { rule } = this.#options;
    let bytes = 0;
    let time = this.#time;
    let count = 0;
    for (const line of this.#lines) {
      if (count > 0 && isRotationDue(rule, { time, bytes: this.#size + bytes }, line)) break;
      bytes += line.bytes;
      time = Math.max(time, line.time);
      count += 1;
    }
    return this.#lines.splice(0, count);
  }

  async #rotate(): Promise<void> {
    const { path, rule } = this.#options;
    const folder = dirname(path);
    const aside = rotatedName(basename(path), rule.rotation, this.#time, await readdir(folder));
    await this.#release();
    await rename(path, join(folder, aside));
    this.#open();
    this.#mustPrune = true;
  }

  async #prune(): Promise<void> {
    if (!this.#mustPrune) return;
    this.#mustPrune = false;
    const { path, retentionDays, clock } = this.#options;
    const folder = dirname(path);
    try {
      const names = expiredFiles(basename(path), await readdir(folder), clock.now(), retentionDays);
      for (const name of names) await unlink(join(folder, name));
    } catch (error) {
      this.add(this.#options.noteLine('Old log files could not be removed.', { cause: causeOf(error) }), false);
    }
  }

  /** Opens the file anew when somebody (logrotate) moved or removed it, and after a failure; at most once a second. */
  async #lookAtFile(): Promise<void> {
    const now = this.#options.clock.now();
    if (now < this.#checkAt) return;
    this.#checkAt = now + CHECK_EVERY_MS;
    const facts = await stat(this.#options.path).catch(() => undefined);
    if (this.#fd !== undefined && facts?.ino === this.#ino) return;
    await this.#release();
    this.#open();
  }

  /** Puts a line about lost ones before the others; answers with the number that it tells. */
  #noteLosses(): number {
    if (this.#lost === 0) return 0;
    const text = this.#options.noteLine('Log lines were lost.', { lost: this.#lost });
    const bytes = Buffer.byteLength(text);
    this.#buffered += bytes;
    this.#lines.unshift({ text, time: this.#lines[0]?.time ?? this.#options.clock.now(), bytes });
    return this.#lost;
  }

  async #loseAll(): Promise<void> {
    this.#lost += this.#lines.length;
    this.#lines = [];
    this.#buffered = 0;
    await this.#release();
  }

  async #release(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await closeFd(fd).catch(() => undefined);
  }
}

function causeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
