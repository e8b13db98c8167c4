import type { Id, JsonObject, Notification, Request, Response } from '../kernel/jsonrpc.ts';

/** What an upstream says that is no reply. */
export type Announcement = Request | Notification;

/** Told what an upstream says of its own accord, and when it is gone. */
export interface Listener {
  /** A request or notification that belongs to no call in flight. */
  announce(message: Announcement): void;
  /** The link ended; its calls in flight have failed. Called once. */
  closed(cause: string): void;
}

/** How the transports on both sides of a request follow each other. */
export interface Carriage {
  /** Header pairs of the client's that go along. */
  readonly forwarded: readonly string[] | undefined;
  /** The upstream has opened a stream that can be gone on with; `retryMs` is the time it wants to be left alone. */
  opened(retryMs: number | undefined): void;
  /** The upstream has ended the stream for now, and will be asked for the rest. */
  paused(): void;
}

/** One request on its way to an upstream. */
export interface Flight {
  /** Resolves with the upstream's reply under the caller's id; rejects with a MerlonError. */
  readonly reply: Promise<Response>;
  /** Tells the upstream to stop and rejects `reply` with `error`. No effect once settled. */
  cancel(error: Error): void;
}

/**
 * One caller session's connection to one upstream, whatever the transport; it speaks one era, and where that is not the
 * session's own, a view stands between (view-legacy.ts, view-modern.ts). JSON-RPC ids and progress tokens are
 * replaced on the way out and restored on the way in, so that replies cannot cross between callers even when the
 * upstream keeps one table for all of them (CVE-2026-25536).
 */
export interface Link {
  readonly upstream: string;
  /**
   * Sends a request; `related` is told what arrives for it before the reply (progress, elicitation …).
   * @param carriage what concerns the transport alone, where it has such things
   */
  request(request: Request, related: (message: Announcement) => void, carriage?: Carriage): Flight;
  notify(notification: Notification): Promise<void>;
  /** Answers a request that the upstream made. */
  respond(response: Response): Promise<void>;
  /** Starts to listen for what the upstream announces of its own accord, where that takes a stream of its own. */
  listen(): void;
  /** True once nothing can be sent on it any more. */
  readonly closed: boolean;
  /** Closes in the very moment in which no request is in flight, so that none is cut off. */
  retire(cause: string): Promise<void>;
  close(cause: string): Promise<void>;
}

/** `params` with another progress token, or unchanged when it carries none. */
export function withProgressToken(params: JsonObject | undefined, token: Id): JsonObject | undefined {
  const meta = params?.['_meta'];
  if (params === undefined || typeof meta !== 'object' || meta === null || !('progressToken' in meta)) return params;
  return { ...params, _meta: { ...meta, progressToken: token } };
}

/** The progress token that a request asks to be told under, if any. */
export function progressTokenOf(params: JsonObject | undefined): Id | undefined {
  const meta = params?.['_meta'];
  if (typeof meta !== 'object' || meta === null) return undefined;
  const token = (meta as JsonObject)['progressToken'];
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
