import { isUtf8 } from 'node:buffer';

const LF = 10;
const CR = 13;
const SMALL_BUFFER = 65_536;

/** Why a stream of lines cannot be read on: a line above the bound, or bytes that are not UTF-8. */
export type LineFault = 'too-long' | 'not-utf8';

/** How {@link createLineReader} reads. */
export interface LineReaderOptions {
  /** Longest line in bytes, its line break not counted. */
  readonly maxBytes: number;
  /** `true`: an overlong line or invalid UTF-8 is a fault. `false`: it is cut (and marked with …) or shown as U+FFFD. */
  readonly strict: boolean;
  /** Called with each line that is not empty, without its line break. */
  readonly onLine: (line: string) => void;
  /** With `strict`: told of each faulty line at its end, which is then skipped. Default: the first fault ends the reading. */
  readonly onFault?: (fault: LineFault) => void;
}

/** Turns chunks of bytes into lines; the result does not depend on where the chunks are cut. */
export interface LineReader {
  /** Takes the next bytes; answers the fault, after which nothing is delivered any more. */
  push(chunk: Buffer): LineFault | undefined;
  /** How many bytes of an unfinished line are held. They are never delivered: half a message is no message. */
  held(): number;
}

/**
 * Reads newline-delimited UTF-8 (CRLF tolerated) from attacker-controlled bytes.
 * Memory stays below about twice `maxBytes`, however small the chunks, and the work is linear in the bytes.
 */
export function createLineReader({ maxBytes, strict, onLine, onFault }: LineReaderOptions): LineReader {
  // An unfinished line is copied into one growing buffer: a list of chunks would let one-byte writes cost 100 bytes each.
  let pending = Buffer.alloc(0);
  let length = 0;
  let fault: LineFault | undefined;

  const isOver = (size: number, last: number | undefined): boolean =>
    size > maxBytes + 1 || (size === maxBytes + 1 && last !== CR);

  function refuse(found: LineFault): void {
    if (onFault === undefined) fault = found;
    else onFault(found);
  }

  function hold(part: Buffer): void {
    const stored = Math.min(length, maxBytes + 1);
    const wanted = Math.min(length + part.length, maxBytes + 1);
    if (wanted > pending.length) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(wanted, pending.length * 2, 256), maxBytes + 1));
      pending.copy(grown, 0, 0, stored);
      pending = grown;
    }
    part.copy(pending, stored, 0, wanted - stored);
    length += part.length;
    if (strict && onFault === undefined && isOver(length, pending[length - 1])) fault = 'too-long';
  }

  function deliver(bytes: Buffer, size: number): void {
    const last = bytes[bytes.length - 1];
    if (isOver(size, last)) {
      if (strict) refuse('too-long');
      else onLine(`${bytes.toString('utf8', 0, maxBytes)}…`);
      return;
    }
    const end = last === CR ? bytes.length - 1 : bytes.length;
    if (end === 0) return;
    if (strict && !isUtf8(bytes)) refuse('not-utf8');
    else onLine(bytes.toString('utf8', 0, end));
  }

  function deliverHeld(rest: Buffer): void {
    hold(rest);
    if (fault !== undefined) return;
    const bytes = pending.subarray(0, Math.min(length, maxBytes + 1));
    const size = length;
    length = 0;
    if (pending.length > SMALL_BUFFER) pending = Buffer.alloc(0);
    deliver(bytes, size);
  }

  return {
    push(chunk) {
      let from = 0;
      while (fault === undefined && from < chunk.length) {
        const to = chunk.indexOf(LF, from);
        if (to === -1) {
          hold(from === 0 ? chunk : chunk.subarray(from));
          break;
        }
        const part = chunk.subarray(from, to);
        if (length > 0) deliverHeld(part);
        else deliver(part, part.length);
        from = to + 1;
      }
      return fault;
    },
    held: () => length,
  };
}

const LINE_BREAKS = /[\n\r\u0085\u2028\u2029]/u;

/**
 * The one-line form of a JSON text, of the same meaning: CR and LF (in JSON only white space) become spaces, and the
 * characters that some readers also take for a line break (Node's readline, Python's splitlines) become escapes.
 * Without it a caller could hide a second, unchecked message inside an allowed one.
 */
export function oneLine(json: string): string {
  if (!LINE_BREAKS.test(json)) return json;
  return json
    .replaceAll(/[\n\r]/gu, ' ')
    .replaceAll('\u0085', '\\u0085')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
