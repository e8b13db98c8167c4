import { MerlonError } from '../../kernel/errors.ts';
import type { Journal } from '../../kernel/journal.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { Task } from '../../policy/task/task.ts';
import { type Ended, jsonOf, type Kept, type TaskRecord, type TaskState } from './task-state.ts';

/** What {@link InForce} is made of. */
export interface InForceParts {
  readonly state: TaskState;
  readonly journal: Journal;
  readonly time: SteadyTime;
  /** How deep tasks may be parts of tasks. */
  readonly maxDepth: number;
}

/**
 * Which tasks there are, and what they may do, at this moment: what the journal says, less what has ended, was narrowed or
 * was exposed and is not known to be on the disk yet. What allows less never waits for a disk.
 */
export class InForce {
  readonly state: TaskState;
  readonly #journal: Journal;
  readonly #time: SteadyTime;
  readonly #maxDepth: number;
  readonly #ending = new Map<string, Ended>();
  readonly #narrowed = new Map<string, Task>();
  readonly #exposed = new Set<string>();
  /** What has to be written again, because it could not be. */
  #unwritten: TaskRecord[] = [];
  /** The last epoch that was given out, where that is ahead of the journal. */
  readonly #epochs = new Map<string, number>();

  constructor({ state, journal, time, maxDepth }: InForceParts) {
    this.state = state;
    this.#journal = journal;
    this.#time = time;
    this.#maxDepth = maxDepth;
  }

  /** A task as it is now, also one that has ended. */
  find(id: string): Task | undefined {
    const kept = this.state.get(id);
    if (kept === undefined) return undefined;
    const narrowed = this.#narrowed.get(id);
    const task = narrowed !== undefined && narrowed.epoch > kept.task.epoch ? narrowed : kept.task;
    const status = kept.task.status === 'open' ? (this.#ending.get(id) ?? 'open') : kept.task.status;
    if (status !== 'open') return { ...task, status };
    return this.#time.now() < task.expiresAt ? task : { ...task, status: 'expired' };
  }

  /** A task and those that it is a part of, the nearest first, as far as they are known. */
  chain(id: string): readonly Task[] {
    const chain: Task[] = [];
    for (let task = this.find(id); task !== undefined; ) {
      chain.push(task);
      task = task.parent === undefined || chain.length > this.#maxDepth ? undefined : this.find(task.parent);
    }
    return chain;
  }

  /** The chain of a task where all of it is open and reaches up to a task that is a part of none; else undefined. */
  openChain(id: string): readonly Task[] | undefined {
    const chain = this.chain(id);
    const isWhole = chain.length > 0 && chain.at(-1)?.parent === undefined;
    return isWhole && chain.every(({ status }) => status === 'open') ? chain : undefined;
  }

  /** @throws MerlonError TASK_UNKNOWN, TASK_OVER */
  need(id: string): Task {
    if (this.state.get(id) === undefined) throw new MerlonError('TASK_UNKNOWN', 'There is no such task.');
    const [task] = this.openChain(id) ?? [];
    if (task === undefined) throw new MerlonError('TASK_OVER', 'The task has ended.');
    return task;
  }

  /** Tasks that nobody has ended; the time of one may be over. */
  open(): readonly Kept[] {
    return [...this.state.all()].filter(({ task }) => this.isOpen(task.id));
  }

  /** Whether nobody has ended it; its time may be over. */
  isOpen(id: string): boolean {
    return this.state.get(id)?.task.status === 'open' && !this.#ending.has(id);
  }

  /** Whether a task has seen strangers' text. */
  isExposed(id: string): boolean {
    return this.#exposed.has(id) || this.state.get(id)?.exposed === true;
  }

  /** True while narrower grants are in force that are not on the disk yet. */
  isNarrowing(id: string): boolean {
    return this.#narrowed.has(id);
  }

  /** The epoch of the last change that was begun. */
  epochOf(id: string): number {
    return Math.max(this.#epochs.get(id) ?? 0, this.state.get(id)?.task.epoch ?? 0);
  }

  /** Gives out the epoch of a change that begins now; in this order changes stand in the journal. */
  nextEpoch(id: string): number {
    const epoch = this.epochOf(id) + 1;
    this.#epochs.set(id, epoch);
    return epoch;
  }

  /** Ends tasks. At once; resolves when that is durable. */
  end(ids: readonly string[], status: Ended): Promise<void> {
    for (const id of ids) this.#ending.set(id, status);
    return this.#write({ kind: 'end', ids, status, at: this.#time.now() });
  }

  /** Puts narrower grants in force. At once; resolves when that is durable. */
  narrow(task: Task): Promise<void> {
    const { id, epoch, grants } = task;
    this.#narrowed.set(id, task);
    return this.#write({ kind: 'grants', id, epoch, at: this.#time.now(), grants, adjusted: true });
  }

  /** Takes note that tasks have seen strangers' text. At once; resolves when that is durable. */
  async expose(ids: readonly string[]): Promise<void> {
    if (ids.every((id) => this.state.get(id)?.exposed === true)) return;
    for (const id of ids) this.#exposed.add(id);
    await this.#write({ kind: 'exposed', ids });
  }

  /** Writes what is in force only once that is durable. */
  append(record: TaskRecord): Promise<void> {
    return this.#journal.append(jsonOf(record));
  }

  /** Tries once more to write what could not be written. */
  retry(report: (error: unknown) => void): void {
    const again = this.#unwritten;
    this.#unwritten = [];
    for (const record of again) this.#write(record).catch(report);
  }

  /** Forgets an ended task; the journal keeps it until it is compacted. */
  forget(id: string): void {
    this.state.forget(id);
    this.#epochs.delete(id);
    this.#narrowed.delete(id);
  }

  /** Writes what is in force already, now or later: it must hold after a restart too. */
  async #write(record: TaskRecord): Promise<void> {
    try {
      await this.append(record);
    } catch (error) {
      this.#unwritten.push(record);
      throw error;
    }
    this.#settle(record);
  }

  /** What is on the disk need not be held in memory besides. */
  #settle(record: TaskRecord): void {
    if (record.kind === 'end') for (const id of record.ids) this.#ending.delete(id);
    if (record.kind === 'exposed') for (const id of record.ids) this.#exposed.delete(id);
    if (record.kind === 'grants' && this.#narrowed.get(record.id)?.epoch === record.epoch) {
      this.#narrowed.delete(record.id);
    }
  }
}
