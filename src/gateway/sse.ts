/** One event of a text/event-stream (WHATWG HTML, section 9.2). */
export interface SseEvent {
  /** The event's type, `message` by default. */
  readonly type: string;
  readonly data: string;
  /** The stream's last id up to here, undefined before the first. */
  readonly id: string | undefined;
}

/** Reads an event stream chunk by chunk, however it was cut. */
export interface SseReader {
  /** @throws Error when an event grows beyond the bound; the stream is then unusable */
  push(chunk: Buffer): void;
  /** The id of the last event that came whole, whether it held data or not: a cut event has not been received. */
  readonly lastId: string | undefined;
  /** The reconnection time that the server asked for, ms. */
  readonly retryMs: number | undefined;
}

const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);

/**
 * Makes a reader of an attacker-controlled event stream. `maxBytes` bounds one line and one event's data
 * (default 16 MiB); `lastId` is that of the stream which this one goes on with. Lines are cut as bytes and decoded
 * whole, so no character is torn.
 */
export function createSseReader(
  onEvent: (event: SseEvent) => void,
  maxBytes = 16 * 1024 * 1024,
  lastId?: string,
): SseReader {
  let rest = NOTHING;
  let skipLineFeed = false;
  let first = true;
  let type = '';
  let data: string | undefined;
  let id = lastId;
  let received = lastId;
  let retryMs: number | undefined;

  function field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') {
      data = data === undefined ? value : `${data}\n${value}`;
      if (data.length > maxBytes) throw new Error('event too large');
    } else if (name === 'event') type = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) retryMs = Number(value);
  }

  function endOfLine(bytes: Buffer): void {
    let line = bytes.toString('utf8');
    if (first) {
      first = false;
      if (line.startsWith('\uFEFF')) line = line.slice(1);
    }
    if (line !== '') return field(line);
    received = id;
    if (data !== undefined) onEvent({ type: type === '' ? 'message' : type, data, id });
    type = '';
    data = undefined;
  }

  return {
    get lastId() {
      return received;
    },
    get retryMs() {
      return retryMs;
    },
    push(chunk) {
      let start = 0;
      if (skipLineFeed && chunk.length > 0) {
        if (chunk[0] === LF) start = 1;
        skipLineFeed = false;
      }
      for (;;) {
        const end = lineEnd(chunk, start);
        if (end === -1) break;
        const piece = chunk.subarray(start, end);
        endOfLine(rest.length === 0 ? piece : Buffer.concat([rest, piece]));
        rest = NOTHING;
        start = end + 1;
        if (chunk[end] === CR) {
          if (start === chunk.length) skipLineFeed = true;
          else if (chunk[start] === LF) start += 1;
        }
      }
      if (start < chunk.length) rest = Buffer.concat([rest, chunk.subarray(start)]);
      if (rest.length > maxBytes) throw new Error('line too large');
    },
  };
}

function lineEnd(chunk: Buffer, from: number): number {
  const lf = chunk.indexOf(LF, from);
  const cr = chunk.indexOf(CR, from);
  if (cr === -1) return lf;
  return lf === -1 || cr < lf ? cr : lf;
}

/** Writes one message event; JSON text never holds a raw line break, and neither does an id of ours. */
export function sseEvent(json: string, id?: string): string {
  return id === undefined ? `event: message\ndata: ${json}\n\n` : `event: message\nid: ${id}\ndata: ${json}\n\n`;
}

/** Writes an event without data: it only tells a client from where to go on (MCP 2025-11-25; LEG-HTTP-11). */
export function ssePrimer(id: string, retryMs?: number): string {
  return retryMs === undefined ? `id: ${id}\ndata: \n\n` : `id: ${id}\nretry: ${retryMs}\ndata: \n\n`;
}
