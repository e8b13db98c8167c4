import type { ServerResponse } from 'node:http';
import type { Reply } from './reply.ts';
import { sseEvent } from './sse.ts';
import { writeBounded } from './write-bounded.ts';

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // nginx and its kin would otherwise hold events back.
  'x-accel-buffering': 'no',
};

/** One HTTP response to an MCP client: plain JSON, or an event stream from the first event on. */
export class HttpReply implements Reply {
  slot = -1;
  /** Sent as Mcp-Session-Id. */
  sessionId: string | undefined;
  readonly #res: ServerResponse;
  readonly #acceptsStream: boolean;

  constructor(res: ServerResponse, acceptsStream: boolean) {
    this.#res = res;
    this.#acceptsStream = acceptsStream;
  }

  get gone(): boolean {
    return this.#res.destroyed;
  }

  get open(): boolean {
    return this.#acceptsStream && !this.#res.writableEnded && !this.#res.destroyed;
  }

  /** Makes this an event stream now, before anything is there to send. */
  start(): void {
    if (this.#res.headersSent) return;
    const headers =
      this.sessionId === undefined ? STREAM_HEADERS : { ...STREAM_HEADERS, 'mcp-session-id': this.sessionId };
    this.#res.writeHead(200, headers);
    this.#res.flushHeaders();
  }

  event(json: string): boolean {
    if (!this.open) return false;
    this.start();
    writeBounded(this.#res, sseEvent(json));
    return true;
  }

  keepAlive(): void {
    if (this.open && this.#res.headersSent) writeBounded(this.#res, ': keep-alive\n\n');
  }

  reply(json: string, status = 200): void {
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
    if (this.#res.writableEnded || this.#res.destroyed) return;
    if (this.#acceptsStream) this.start();
    else if (!this.#res.headersSent) this.#res.writeHead(204);
    this.#res.end();
  }
}
