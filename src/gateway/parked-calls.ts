import { randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Id, JsonObject, Request, Response } from '../kernel/jsonrpc.ts';
import type { Envelope } from './era.ts';
import type { Announcement, Flight } from './link.ts';

/** A call that the upstream is working on, whatever the client's requests come and go meanwhile. */
export interface Held {
  readonly method: string;
  readonly envelope: Envelope;
  readonly flight: Flight;
  /** What the upstream wants to know, by the key that the client sees. */
  readonly questions: Map<
    string,
    { readonly id: Id; readonly method: string; readonly params: JsonObject | undefined }
  >;
  /** The progress token that the upstream was given, and that of the client's request of the moment. */
  readonly token: Id | undefined;
  tokenNow: Id | undefined;
  related: (message: Announcement) => void;
  /** Wakes the client's request of the moment. */
  wake: () => void;
  /** While no request of the client is there to tell it to: what was said meanwhile. */
  missed: Announcement[] | undefined;
  reply: Response | undefined;
  failure: Error | undefined;
}

/** A call that waits, and the request to make anew where it is over already and the client was only to do something first. */
export interface Parked {
  readonly held: Held;
  readonly again: Request | undefined;
}

/** Calls out of their client's sight, until it comes back with the answers. */
export interface ParkedCalls {
  /** Returns what the client has to come back with. */
  park(held: Held, again: Request | undefined): string;
  /** @throws MerlonError REQUEST_STATE_INVALID when no call waits under this key any more */
  unpark(key: string): Parked;
  /** Cancels them all. */
  giveUpAll(reason: string): void;
  held(): readonly Held[];
}

/** What {@link createParkedCalls} needs to know. */
export interface ParkedCallsOptions {
  readonly clock: Clock;
  /** How long an upstream's question waits for its answer, ms. Default 600,000. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 600_000;
/** Calls of one link that wait for answers; an older one gives way. */
const MAX_PARKED = 16;

export function createParkedCalls({ clock, patienceMs = PATIENCE_MS }: ParkedCallsOptions): ParkedCalls {
  const parked = new Map<string, Parked & { readonly forget: () => void }>();

  function giveUp(key: string, reason: string): void {
    take(key)?.held.flight.cancel(new MerlonError('CANCELLED', reason));
  }

  function take(key: string): Parked | undefined {
    const found = parked.get(key);
    parked.delete(key);
    found?.forget();
    return found;
  }

  return {
    park(held, again) {
      const key = randomBytes(16).toString('base64url');
      const forget = clock.after(patienceMs, () => giveUp(key, 'Nobody answered in time.'));
      held.missed = [];
      held.related = () => {};
      held.wake = () => {};
      parked.set(key, { held, again, forget });
      const [oldest] = parked.keys();
      if (parked.size > MAX_PARKED && oldest !== undefined) giveUp(oldest, 'Too many calls wait for answers.');
      return key;
    },
    unpark(key) {
      const found = take(key);
      if (found !== undefined) return found;
      throw new MerlonError('REQUEST_STATE_INVALID', 'The call that this answers is not waiting any more.');
    },
    giveUpAll(reason) {
      for (const key of parked.keys()) giveUp(key, reason);
    },
    held: () => [...parked.values()].map(({ held }) => held),
  };
}
