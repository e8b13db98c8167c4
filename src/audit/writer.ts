import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type AuditEntry, encodeEntry, type LifecycleEntry } from './entry.ts';
import { causeOf } from '../kernel/files.ts';
import type { LogFile } from './log-file.ts';

/** How much may wait, and who hears of the log's state. */
export interface WriterOptions {
  readonly clock: Clock;
  /** Entries that may wait to become durable. */
  readonly maxQueuedEntries: number;
  /** Bytes that may wait to become durable. */
  readonly maxQueuedBytes: number;
  readonly onStateChange: (state: WriterState) => void;
}

/** Whether the log takes entries, and what changed that (`ENOSPC`, `replaced`, `recovered`). */
export interface WriterState {
  readonly writable: boolean;
  readonly cause: string;
}

interface Waiting {
  readonly text: string;
  /** Upper bound of the line's size. */
  readonly bytes: number;
  readonly time: number;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: MerlonError) => void;
}

interface Failure {
  readonly since: number;
  readonly cause: string;
  readonly error: MerlonError;
  refused: number;
  retryAt: number;
}

/** Room for `{"seq":9007199254740991,"time":"2026-11-22T00:00:00.000Z",` and the newline. */
const LINE_OVERHEAD = 64;
/** Bytes of one write, so that neither a buffer nor a torn tail grows large. */
const MAX_BATCH_BYTES = 1_048_576;
const CHECK_EVERY_MS = 1_000;
const RETRY_AFTER_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;

/**
 * Group commit: entries that arrive while a write is under way go out together in the next one, with one fdatasync.
 * One loop does all I/O, so that lines, rotation and recovery never overlap.
 */
export class GroupWriter {
  readonly #file: LogFile;
  readonly #options: WriterOptions;
  readonly #stopPruning: () => void;
  #queue: Waiting[] = [];
  #queuedEntries = 0;
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #failure: Failure | undefined;
  #cancelRetry: () => void = () => undefined;
  #isClosing = false;
  #checkAt = 0;
  #pruneAt = 0;
  #stamp = { ms: Number.NaN, iso: '' };

  constructor(file: LogFile, options: WriterOptions) {
    this.#file = file;
    this.#options = options;
    this.#stopPruning = options.clock.every(PRUNE_EVERY_MS, () => this.#wake());
    this.#checkAt = options.clock.now() + CHECK_EVERY_MS;
  }

  get lastSeq(): number {
    return this.#file.lastSeq;
  }

  isWritable(): boolean {
    return this.#failure === undefined && !this.#isClosing;
  }

  append(entry: AuditEntry): Promise<number> {
    const time = this.#options.clock.now();
    const refusal = this.#refusal(time);
    if (refusal !== undefined) return Promise.reject(refusal);
    const text = encodeEntry(entry);
    if (text === undefined) return Promise.reject(new MerlonError('INTERNAL', 'An audit entry is too long.'));
    return this.#enqueue(text, time);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopPruning();
    this.#cancelRetry();
    while (this.#running !== undefined) await this.#running;
    await this.#file.close();
  }

  #enqueue(text: string, time: number): Promise<number> {
    const bytes = Buffer.byteLength(text) + LINE_OVERHEAD;
    return new Promise((resolve, reject) => {
      this.#queue.push({ text, bytes, time, resolve, reject });
      this.#queuedEntries += 1;
      this.#queuedBytes += bytes;
      this.#wake();
    });
  }

  #refusal(now: number): MerlonError | undefined {
    if (this.#isClosing) return new MerlonError('AUDIT_UNAVAILABLE', 'The audit log is closed.');
    const failure = this.#failure;
    if (failure !== undefined && now < failure.retryAt) {
      failure.refused += 1;
      return failure.error;
    }
    const { maxQueuedEntries, maxQueuedBytes } = this.#options;
    if (this.#queuedEntries < maxQueuedEntries && this.#queuedBytes < maxQueuedBytes) return undefined;
    if (failure !== undefined) failure.refused += 1;
    return new MerlonError('AUDIT_UNAVAILABLE', 'The disk is too slow for the audit log: too many entries wait.', {
      todo: 'Try again shortly; if it stays so, give the audit log a faster disk.',
    });
  }

  #wake(): void {
    // After the current turn of the event loop, so that all entries of one turn share the write.
    this.#running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#run());
  }

