import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';

/** How long an upstream rests after failures. */
export interface BackoffOptions {
  readonly clock: Clock;
  /** Rest after the first failure in milliseconds, default 500, range 1–60,000; doubles with every further failure. */
  readonly firstMs?: number;
  /** Longest rest in milliseconds, default 30,000, range `firstMs`–3,600,000. */
  readonly maxMs?: number;
}

/** Remembers, per upstream, whether its processes fail to start, and lets it rest before the next try. */
export interface Backoff {
  /** Throws UPSTREAM_UNAVAILABLE with `data.retryAfterMs` while the upstream rests. */
  check(upstream: string): void;
  /** A process that was started at `startedAt` (ms) has failed. A burst that started together counts once. */
  failed(upstream: string, startedAt: number): void;
  /** A process of the upstream works: all is forgotten. */
  succeeded(upstream: string): void;
}

/** Makes a {@link Backoff} in which nothing has failed yet. */
export function createBackoff({ clock, firstMs = 500, maxMs = 30_000 }: BackoffOptions): Backoff {
  const resting = new Map<string, { failures: number; failedAt: number; until: number }>();
  return {
    check(upstream) {
      const rest = resting.get(upstream);
      const retryAfterMs = rest === undefined ? 0 : rest.until - clock.now();
      if (retryAfterMs <= 0) return;
      throw new MerlonError(
        'UPSTREAM_UNAVAILABLE',
        `Upstream "${upstream}" keeps failing to start; it is tried again in ${Math.ceil(retryAfterMs / 1000)} s.`,
        { data: { upstream, retryAfterMs } },
      );
    },
    failed(upstream, startedAt) {
      const before = resting.get(upstream);
      // Started before the last failure was known: the same failure seen once more.
      if (before !== undefined && startedAt <= before.failedAt) return;
      const failures = (before?.failures ?? 0) + 1;
      const now = clock.now();
      const rest = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
      resting.set(upstream, { failures, failedAt: now, until: now + rest });
    },
    succeeded(upstream) {
      resting.delete(upstream);
    },
  };
}
