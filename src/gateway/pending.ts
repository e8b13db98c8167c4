import { Bag, type Bagged } from '../kernel/bag.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type Id, isFailure, type Request, type Response } from '../kernel/jsonrpc.ts';
import { LISTEN, META, subscriptionOf, withMeta } from './era.ts';
import { type Announcement, progressTokenOf, withProgressToken } from './link.ts';

/** A request under the id that the upstream sees, waiting for its reply. */
export interface Pending {
  /** The request as it goes out: our id, our progress token. */
  readonly outgoing: Request;
  readonly reply: Promise<Response>;
  /** Hands over what arrived for this request before the reply. */
  related(message: Announcement): void;
  /** Settles with the upstream's reply, put back under the caller's id. */
  settle(response: Response): void;
  fail(error: Error): void;
  isSettled(): boolean;
  /** Ends what carries the request when it fails: set by the transport where something has to be ended. */
  abandon: (() => void) | undefined;
}

/** The requests in flight on one link, by the id that the upstream sees. */
export interface PendingTable {
  add(request: Request, related: (message: Announcement) => void): Pending;
  get(id: Id | null): Pending | undefined;
  /**
   * Hands over what is for one request: progress, and what a subscription brings; false for anything else. What is for a
   * request that is over reaches nobody: it bears a number of ours, which may be another request's in the client's counting.
   */
  related(message: Announcement): boolean;
  failAll(error: Error): void;
  /** Fails the subscriptions, which would never end by themselves. */
  endSubscriptions(error: Error): void;
  /** Calls `run` once, as soon as the table is empty: at once, or in the turn in which the last request ends. */
  whenIdle(run: () => void): void;
}

// One counter for the whole process: two callers never share an id, not even on different links of one upstream.
let lastId = 0;

export function createPendingTable(): PendingTable {
  // Looked up by a walk: few are in flight on one link, and a map would cost more (see Bag).
  const table = new Bag<Pending & Bagged>();
  const waiters: (() => void)[] = [];

  function add(request: Request, related: (message: Announcement) => void): Pending {
    lastId += 1;
    const id = lastId;
    const token = progressTokenOf(request.params);
    const params = token === undefined ? request.params : withProgressToken(request.params, id);
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const finish = (): boolean => {
      if (!table.remove(pending)) return false;
      if (table.size === 0) for (const wake of waiters.splice(0)) wake();
      return true;
    };
    const pending: Pending & Bagged = {
      slot: -1,
      outgoing:
        params === undefined
          ? { jsonrpc: '2.0', id, method: request.method }
          : { jsonrpc: '2.0', id, method: request.method, params },
      reply: promise,
      abandon: undefined,
      related: (message) => related(restore(message, id, token, request)),
      settle(response) {
        if (!finish()) return;
        const own = request.method === LISTEN ? restoreResult(response, request.id) : response;
        resolve({ ...own, id: request.id });
      },
      fail(error) {
        if (!finish()) return;
        pending.abandon?.();
        reject(error);
      },
      // No getter: in an object literal each one makes a hidden class of its own, which lives in the old generation.
      isSettled: () => pending.slot === -1,
    };
    table.add(pending);
    return pending;
  }

  const get = (id: Id | null): Pending | undefined => table.find(({ outgoing }) => outgoing.id === id);

  return {
    add,
    get,
    related(message) {
      const isProgress = message.method === 'notifications/progress';
      const mark = isProgress ? message.params?.['progressToken'] : subscriptionOf(message.params);
      if (typeof mark === 'number') get(mark)?.related(message);
      return isProgress || mark !== undefined;
    },
    failAll(error) {
      for (const pending of table.all()) pending.fail(error);
    },
    endSubscriptions(error) {
      for (const pending of table.all()) if (pending.outgoing.method === LISTEN) pending.fail(error);
    },
    whenIdle(run) {
      if (table.size === 0) run();
      else waiters.push(run);
    },
  };
}

/** What arrives for a request, under the names that its sender gave: progress token, subscription. */
function restore(message: Announcement, ours: Id, token: Id | undefined, request: Request): Announcement {
  if (request.method === LISTEN) {
    if (subscriptionOf(message.params) !== ours) return message;
    return { ...message, params: withMeta(message.params, { [META.subscription]: request.id }) };
  }
  return token === undefined ? message : restoreToken(message, ours, token);
}

function restoreResult(response: Response, id: Id): Response {
  if (isFailure(response)) return response;
  return { ...response, result: withMeta(response.result, { [META.subscription]: id }) };
}

function restoreToken(message: Announcement, ours: Id, theirs: Id): Announcement {
  if (message.method !== 'notifications/progress' || message.params?.['progressToken'] !== ours) return message;
  return { ...message, params: { ...message.params, progressToken: theirs } };
}

/** @param status the HTTP status that it answered, if it did */
export function upstreamUnavailable(upstream: string, why: string, status?: number): MerlonError {
  const options = status === undefined ? {} : { data: { status } };
  return new MerlonError('UPSTREAM_UNAVAILABLE', `The upstream "${upstream}" ${why}.`, options);
}
export function upstreamInvalid(upstream: string, why: string): MerlonError {
  return new MerlonError('UPSTREAM_INVALID', `The upstream "${upstream}" ${why}.`);
}
