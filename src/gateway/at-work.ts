import { Bag, type Bagged } from '../kernel/bag.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Id, Request } from '../kernel/jsonrpc.ts';
import type { StdioReply } from './reply-stdio.ts';

/** What one client has sent over its pipe and is worked on now, bounded: a pipe has no limit of connections. */
export interface AtWork {
  /**
   * Takes a message in; what is returned takes it out again. Every message goes in, or the end would not wait for it.
   * @param request undefined where the message asks nothing
   * @param size of the message, in characters
   */
  enter(request: Request | undefined, reply: StdioReply, size: number): Entered;
  /** The answer that a request waits for. `initialize` is never found: it must not be cancelled. */
  find(id: Id): StdioReply | undefined;
  /** Ends what is waited for, without an answer: requests of one method, or all. */
  end(method?: string): void;
  /** Resolves when nothing is worked on. */
  idle(): Promise<void>;
}

/** A message that was taken in. */
export interface Entered {
  /** Why it must be refused, if it must. */
  readonly refusal: MerlonError | undefined;
  leave(): void;
}

/** Bounds of {@link createAtWork}. */
export interface AtWorkBounds {
  /** Messages at a time, default 1,000. */
  readonly messages?: number;
  /** Characters of all of them, default 64 Mi. A single message may be longer. */
  readonly characters?: number;
}

interface Waiting extends Bagged {
  readonly id: Id;
  readonly method: string;
  readonly reply: StdioReply;
}

export function createAtWork({ messages = 1_000, characters = 64 * 1_048_576 }: AtWorkBounds = {}): AtWork {
  const waiting = new Bag<Waiting>();
  const wakes: (() => void)[] = [];
  let count = 0;
  let held = 0;

  function refusalOf(request: Request | undefined, size: number): MerlonError | undefined {
    if (count >= messages || (count > 0 && held + size > characters)) {
      return new MerlonError('RATE_LIMITED', 'Too much is in flight.', { todo: 'Wait for answers.' });
    }
    if (request === undefined || waiting.find(({ id }) => id === request.id) === undefined) return undefined;
    return new MerlonError('RPC_INVALID', 'A request with this id is in flight.');
  }

  return {
    enter(request, reply, size) {
      const refusal = refusalOf(request, size);
      const entry = request === undefined ? undefined : { id: request.id, method: request.method, reply, slot: -1 };
      // Under a twin's id only the first is found.
      if (entry !== undefined && refusal === undefined) waiting.add(entry);
      count += 1;
      held += size;
      return {
        refusal,
        leave() {
          if (entry !== undefined) waiting.remove(entry);
          count -= 1;
          held -= size;
          if (count === 0) for (const wake of wakes.splice(0)) wake();
        },
      };
    },
    find: (id) => waiting.find((one) => one.id === id && one.method !== 'initialize')?.reply,
    end(method) {
      for (const one of waiting.all()) {
        if (method !== undefined && one.method !== method) continue;
        one.reply.end();
        one.reply.abandon();
      }
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => void wakes.push(resolve))),
  };
}
