/** Keeps a failing source from being asked again and again. */
export interface Backoff {
  /** Milliseconds to wait from `now` before the next attempt, 0 when one may be made. */
  waitMs(now: number): number;
  failed(now: number): void;
  succeeded(): void;
}

const FIRST_MS = 1000;
const MOST_MS = 60_000;

/** Waits 1 s after the first failure, doubling to at most 60 s, and nothing after a success. */
export function createBackoff(): Backoff {
  let failures = 0;
  let failedAt = 0;
  return {
    waitMs(now) {
      if (failures === 0) return 0;
      const wait = Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1));
      // Never more than the whole wait, or a clock that jumped back would end all attempts.
      return Math.min(wait, Math.max(0, failedAt + wait - now));
    },
    failed(now) {
      failures++;
      failedAt = now;
    },
    succeeded() {
      failures = 0;
    },
  };
}
