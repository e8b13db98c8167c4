import type { Bagged } from '../kernel/bag.ts';
import type { Id } from '../kernel/jsonrpc.ts';
import type { EventStreams } from './event-streams.ts';

/** Where the answer to one request of a client goes, and what is said on the way to it, whatever the transport. */
export interface Reply extends Bagged {
  /** Told to the client with the answer, where the transport carries it; set before the first event. */
  sessionId: string | undefined;
  /** True once the client is gone for good; an answer would reach nobody. */
  readonly gone: boolean;
  /** True while an event can still be sent, and somebody is there to take it. */
  readonly open: boolean;
  /** True once it is too late for a status of HTTP's own. */
  readonly streaming?: boolean;
  /** Lets the client come back for what is sent from now on, where its transport has connections that break. */
  resumable?(streams: EventStreams, requestId: Id): void;
  /**
   * Tells the client now that it is heard, before anything is there to send.
   * @param retryMs how long it should wait before it comes back after its connection broke; default: its own idea
   */
  start(retryMs?: number): void;
  /** Lets the connection go for now, where the client knows how to come back for the rest. */
  pause?(): void;
  /** Sends one message ahead of the answer; false when this cannot carry it. */
  event(json: string): boolean;
  /** A sign of life for a silent peer or proxy. */
  keepAlive(): void;
  /** Sends the answer, the last message. `status` is the HTTP status where there is one and nothing was sent before. */
  reply(json: string, status?: number): void;
  /** Ends without an answer. */
  end(): void;
}
