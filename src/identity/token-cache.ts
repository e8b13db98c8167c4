import { hash } from 'node:crypto';
import type { Caller } from './caller.ts';

const MAX_ENTRIES = 10_000;
const MAX_AGE_MS = 60_000;

/** The name of a token in caches and logs: SHA-256, base64url. The token cannot be had back from it. */
export function tokenDigest(token: string): string {
  return hash('sha256', token, 'base64url');
}

/**
 * Remembers whom a verified token belongs to, since verifying costs more than forwarding a call: for at most 60 s,
 * never past the token's expiry, at most 10,000 tokens, the oldest making room.
 */
export interface TokenCache {
  get(digest: string, now: number): Caller | undefined;
  /** @param epoch what `epoch` was before the verification began: a result from before a `clear` is not kept */
  put(digest: string, caller: Caller, now: number, epoch: number): void;
  /** Forgets everything, as after a revocation. */
  clear(): void;
  readonly epoch: number;
  readonly size: number;
}

/** Makes an empty {@link TokenCache}. */
export function createTokenCache(): TokenCache {
  const entries = new Map<string, { readonly caller: Caller; readonly from: number; readonly until: number }>();
  let epoch = 0;
  return {
    get(digest, now) {
      const entry = entries.get(digest);
      if (entry === undefined) return undefined;
      // A clock that jumped back must not lengthen a stay.
      if (now >= entry.from && now < entry.until) return entry.caller;
      entries.delete(digest);
      return undefined;
    },
    put(digest, caller, now, begun) {
      if (begun !== epoch) return;
      const until = Math.min(now + MAX_AGE_MS, caller.expiresAt ?? now);
      if (until <= now) return;
      if (entries.size >= MAX_ENTRIES) for (const oldest of entries.keys()) if (entries.delete(oldest)) break;
      entries.set(digest, { caller, from: now, until });
    },
    clear() {
      epoch++;
      entries.clear();
    },
    get epoch() {
      return epoch;
    },
    get size() {
      return entries.size;
    },
  };
}
