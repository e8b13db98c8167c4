import { Bag, type Bagged } from '../kernel/bag.ts';
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

interface Running extends Bagged {
  deadline: number;
  readonly flight: Flight;
  readonly upstream: string;
}

export function createFlights(clock: Clock): Flights {
  const running = new Bag<Running>();
  const waiters: (() => void)[] = [];

  const stop = clock.every(1_000, () => {
    const now = clock.now();
    for (const { deadline, flight, upstream } of running.all()) {
      if (deadline > now) continue;
      flight.cancel(new MerlonError('UPSTREAM_TIMEOUT', `The upstream "${upstream}" took too long.`));
    }
  });

  return {
    start(session, id, flight, timeoutMs, upstream) {
      const entry = { deadline: clock.now() + timeoutMs, flight, upstream, slot: -1 };
      const own = { id, flight, slot: -1 };
      running.add(entry);
      session.flights.add(own);
      return {
        extend() {
          entry.deadline = clock.now() + timeoutMs;
        },
        done() {
          running.remove(entry);
          session.flights.remove(own);
          if (running.size === 0) for (const wake of waiters.splice(0)) wake();
        },
      };
    },
    get size() {
      return running.size;
    },
    idle: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => void waiters.push(resolve))),
    stop,
  };
}
