import type { ServerResponse } from 'node:http';
import type { Bagged } from '../kernel/bag.ts';
import { sseEvent } from './sse.ts';
import { writeBounded } from './write-bounded.ts';

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // nginx and its kin would otherwise hold events back.
  'x-accel-buffering': 'no',
};

/** One HTTP response to an MCP client: plain JSON, or an event stream from the first event on. */
export class ReplyStream implements Bagged {
  slot = -1;
  readonly #res: ServerResponse;
  readonly #acceptsStream: boolean;
  #sessionId: string | undefined;

  constructor(res: ServerResponse, acceptsStream: boolean) {
    this.#res = res;
    this.#acceptsStream = acceptsStream;
  }

  /** Sent as Mcp-Session-Id with the response; set it before the first event. */
  set sessionId(id: string) {
    this.#sessionId = id;
  }

  /** True once the client's connection has ended; an answer would reach nobody. */
  get gone(): boolean {
    return this.#res.destroyed;
  }

  /** True while an event can still be sent. */
  get open(): boolean {
    return this.#acceptsStream && !this.#res.writableEnded && !this.#res.destroyed;
  }

  /** Makes this an event stream now, before anything is there to send. */
  start(): void {
    if (this.#res.headersSent) return;
    const headers =
      this.#sessionId === undefined ? STREAM_HEADERS : { ...STREAM_HEADERS, 'mcp-session-id': this.#sessionId };
    this.#res.writeHead(200, headers);
    this.#res.flushHeaders();
  }

  /** Sends one message as an event; false when this response cannot carry it. */
  event(json: string): boolean {
    if (!this.open) return false;
    this.start();
    writeBounded(this.#res, sseEvent(json));
    return true;
  }

  /** A comment that shows a silent peer or proxy that the stream lives. */
  keepAlive(): void {
    if (this.open && this.#res.headersSent) writeBounded(this.#res, ': keep-alive\n\n');
  }

  /** Sends the last message and ends the response. `status` counts only where nothing was sent before. */
  reply(json: string, status = 200): void {
    if (this.#res.writableEnded || this.#res.destroyed) return;
    if (this.#res.headersSent) return void this.#res.end(sseEvent(json));
    const headers: Record<string, string | number> = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(json),
    };
    if (this.#sessionId !== undefined) headers['mcp-session-id'] = this.#sessionId;
    this.#res.writeHead(status, headers);
    this.#res.end(json);
  }

  /** Ends the response without a message. */
  end(): void {
    if (this.#res.writableEnded || this.#res.destroyed) return;
    if (this.#acceptsStream) this.start();
    else if (!this.#res.headersSent) this.#res.writeHead(204);
    this.#res.end();
  }
}
