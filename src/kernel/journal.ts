import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { MerlonError } from './errors.ts';
import { causeOf, type FileFacts, type FileSystem, isMissing, type OpenFile, syncFolder, systemFs } from './files.ts';
import { readJournal, writeHeader, writeLine } from './journal-lines.ts';
import type { Json } from './jsonrpc.ts';
import { type Lock, takeLock } from './lock.ts';

/** A file of records that says yes only to what is durable. Records are in force in the order in which they stand. */
export interface Journal {
  /**
   * Adds a record. Records that come in the same turn share one write.
   * @throws MerlonError STATE_UNAVAILABLE when it is not durable: what it says must not count
   */
  append(record: Json): Promise<void>;
  /**
   * Replaces all records by those that `snapshot` gives, which is asked when nothing is being written: by then
   * everything acknowledged has been applied (see {@link JournalOptions.apply}), and nothing else has.
   * Rejects where that did not work, and then nothing is lost.
   * @throws MerlonError STATE_UNAVAILABLE
   */
  compact(snapshot: () => Iterable<Json>): Promise<void>;
  /** Records in the file. */
  readonly length: number;
  /** Makes what waits durable, then lets go of the file and its lock. Records after this are refused. */
  close(): Promise<void>;
}

/** What {@link openJournal} takes. */
export interface JournalOptions {
  readonly path: string;
  /** What the file is for, such as `tasks`; a file that is for something else is refused. */
  readonly purpose: string;
  /**
   * Called with each record in order, when the file is read and when a new one has become durable, before its promise
   * resolves. State that is made of nothing else is what the file says. Where it throws on a record that is read, the
   * file counts as damaged.
   */
  readonly apply: (record: Json) => void;
  /** Default: the machine's files. */
  readonly fs?: FileSystem;
  /** Bytes that may wait for the disk before more are refused; default 16 MiB. */
  readonly maxQueuedBytes?: number;
}

interface Waiting {
  readonly line: Buffer;
  readonly record: Json;
  readonly resolve: () => void;
  readonly reject: (error: MerlonError) => void;
}

interface Compaction {
  readonly snapshot: () => Iterable<Json>;
  readonly resolve: () => void;
  readonly reject: (error: MerlonError) => void;
}

const OPEN = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
/** Bytes of one write, so that neither a buffer nor a torn tail grows large. */
const MAX_BATCH_BYTES = 1_048_576;
const MAX_QUEUED_BYTES = 16 * 1_048_576;

