/** How fast one caller may go. */
export interface RateLimitOptions {
  /** Requests a minute in the long run. Greater than 0; fractions are allowed. */
  readonly perMinute: number;
  /** Requests at once after a rest. Default 10, at least 1. */
  readonly burst?: number;
  /** Callers remembered apart, each about 100 bytes. Default 100,000, at least 1. */
  readonly maxKeys?: number;
}

/** Yes, or no with the milliseconds after which the same request would be allowed. */
export type RateVerdict = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number };

/** A token bucket for each key. */
export interface RateLimit {
  /**
   * Takes `cost` tokens (default 1, at most the burst) from the key's bucket, or none when it holds too few.
   * @param now milliseconds; a clock that jumps back refills nothing and locks nobody out for longer than a refill
   * @throws RangeError when the cost is not between 0 and the burst: it could never be allowed
   */
  take(key: string, now: number, cost?: number): RateVerdict;
  /** Buckets in memory now, never more than `maxKeys`. */
  readonly size: number;
}

const ALLOWED: RateVerdict = Object.freeze({ allowed: true });

// Doubles near today's milliseconds are 0.0002 apart; without this slack the last token of a burst could be refused.
const SLACK_MS = 0.01;

/**
 * Makes a rate limit of one token bucket a key, in memory. Over any time `t`, no key gets more than
 * `burst + perMinute × t`.
 *
 * Memory is bounded. A full bucket is forgotten, since a new one is the same. When `maxKeys` buckets are in use, keys
 * without one share a single further bucket: a flood of invented keys slows newcomers down, and never those already
 * known, and nobody goes unlimited.
 */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { perMinute, burst = 10, maxKeys = 100_000 } = options;
  if (!(perMinute > 0 && burst >= 1 && maxKeys >= 1)) throw new RangeError('A rate limit must allow something.');
  const msPerToken = 60_000 / perMinute;
  const refillMs = burst * msPerToken;

  // A bucket is one number: when it will be full again (the generic cell rate algorithm). Buckets not touched for a
  // whole refill time are full, so two generations of that length forget exactly the full ones, without a search.
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  let youngSince = Number.NEGATIVE_INFINITY;
  let sharedFullAt = Number.NEGATIVE_INFINITY;

  function turnGeneration(now: number): void {
    if (now < youngSince) youngSince = now;
    if (now - youngSince <= refillMs) return;
    old = young;
    young = new Map();
    youngSince = now;
  }

  /** The key's own bucket, moved to the young generation; undefined when it must use the shared one. */
  function fullAtOf(key: string): number | undefined {
    const fullAt = young.get(key);
    if (fullAt !== undefined) return fullAt;
    const aged = old.get(key);
    if (aged !== undefined) {
      old.delete(key);
      return aged;
    }
    // A new bucket starts as empty as the shared one, or a key could drain first that one and then its own.
    return young.size + old.size < maxKeys ? sharedFullAt : undefined;
  }

  return {
    take(key, now, cost = 1) {
      if (!(cost >= 0 && cost <= burst)) throw new RangeError('The cost must be between 0 and the burst.');
      turnGeneration(now);
      const own = fullAtOf(key);
      // Not later than a refill from now, or a clock that jumped back would lock the caller out.
      const fullAt = Math.min(Math.max(own ?? sharedFullAt, now), now + refillMs);
      const next = fullAt + cost * msPerToken;
      const wait = next - now - refillMs;
      const allowed = wait <= SLACK_MS;
      const kept = allowed ? next : fullAt;
      if (own === undefined) sharedFullAt = kept;
      else young.set(key, kept);
      return allowed ? ALLOWED : { allowed: false, retryAfterMs: Math.ceil(wait) };
    },
    get size() {
      return young.size + old.size;
    },
  };
}
