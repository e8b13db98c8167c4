import type { Clock } from '../kernel/clock.ts';

/** Remembers what has been used until it would not count any more anyway. */
export interface UsedOnce {
  /**
   * Marks an id as used. False when it may not be: it was used before, its time (ms since the epoch) is over, or no more
   * can be remembered.
   */
  take(id: string, expiresAt: number): boolean;
}

/** What a {@link UsedOnce} needs to know. */
export interface UsedOnceOptions {
  readonly clock: Clock;
  /** How many ids are remembered at a time, default 100,000, at least 1. Beyond it none is taken: it fails closed. */
  readonly most?: number;
  /** Ids whose times lie within this many ms are forgotten together, default 30,000, at least 1. */
  readonly spanMs?: number;
}

/** Makes a {@link UsedOnce}. Needs no timer: what is over goes when the next id comes. */
export function createUsedOnce({ clock, most = 100_000, spanMs = 30_000 }: UsedOnceOptions): UsedOnce {
  const spans = new Map<number, Set<string>>();
  let size = 0;
  let forgottenUpTo = Number.NEGATIVE_INFINITY;

  function forget(now: number): void {
    for (const [span, ids] of spans) {
      const end = (span + 1) * spanMs;
      if (end > now) continue;
      spans.delete(span);
      size -= ids.size;
      forgottenUpTo = Math.max(forgottenUpTo, end);
    }
  }

  return {
    take(id, expiresAt) {
      const now = clock.now();
      forget(now);
      if (!(expiresAt > now) || size >= most) return false;
      // A clock that was turned back makes count again what was forgotten, and that may have been used.
      if (expiresAt < forgottenUpTo) return false;
      const span = Math.floor(expiresAt / spanMs);
      const ids = spans.get(span) ?? new Set();
      if (ids.has(id)) return false;
      spans.set(span, ids.add(id));
      size += 1;
      return true;
    },
  };
}
