import type { Request, Response } from '../kernel/jsonrpc.ts';
import type { Announcement, Flight, Link } from './link.ts';

/** Sends one of the requests that a flight is made of. */
export type Send = (request: Request, related: (message: Announcement) => void) => Promise<Response>;

/**
 * A flight made of several requests on one link, one after the other. Cancelling it cancels the one under way, and
 * those after it are not sent.
 * @param stopped told when the flight is cancelled, for what waits for something else than an upstream
 */
export function flyInSteps(
  link: Link,
  run: (send: Send) => Promise<Response>,
  stopped: (error: Error) => void = () => {},
): Flight {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  let current: Flight | undefined;
  let end: Error | undefined;
  const send: Send = (request, related) => {
    if (end !== undefined) return Promise.reject(end);
    current = link.request(request, related);
    return current.reply;
  };
  run(send).then(resolve, reject);
  return {
    reply: promise,
    cancel(error) {
      if (end !== undefined) return;
      end = error;
      reject(error);
      current?.cancel(error);
      stopped(error);
    },
  };
}

/** A flight that has landed already. */
export function landed(response: Response): Flight {
  return { reply: Promise.resolve(response), cancel() {} };
}