  async #run(): Promise<void> {
    do {
      await this.#lookAtFile();
      if (this.#failure !== undefined && !(await this.#recover(this.#failure))) break;
      if (this.#queue.length > 0) await this.#commit();
      await this.#prune();
    } while (this.#queue.length > 0);
    this.#running = undefined;
  }

  async #commit(): Promise<void> {
    let batch: Waiting[] = [];
    try {
      const first = this.#queue[0];
      if (first !== undefined && this.#file.isRotationDue(first)) await this.#file.rotate();
      batch = this.#take();
      const begin = this.#file.lastSeq + 1;
      await this.#write(batch, begin);
      for (let i = 0; i < batch.length; i++) batch[i]?.resolve(begin + i);
      this.#release(batch);
    } catch (error) {
      this.#retryLater(this.#fail(causeOf(error), error));
      this.#rejectAll(batch);
    }
  }

  /** The longest run from the head of the queue that belongs into the current file and fits one write. */
  #take(): Waiting[] {
    const queue = this.#queue;
    let bytes = 0;
    let count = 0;
    let time = 0;
    for (const waiting of queue) {
      if (count > 0 && bytes + waiting.bytes > MAX_BATCH_BYTES) break;
      if (count > 0 && this.#file.isRotationDue(waiting, { time, bytes })) break;
      bytes += waiting.bytes;
      time = Math.max(time, waiting.time);
      count += 1;
    }
    this.#queue = queue.slice(count);
    return count === queue.length ? queue : queue.slice(0, count);
  }

  async #write(batch: readonly Waiting[], begin: number): Promise<void> {
    let lines = '';
    let seq = begin;
    let time = 0;
    for (const waiting of batch) {
      lines += `{"seq":${seq},"time":"${this.#iso(waiting.time)}",${waiting.text.slice(1)}\n`;
      time = Math.max(time, waiting.time);
      seq += 1;
    }
    await this.#file.append(Buffer.from(lines), seq - 1, time);
  }

  #iso(ms: number): string {
    if (ms !== this.#stamp.ms) this.#stamp = { ms, iso: new Date(ms).toISOString() };
    return this.#stamp.iso;
  }

  #release(batch: readonly Waiting[]): void {
    this.#queuedEntries -= batch.length;
    for (const waiting of batch) this.#queuedBytes -= waiting.bytes;
  }

  #rejectAll(batch: readonly Waiting[]): void {
    const waiting = [...batch, ...this.#queue];
    this.#queue = [];
    this.#release(waiting);
    const failure = this.#failure;
    if (failure === undefined) return;
    failure.refused += waiting.length;
    for (const { reject } of waiting) reject(failure.error);
  }

  #fail(cause: string, error?: unknown): Failure {
    const since = this.#options.clock.now();
    const text = `The audit log cannot be written (${cause}).`;
    const unavailable = new MerlonError('AUDIT_UNAVAILABLE', text, { cause: error });
    this.#failure = { since, cause, error: unavailable, refused: 0, retryAt: since };
    this.#announce({ writable: false, cause });
    return this.#failure;
  }

  #announce(state: WriterState): void {
    // Apart from the loop, which a failing listener must not stop.
    queueMicrotask(() => this.#options.onStateChange(state));
  }

  #retryLater(failure: Failure): void {
    failure.retryAt = this.#options.clock.now() + RETRY_AFTER_MS;
    this.#cancelRetry();
    if (this.#isClosing) return;
    // Not only on the next entry: a gateway that says it is not ready gets no calls, so no entries either.
    this.#cancelRetry = this.#options.clock.after(RETRY_AFTER_MS, () => {
      // The wall clock may have stepped back meanwhile; the timer did not.
      failure.retryAt = Number.NEGATIVE_INFINITY;
      this.#wake();
    });
  }

  async #lookAtFile(): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#failure !== undefined || now < this.#checkAt) return;
    this.#checkAt = now + CHECK_EVERY_MS;
    if (!(await this.#file.isIntact())) this.#fail('replaced');
  }

  /** Opens the file again and proves with an entry of its own that it can be written. */
  async #recover(failure: Failure): Promise<boolean> {
    const time = this.#options.clock.now();
    if (time < failure.retryAt) {
      this.#rejectAll([]);
      return false;
    }
    try {
      const line = recoveredLine(failure, time);
      await this.#file.reopen();
      if (this.#file.isRotationDue(line)) await this.#file.rotate();
      await this.#write([line], this.#file.lastSeq + 1);
    } catch {
      this.#retryLater(failure);
      this.#rejectAll([]);
      return false;
    }
    this.#failure = undefined;
    this.#cancelRetry();
    this.#announce({ writable: true, cause: 'recovered' });
    return true;
  }

  /** Retention, at most once an hour; never before the current file has a line, or the count could be lost. */
  async #prune(): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#failure !== undefined || this.#file.isEmpty() || now < this.#pruneAt) return;
    this.#pruneAt = now + PRUNE_EVERY_MS;
    try {
      const files = await this.#file.prune(now);
      if (files.length > 0) this.#note({ kind: 'lifecycle', event: 'pruned', files });
    } catch (error) {
      this.#note({ kind: 'lifecycle', event: 'prune_failed', cause: causeOf(error) });
    }
  }

  #note(entry: LifecycleEntry): void {
    // If it cannot be written, the state has said so already.
    this.#enqueue(JSON.stringify(entry), this.#options.clock.now()).catch(() => undefined);
  }
}

function recoveredLine({ cause, since, refused }: Failure, time: number): Waiting {
  const entry: LifecycleEntry = {
    kind: 'lifecycle',
    event: 'recovered',
    cause,
    since: new Date(since).toISOString(),
    refused,
  };
  const text = JSON.stringify(entry);
  return { text, bytes: text.length + LINE_OVERHEAD, time, resolve: () => undefined, reject: () => undefined };
}
