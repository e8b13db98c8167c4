import type { ServerResponse } from 'node:http';
import type { Id } from '../kernel/jsonrpc.ts';
import type { EventStream } from './event-stream.ts';
import type { EventStreams } from './event-streams.ts';
import type { Reply } from './reply.ts';
import { sseEvent } from './sse.ts';
import { sseWire, startEventStream } from './sse-wire.ts';
import { writeBounded } from './write-bounded.ts';

/**
 * One HTTP response to an MCP client: plain JSON, or an event stream from the first event on. In a session the stream
 * outlives its connection, so that the client can come back for the answer; plain JSON cannot be resumed, and costs
 * nothing of that.
 */
export class HttpReply implements Reply {
  slot = -1;
  /** Sent as Mcp-Session-Id. */
  sessionId: string | undefined;
  readonly #res: ServerResponse;
  readonly #acceptsStream: boolean;
  #streams: EventStreams | undefined;
  #requestId: Id = '';
  #stream: EventStream | undefined;
  #isSlow = false;

  constructor(res: ServerResponse, acceptsStream: boolean) {
    this.#res = res;
    this.#acceptsStream = acceptsStream;
  }

  /** True once the client is gone and will not be waited for. */
  get gone(): boolean {
    return this.#stream === undefined ? this.#res.destroyed : this.#stream.over;
  }

  get open(): boolean {
    if (this.#stream !== undefined) return this.#stream.attached && !this.#stream.over;
    return this.#acceptsStream && !this.#res.writableEnded && !this.#res.destroyed;
  }

  get streaming(): boolean {
    return this.#stream !== undefined || this.#res.headersSent;
  }

  resumable(streams: EventStreams, requestId: Id): void {
    this.#streams = streams;
    this.#requestId = requestId;
  }

  /** Makes this an event stream now, before anything is there to send. */
  start(retryMs?: number): void {
    if (this.#stream !== undefined || !this.open) return;
    if (this.#streams === undefined) return startEventStream(this.#res, this.sessionId);
    this.#stream = this.#streams.open(this.#requestId, sseWire(this.#res, this.sessionId), retryMs);
  }

  pause(): void {
    this.#stream?.pause();
  }

  event(json: string): boolean {
    if (!this.open && this.#stream === undefined) return false;
    this.start();
    if (this.#stream !== undefined) return this.#stream.push(json);
    writeBounded(this.#res, sseEvent(json));
    return true;
  }

  /**
   * An answer that has not begun by the second sign of life becomes a stream, where its client reads a first event
   * without data: so nothing on the way takes a long call for dead, and when its connection breaks it goes on.
   */
  keepAlive(): void {
    if (this.#stream !== undefined) return this.#stream.keepAlive();
    if (!this.open) return;
    if (this.#res.headersSent) writeBounded(this.#res, ': keep-alive\n\n');
    else if (this.#isSlow && this.#streams?.primes === true) this.start();
    this.#isSlow = true;
  }

  reply(json: string, status = 200): void {
    if (this.#stream !== undefined) return this.#stream.finish(json);
    if (this.#res.writableEnded || this.#res.destroyed) return;
    if (this.#res.headersSent) return void this.#res.end(sseEvent(json));
    const headers: Record<string, string | number> = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(json),
    };
    if (this.sessionId !== undefined) headers['mcp-session-id'] = this.sessionId;
    this.#res.writeHead(status, headers);
    this.#res.end(json);
  }

  end(): void {
    if (this.#stream !== undefined) return this.#stream.finish();
    if (this.#res.writableEnded || this.#res.destroyed) return;
    if (this.#acceptsStream) startEventStream(this.#res, this.sessionId);
    else if (!this.#res.headersSent) this.#res.writeHead(204);
    this.#res.end();
  }
}
