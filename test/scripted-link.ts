import type { JsonObject, Notification, Request, Response } from '../src/kernel/jsonrpc.ts';
import type { Announcement, Flight, Link, Listener } from '../src/gateway/link.ts';

/** One request that reached a {@link ScriptedLink}, to be answered by the test. */
export interface Received {
  readonly request: Request;
  /** Says something before the answer. */
  related(message: Announcement): void;
  result(result: JsonObject): Promise<void>;
  error(code: number, data?: JsonObject): Promise<void>;
  /** Why it was cancelled. */
  cancelled: Error | undefined;
}

/** A link whose other end is the test. */
export interface ScriptedLink extends Link {
  readonly received: Received[];
  readonly notified: Notification[];
  readonly responses: Response[];
  listens: number;
  /** Says something that belongs to no request. */
  announce(message: Announcement): void;
  /** The one request of this method that has not been taken yet; waits for it. */
  take(method: string): Promise<Received>;
}

/** Lets everything that is due in this turn happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}

export function scriptedLink(listener: Listener): ScriptedLink {
  const received: Received[] = [];
  const taken = new Set<Received>();
  let closed = false;

  function request(message: Request, related: (message: Announcement) => void): Flight {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const entry: Received = {
      request: message,
      related,
      cancelled: undefined,
      async result(result) {
        resolve({ jsonrpc: '2.0', id: message.id, result });
        await settled();
      },
      async error(code, data) {
        const error = data === undefined ? { code, message: 'no' } : { code, message: 'no', data };
        resolve({ jsonrpc: '2.0', id: message.id, error });
        await settled();
      },
    };
    received.push(entry);
    return {
      reply: promise,
      cancel(error) {
        entry.cancelled = error;
        reject(error);
      },
    };
  }

  const link: ScriptedLink = {
    upstream: 'up',
    received,
    notified: [],
    responses: [],
    listens: 0,
    request,
    announce: (message) => listener.announce(message),
    async take(method) {
      await settled();
      const found = received.find((one) => one.request.method === method && !taken.has(one));
      if (found === undefined)
        throw new Error(`no ${method} among ${received.map((one) => one.request.method).join()}`);
      taken.add(found);
      return found;
    },
    notify(message) {
      link.notified.push(message);
      return Promise.resolve();
    },
    respond(response) {
      link.responses.push(response);
      return Promise.resolve();
    },
    listen() {
      link.listens += 1;
    },
    get closed() {
      return closed;
    },
    retire: (cause) => link.close(cause),
    close(cause) {
      if (closed) return Promise.resolve();
      closed = true;
      listener.closed(cause);
      return Promise.resolve();
    },
  };
  return link;
}