/**
 * Opens a journal, or makes it (0600, in a folder of 0700), and applies its records. A torn last line, which nobody was
 * told of, is cut; any other damage is an error, and the file is left as it is.
 * @throws MerlonError STATE_NOT_WRITABLE, STATE_IN_USE (another process writes it), STATE_DAMAGED
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const journal = new FileJournal(options);
  try {
    await journal.open();
    return journal;
  } catch (error) {
    await journal.close();
    if (error instanceof MerlonError) throw error;
    const text = `${options.path} cannot be opened for writing (${causeOf(error)}).`;
    throw new MerlonError('STATE_NOT_WRITABLE', text, { cause: error });
  }
}

/** Group commit with one loop that does all writing, so that lines, recovery and compaction never overlap. */
class FileJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #fs: FileSystem;
  readonly #folder: string;
  #lock: Lock | undefined;
  #file: OpenFile | undefined;
  #identity = { dev: 0, ino: 0 };
  /** Bytes and records that are durable. */
  #size = 0;
  #length = 0;
  /** Bytes that a write of ours may have left behind the durable ones. */
  #unconfirmed = 0;
  /** True while a rename may not have reached the disk: what is written now could be lost with it. */
  #isFolderUnsure = false;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #compactions: Compaction[] = [];
  #running: Promise<void> | undefined;
  #isClosing = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#fs = options.fs ?? systemFs;
    this.#folder = dirname(options.path);
  }

  get length(): number {
    return this.#length;
  }

  async open(): Promise<void> {
    const { path, purpose, apply } = this.#options;
    const fs = this.#fs;
    const made = await fs.mkdir(this.#folder, { mode: 0o700 });
    if (made !== undefined) await syncFolder(fs, dirname(made));
    const facts = await fs.stat(path).catch(ignoreMissing);
    if (facts !== undefined && !facts.isFile()) throw new MerlonError('STATE_NOT_WRITABLE', `${path} is not a file.`);
    await this.#takeLock();
    await this.#removeLeftover();
    const file = await fs.open(path, this.#flags, 0o600);
    this.#file = file;
    this.#identity = await file.stat();
    const { size } = await file.stat();
    const { complete, length } = await readJournal(file, size, { path, purpose, apply });
    if (complete < size) {
      await file.truncate(complete);
      await file.datasync();
    }
    this.#size = complete;
    this.#length = length;
    if (complete === 0) await this.#write(writeHeader(purpose));
    await syncFolder(fs, this.#folder);
  }

  append(record: Json): Promise<void> {
    if (this.#isClosing) return Promise.reject(unavailable(this.#options.path, 'closed'));
    const line = writeLine(record);
    if (this.#queuedBytes + line.length > (this.#options.maxQueuedBytes ?? MAX_QUEUED_BYTES)) {
      return Promise.reject(unavailable(this.#options.path, 'the disk is too slow'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ line, record, resolve, reject });
      this.#queuedBytes += line.length;
      this.#wake();
    });
  }

  compact(snapshot: () => Iterable<Json>): Promise<void> {
    if (this.#isClosing) return Promise.reject(unavailable(this.#options.path, 'closed'));
    return new Promise((resolve, reject) => {
      this.#compactions.push({ snapshot, resolve, reject });
      this.#wake();
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    while (this.#running !== undefined) await this.#running;
    const file = this.#file;
    this.#file = undefined;
    // A failing disk may fail here too; nothing durable depends on it.
    await file?.close().catch(() => undefined);
    this.#lock?.release();
    this.#lock = undefined;
  }

  get #flags(): number {
    return OPEN | (this.#fs.writeThrough ?? 0);
  }

  async #takeLock(): Promise<void> {
    const { path } = this.#options;
    this.#lock = await takeLock(`${path}.lock`);
    if (this.#lock === undefined) throw new MerlonError('STATE_IN_USE', `Another process writes ${path}.`);
  }

  /** What a compaction left that was killed before its rename; nobody ever relied on it. */
  async #removeLeftover(): Promise<void> {
    await this.#fs.unlink(this.#freshPath).catch(ignoreMissing);
  }

  get #freshPath(): string {
    return `${this.#options.path}.new`;
  }

  #wake(): void {
    // After the current turn of the event loop, so that all records of one turn share the write.
    this.#running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#run());
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#compactions.length > 0) {
      const batch = this.#take();
      if (batch.length > 0) await this.#commit(batch);
      else await this.#compactNow();
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { line } of this.#queue) {
      if (count > 0 && bytes + line.length > MAX_BATCH_BYTES) break;
      bytes += line.length;
      count += 1;
    }
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#queuedBytes -= bytes;
    return batch;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#ready();
      await this.#write(Buffer.concat(batch.map(({ line }) => line)));
    } catch (error) {
      const failure = unavailable(this.#options.path, causeOf(error), error);
      for (const { reject } of batch) reject(failure);
      return;
    }
    this.#length += batch.length;
    for (const { record, resolve, reject } of batch) {
      try {
        this.#options.apply(record);
        resolve();
      } catch (cause) {
        reject(new MerlonError('INTERNAL', 'A record that was written cannot be applied.', { cause }));
      }
    }
  }

  /** Proves that the file is still ours and whole, and takes back what a failed write left. */
  async #ready(): Promise<void> {
    const facts = await this.#fs.stat(this.#options.path).catch(() => undefined);
    if (facts === undefined || !this.#isOurs(facts) || (await this.#lock?.isHeld()) !== true) throw replaced();
    if (this.#isFolderUnsure) await this.#syncFolder();
    if (facts.size === this.#size) return;
    if (facts.size < this.#size || facts.size > this.#size + this.#unconfirmed) throw replaced();
    await this.#file?.truncate(this.#size);
    await this.#file?.datasync();
    this.#unconfirmed = 0;
  }

  #isOurs(facts: FileFacts): boolean {
    return facts.dev === this.#identity.dev && facts.ino === this.#identity.ino;
  }

  async #write(lines: Buffer): Promise<void> {
    if (this.#file === undefined) throw replaced();
    this.#unconfirmed = Math.max(this.#unconfirmed, lines.length);
    await writeOut(this.#file, lines);
    if (this.#fs.writeThrough === undefined) await this.#file.datasync();
    this.#unconfirmed = 0;
    this.#size += lines.length;
  }

  async #compactNow(): Promise<void> {
    const waiting = this.#compactions;
    const last = waiting.at(-1);
    this.#compactions = [];
    if (last === undefined) return;
    try {
      await this.#ready();
      await this.#replaceBy([...last.snapshot()]);
    } catch (error) {
      const failure = unavailable(this.#options.path, causeOf(error), error);
      for (const { reject } of waiting) reject(failure);
      return;
    }
    for (const { resolve } of waiting) resolve();
  }

  async #replaceBy(records: readonly Json[]): Promise<void> {
    const { path, purpose } = this.#options;
    await this.#removeLeftover();
    const fresh = await this.#fs.open(this.#freshPath, this.#flags | constants.O_EXCL, 0o600);
    let size = 0;
    try {
      for (const bytes of inBatches([writeHeader(purpose), ...records.map(writeLine)])) {
        await writeOut(fresh, bytes);
        size += bytes.length;
      }
      await fresh.sync();
      const identity = await fresh.stat();
      await this.#fs.rename(this.#freshPath, path);
      this.#identity = identity;
    } catch (error) {
      await fresh.close().catch(() => undefined);
      throw error;
    }
    // From here on the new file is the journal.
    const old = this.#file;
    this.#file = fresh;
    this.#size = size;
    this.#length = records.length;
    this.#unconfirmed = 0;
    await old?.close().catch(() => undefined);
    await this.#syncFolder();
  }

  async #syncFolder(): Promise<void> {
    this.#isFolderUnsure = true;
    await syncFolder(this.#fs, this.#folder);
    this.#isFolderUnsure = false;
  }
}

async function writeOut(file: OpenFile, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

function* inBatches(lines: readonly Buffer[]): Generator<Buffer> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    batch.push(line);
    bytes += line.length;
    if (bytes < MAX_BATCH_BYTES) continue;
    yield Buffer.concat(batch);
    batch = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(batch);
}

function unavailable(path: string, why: string, cause?: unknown): MerlonError {
  return new MerlonError('STATE_UNAVAILABLE', `${path} cannot be written (${why}).`, { cause });
}

function replaced(): Error {
  return Object.assign(new Error('not our file'), { code: 'replaced' });
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
  return undefined;
}
