import type { ServerResponse } from 'node:http';
import type { Wire } from './event-stream.ts';
import { sseEvent, ssePrimer } from './sse.ts';
import { writeBounded } from './write-bounded.ts';

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // nginx and its kin would otherwise hold events back.
  'x-accel-buffering': 'no',
};

/** Makes an HTTP response an event stream now, before anything is there to send. */
export function startEventStream(res: ServerResponse, sessionId: string | undefined): void {
  if (res.headersSent) return;
  res.writeHead(200, sessionId === undefined ? STREAM_HEADERS : { ...STREAM_HEADERS, 'mcp-session-id': sessionId });
  res.flushHeaders();
}

/** An HTTP response as the connection of an event stream. */
export function sseWire(res: ServerResponse, sessionId: string | undefined): Wire {
  startEventStream(res, sessionId);
  return new SseWire(res);
}

class SseWire implements Wire {
  readonly #res: ServerResponse;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  get open(): boolean {
    return !this.#res.writableEnded && !this.#res.destroyed;
  }

  say(json: string, id: string): void {
    this.#write(sseEvent(json, id));
  }

  prime(id: string, retryMs?: number): void {
    this.#write(ssePrimer(id, retryMs));
  }

  comment(text: string): void {
    this.#write(`: ${text}\n\n`);
  }

  end(): void {
    if (this.open) this.#res.end();
  }

  onClose(run: () => void): void {
    this.#res.once('close', run);
  }

  #write(text: string): void {
    if (this.open) writeBounded(this.#res, text);
  }
}
