import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { createBackoff } from './backoff.ts';
import { FETCH_TIMEOUT_MS, type Fetch, fetchDocument, unavailable } from './fetch-document.ts';

/** How keys are fetched. */
export interface JwksOptions {
  readonly clock: Clock;
  /** Told of every failed attempt, with the milliseconds to the next one in `data.retryAfterMs`. Must not throw. */
  readonly onOutage?: (problem: MerlonError) => void;
  /** After a fetch, an unknown key id causes the next one only after this time, milliseconds. Default 30,000. */
  readonly cooldownMs?: number;
  /** Default: the runtime's. */
  readonly fetch?: Fetch;
}

/**
 * The keys at a JWKS address: fetched on first use, kept for 10 minutes, fetched again for an unknown key id. Tokens
 * with invented key ids cannot make it ask more than twice a minute, and a source that fails is left alone for 1 s,
 * doubling to 60 s; meanwhile tokens that need it are refused.
 */
export function createJwks(url: URL, options: JwksOptions): JWTVerifyGetKey {
  const { clock, onOutage, cooldownMs = 30_000 } = options;
  const backoff = createBackoff();
  return createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: cooldownMs,
    async [customFetch](_address, { signal }) {
      if (backoff.waitMs(clock.now()) > 0) throw unavailable(url, 'waiting after a failure');
      try {
        const document = await fetchDocument(url, signal, options.fetch);
        if (!Array.isArray(document['keys'])) throw unavailable(url, 'no key set');
        backoff.succeeded();
        return Response.json(document);
      } catch (error) {
        backoff.failed(clock.now());
        if (error instanceof MerlonError) onOutage?.(withRetry(error, backoff.waitMs(clock.now())));
        throw error;
      }
    },
  });
}

/** The same problem, with the time of the next attempt. */
export function withRetry(problem: MerlonError, retryAfterMs: number): MerlonError {
  return new MerlonError(problem.code, problem.message, { data: { retryAfterMs }, cause: problem.cause });
}
