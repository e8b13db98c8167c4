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
/** Streams that are open at a time, all but the oldest of them not acknowledged yet. */
const MAX_OPEN = 4;

/** A subscription that ends by itself is opened again, more and more slowly, for as long as the link lives. */
export function createStandingSubscription(options: SubscriptionOptions): StandingSubscription {
  const { link, clock } = options;
  const replaced = new MerlonError('CANCELLED', 'Replaced by another subscription.');
  /** Oldest first. An older one goes on until a newer one is acknowledged, so that nothing is missed between the two. */
  const open: Flight[] = [];
  let wanted: JsonObject = {};
  let stopWaiting: (() => void) | undefined;
  let wait = RETRY_MIN_MS;
  let opened = 0;

  function begin(): Promise<Failure['error'] | undefined> {
    const { promise: heard, resolve: acknowledge } = Promise.withResolvers<undefined>();
    opened += 1;
    const request = { jsonrpc: '2.0', id: `listen-${opened}`, method: LISTEN, params: options.params(wanted) } as const;
    const flight = link.request(request, (message) => {
      wait = RETRY_MIN_MS;
      if (message.method !== ACKNOWLEDGED) return options.announce(withoutMark(message));
      acknowledge(undefined);
      for (const older of open.splice(0, Math.max(open.indexOf(flight), 0))) older.cancel(replaced);
    });
    open.push(flight);
    if (open.length > MAX_OPEN) open.shift()?.cancel(new MerlonError('CANCELLED', 'It was never acknowledged.'));
    const ended = flight.reply.then(
      (reply) => (isFailure(reply) ? reply.error : undefined),
      // The newer one wants all that this one wanted.
      (error: unknown) => (error === replaced ? undefined : { code: -32603, message: 'The subscription ended.' }),
    );
    void ended.then(() => reopen(flight));
    return Promise.race([heard, ended]);
  }

  function reopen(flight: Flight): void {
    const at = open.indexOf(flight);
    if (at === -1) return;
    open.splice(at, 1);
    if (open.length > 0 || link.closed) return;
    stopWaiting = clock.after(wait, () => void begin().catch(() => {}));
    wait = Math.min(wait * 2, RETRY_MAX_MS);
  }

  function stop(): void {
    stopWaiting?.();
    for (const flight of open.splice(0)) flight.cancel(new MerlonError('CANCELLED', 'Nobody listens any more.'));
  }

  return {
    want(notifications) {
      wanted = notifications;
      stopWaiting?.();
      if (Object.keys(notifications).length > 0) return begin();
      stop();
      return Promise.resolve(undefined);
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
