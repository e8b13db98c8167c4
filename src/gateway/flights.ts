import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Id } from '../kernel/jsonrpc.ts';
import type { Flight } from './link.ts';
import type { Session } from './session.ts';

/** A flight that has started and must land. */
export interface Landing {
  /** Starts the time-out anew: the upstream has shown that it works on the call. */
  extend(): void;
  done(): void;
}

/** All calls in flight; one sweep a second ends those that take too long, which is cheaper than a timer a call. */
export interface Flights {
  start(session: Session, id: Id, flight: Flight, timeoutMs: number, upstream: string): Landing;
  readonly size: number;
  /** Resolves when no call is in flight any more. */
  idle(): Promise<void>;
  stop(): void;
}

export function createFlights(clock: Clock): Flights {
  const running = new Set<{ deadline: number; flight: Flight; upstream: string }>();
  let waiters: (() => void)[] = [];

  const stop = clock.every(1_000, () => {
    const now = clock.now();
    for (const { deadline, flight, upstream } of running) {
      if (deadline > now) continue;
      flight.cancel(new MerlonError('UPSTREAM_TIMEOUT', `The upstream "${upstream}" took too long.`));
    }
  });

  return {
    start(session, id, flight, timeoutMs, upstream) {
      const entry = { deadline: clock.now() + timeoutMs, flight, upstream };
      running.add(entry);
      const ofRequest = session.flights.get(id) ?? new Set();
      session.flights.set(id, ofRequest.add(flight));
      return {
        extend() {
          entry.deadline = clock.now() + timeoutMs;
        },
        done() {
          running.delete(entry);
          ofRequest.delete(flight);
          if (ofRequest.size === 0) session.flights.delete(id);
          if (running.size > 0) return;
          for (const wake of waiters) wake();
          waiters = [];
        },
      };
    },
    get size() {
      return running.size;
    },
    idle() {
      if (running.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.push(resolve);
      });
    },
    stop,
  };
}
