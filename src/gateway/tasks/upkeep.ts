import type { Journal } from '../../kernel/journal.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { InForce } from './in-force.ts';
import { isStillNeeded } from './standing.ts';
import type { Kept } from './task-state.ts';

/** What {@link Upkeep} is made of. */
export interface UpkeepParts {
  readonly tasks: InForce;
  readonly journal: Journal;
  readonly time: SteadyTime;
  /** Ended tasks that are kept, at most; those that bind a later one are not counted. */
  readonly maxEnded: number;
  /** Told which task is kept no more. */
  readonly forgotten: (kept: Kept) => void;
}

/** How long it stays known that there was a task, ms. */
const KEEP_ENDED_MS = 86_400_000;
/** How long the request of an ended task may stay in the file, ms. */
const CLEAN_AFTER_MS = 60_000;
/** Records below which a journal is not written anew for its length alone. */
const MIN_LENGTH = 10_000;

/** Keeps memory and journal small: forgets what ended long ago, and writes the journal anew without it. */
export class Upkeep {
  readonly #parts: UpkeepParts;
  #compactedAt: number;
  /** True while the file holds the request of a task that has ended, or a task that is forgotten. */
  #isUnclean: boolean;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#compactedAt = parts.time.now();
    this.#isUnclean = [...parts.tasks.state.all()].some(({ endedAt }) => endedAt !== undefined);
  }

  /** Takes note that a task has ended. */
  ended(): void {
    this.#isUnclean = true;
  }

  /** Forgets, and compacts the journal when that is due; once a second is enough. */
  async run(): Promise<void> {
    this.#forgetOld();
    const { tasks, journal, time } = this.#parts;
    const isLong = journal.length > Math.max(MIN_LENGTH, 4 * tasks.state.size);
    if (isLong || (this.#isUnclean && time.now() - this.#compactedAt >= CLEAN_AFTER_MS)) await this.#compact();
  }

  /** Leaves a file behind that holds nothing of what has ended but that it was. */
  async finish(): Promise<void> {
    if (this.#isUnclean) await this.#compact();
  }

  #forgetOld(): void {
    const { tasks, time, maxEnded, forgotten } = this.#parts;
    const now = time.now();
    const ended = [...tasks.state.all()].filter((kept) => kept.endedAt !== undefined && !isStillNeeded(kept, now));
    const tooMany = ended.length - maxEnded;
    // Oldest first: whoever opens and closes tasks without end must not fill the memory with what they were.
    for (const [index, kept] of ended.entries()) {
      if (index >= tooMany && now < (kept.endedAt ?? 0) + KEEP_ENDED_MS) continue;
      tasks.forget(kept.task.id);
      forgotten(kept);
      this.#isUnclean = true;
    }
  }

  async #compact(): Promise<void> {
    const { tasks, journal, time } = this.#parts;
    this.#compactedAt = time.now();
    this.#isUnclean = false;
    try {
      await journal.compact(() => tasks.state.snapshot());
    } catch (error) {
      this.#isUnclean = true;
      throw error;
    }
  }
}
