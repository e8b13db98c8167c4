import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type Failure, isFailure, type JsonObject } from '../kernel/jsonrpc.ts';
import { ACKNOWLEDGED, LISTEN, META, metaOf } from './era.ts';
import type { Announcement, Flight, Link } from './link.ts';

export interface SubscriptionOptions {
  readonly link: Link;
  readonly clock: Clock;
  /** The parameters of the request for this filter, with their envelope. */
  params(notifications: JsonObject): JsonObject;
  /** Told what arrives, without the mark of the subscription it came on. */
  announce(message: Announcement): void;
}

/** One `subscriptions/listen` with a modern upstream that stands for as long as something is wanted. */
export interface StandingSubscription {
  /** Subscribes to exactly this from now on; resolves once the upstream acknowledged it, or with its refusal. */
  want(notifications: JsonObject): Promise<Failure['error'] | undefined>;
  stop(): void;
}

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;

/** A subscription that ends by itself is opened again, more and more slowly, for as long as the link lives. */
export function createStandingSubscription(options: SubscriptionOptions): StandingSubscription {
  const { link, clock } = options;
  let wanted: JsonObject = {};
  let current: Flight | undefined;
  let stopWaiting: (() => void) | undefined;
  let wait = RETRY_MIN_MS;
  let opened = 0;

  function open(): Promise<Failure['error'] | undefined> {
    const { promise: heard, resolve: acknowledge } = Promise.withResolvers<undefined>();
    opened += 1;
    const request = { jsonrpc: '2.0', id: `listen-${opened}`, method: LISTEN, params: options.params(wanted) } as const;
    const flight = link.request(request, (message) => {
      wait = RETRY_MIN_MS;
      if (message.method === ACKNOWLEDGED) acknowledge(undefined);
      else if (current === flight) options.announce(withoutMark(message));
    });
    const ended = flight.reply.then(
      (reply) => (isFailure(reply) ? reply.error : undefined),
      (error: unknown) => ({ code: -32603, message: error instanceof Error ? error.message : 'The stream ended.' }),
    );
    current = flight;
    void ended.then(() => reopen(flight));
    return Promise.race([heard, ended]);
  }

  function reopen(flight: Flight): void {
    if (current !== flight || link.closed) return;
    current = undefined;
    stopWaiting = clock.after(wait, () => void open().catch(() => {}));
    wait = Math.min(wait * 2, RETRY_MAX_MS);
  }

  function stop(): void {
    stopWaiting?.();
    const flight = current;
    current = undefined;
    flight?.cancel(new MerlonError('CANCELLED', 'Nobody listens any more.'));
  }

  return {
    async want(notifications) {
      wanted = notifications;
      stopWaiting?.();
      if (Object.keys(notifications).length === 0) {
        stop();
        return undefined;
      }
      const before = current;
      const refusal = await open();
      // Only now, so that nothing is missed between the two.
      before?.cancel(new MerlonError('CANCELLED', 'Replaced by another subscription.'));
      return refusal;
    },
    stop,
  };
}

function withoutMark(message: Announcement): Announcement {
  const meta = metaOf(message.params);
  if (meta === undefined) return message;
  const { [META.subscription]: _id, ...rest } = meta;
  const { _meta, ...params } = message.params ?? {};
  return { ...message, params: Object.keys(rest).length === 0 ? params : { ...params, _meta: rest } };
}
