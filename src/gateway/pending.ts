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
  readonly settled: boolean;
}

/** The requests in flight on one link, by the id that the upstream sees. */
export interface PendingTable {
  add(request: Request, related: (message: Announcement) => void): Pending;
  get(id: Id | null): Pending | undefined;
  failAll(error: Error): void;
  /** Resolves when the table is empty. */
  idle(): Promise<void>;
}

// One counter for the whole process: two callers never share an id, not even on different links of one upstream.
let lastId = 0;

export function createPendingTable(): PendingTable {
  // No Map: see the bag in the kernel for why. Our ids are positive integers, so there is no key to fear.
  const table: Record<Id, Pending> = Object.create(null);
  let size = 0;
  const waiters: (() => void)[] = [];

  function add(request: Request, related: (message: Announcement) => void): Pending {
    lastId += 1;
    const id = lastId;
    const token = progressTokenOf(request.params);
    const params = token === undefined ? request.params : withProgressToken(request.params, id);
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    let settled = false;
    const finish = (): boolean => {
      if (settled) return false;
      settled = true;
      delete table[id];
      size -= 1;
      if (size === 0) for (const wake of waiters.splice(0)) wake();
      return true;
    };
    const pending: Pending = {
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
      get settled() {
        return settled;
      },
    };
    table[id] = pending;
    size += 1;
    return pending;
  }

  return {
    add,
    get: (id) => (id === null ? undefined : table[id]),
    failAll(error) {
      for (const pending of Object.values(table)) pending.fail(error);
    },
    idle: () => (size === 0 ? Promise.resolve() : new Promise((resolve) => void waiters.push(resolve))),
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
