import { Bag, type Bagged } from '../kernel/bag.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Id, Request, Response } from '../kernel/jsonrpc.ts';
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
}

/** The requests in flight on one link, by the id that the upstream sees. */
export interface PendingTable {
  add(request: Request, related: (message: Announcement) => void): Pending;
  get(id: Id | null): Pending | undefined;
  /**
   * Takes what is progress and hands it to the request that it belongs to; false for anything else. Progress of a request
   * that is over reaches nobody: its token is a number of ours, and may be another request's in the client's counting.
   */
  progress(message: Announcement): boolean;
  failAll(error: Error): void;
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
      related: (message) => related(token === undefined ? message : restoreToken(message, id, token)),
      settle(response) {
        if (finish()) resolve({ ...response, id: request.id });
      },
      fail(error) {
        if (finish()) reject(error);
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
    progress(message) {
      if (message.method !== 'notifications/progress') return false;
      const token = message.params?.['progressToken'];
      if (typeof token === 'number') get(token)?.related(message);
      return true;
    },
    failAll(error) {
      for (const pending of table.all()) pending.fail(error);
    },
    whenIdle(run) {
      if (table.size === 0) run();
      else waiters.push(run);
    },
  };
}

function restoreToken(message: Announcement, ours: Id, theirs: Id): Announcement {
  if (message.method !== 'notifications/progress' || message.params?.['progressToken'] !== ours) return message;
  return { ...message, params: { ...message.params, progressToken: theirs } };
}

export function upstreamUnavailable(upstream: string, why: string): MerlonError {
  return new MerlonError('UPSTREAM_UNAVAILABLE', `The upstream "${upstream}" ${why}.`);
}
export function upstreamInvalid(upstream: string, why: string): MerlonError {
  return new MerlonError('UPSTREAM_INVALID', `The upstream "${upstream}" ${why}.`);
}
