/** The upstream's answer is no HTTP/1.1 that we accept. */
export const HTTP_CLIENT_MALFORMED = 'HTTP_CLIENT_MALFORMED';

/** What went wrong with an exchange, by a `code` like those of the system's own errors. */
export class HttpClientError extends Error {
  override readonly name = 'HttpClientError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The header fields of a response, as they came; looked up by a walk, for hardly any is asked for. */
export class ResponseHeaders {
  /** Name in lower case, value, name, value, … */
  readonly #fields: string[] = [];

  add(name: string, value: string): void {
    this.#fields.push(name, value);
  }

  /** The first value of a field, whose name is given in lower case. */
  get(name: string): string | undefined {
    for (let index = 0; index < this.#fields.length; index += 2)
      if (this.#fields[index] === name) return this.#fields[index + 1];
    return undefined;
  }
}

/** Who is told of a response while it is read. */
export interface ResponseSink {
  onResponse(status: number, headers: ResponseHeaders): void;
  /** `chunk` is a view of what was pushed: good until the call returns. */
  onData(chunk: Buffer): void;
}

const LF = 10;
const CR = 13;
const MAX_SIZE_DIGITS = 16;
const MAX_CHUNK_SIZE = 2 ** 47;
const MAX_CHUNK_EXTENSION_BYTES = 256;
const MAX_TRAILER_BYTES = 8_192;
const MAX_INTERIM_RESPONSES = 8;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
// Of the leading digits at least one; the rest of the line is the extension, judged by its own rules.
const SIZE_LINE = /^([0-9A-Fa-f]+)((?:;[\t\x20-\x7e\x80-\xff]*)?)$/;

type State = 'idle' | 'status' | 'head' | 'fixed' | 'until-close' | 'size' | 'data' | 'data-end' | 'trailer' | 'done';

/**
 * Reads attacker-controlled bytes as HTTP/1.1 responses (RFC 9112), one after each `begin`, however they were cut. Where
 * the RFC lets a reader guess, this one refuses: two readers that guess differently are how responses get smuggled.
 */
export class ResponseParser {
  /** Whether the connection may carry another exchange, once the response is complete. */
  canReuse = false;
  /** What the server says in `Keep-Alive: timeout=`, seconds. */
  keepAliveSeconds: number | undefined;
  readonly #maxHeaderBytes: number;
  #sink: ResponseSink | undefined;
  #state: State = 'idle';
  #headers = new ResponseHeaders();
  #status = 0;
  #interim = 0;
  #length = -1;
  #isChunked = false;
  /** HTTP/1.0, which knows neither chunks nor kept connections. */
  #isOld = false;
  /** Bytes still to come of the body or the chunk. */
  #left = 0;
  /** Bytes that the lines being read may still take. */
  #room = 0;
  /** The beginning of a line whose end has not come. */
  #held = '';

  /** `maxHeaderBytes` bounds the head of a response together with those of its interim responses. */
  constructor(maxHeaderBytes: number) {
    this.#maxHeaderBytes = maxHeaderBytes;
  }

  /** Expects a response. */
  begin(sink: ResponseSink): void {
    this.#sink = sink;
    this.#interim = 0;
    this.#room = this.#maxHeaderBytes;
    this.#expectHead();
  }

  /** Forgets the response; may be called by the sink. */
  stop(): void {
    this.#sink = undefined;
    this.#state = 'idle';
    this.#held = '';
  }

  /**
   * Takes the next bytes. Returns how many belonged to the response when it is complete, -1 when it is not.
   * @throws HttpClientError with HTTP_CLIENT_MALFORMED, or what the sink throws; the connection is then unusable
   */
  push(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length) {
      const sink = this.#sink;
      if (sink === undefined) throw malformed('bytes that belong to no response');
      if (this.#state === 'fixed' || this.#state === 'data') at = this.#body(sink, chunk, at);
      else if (this.#state === 'until-close') {
        sink.onData(at === 0 ? chunk : chunk.subarray(at));
        return -1;
      } else at = this.#line(sink, chunk, at);
      if (this.#sink === undefined) return -1;
      if (this.#state === 'done') {
        this.stop();
        return at;
      }
    }
    return -1;
  }

  /** The connection has ended; true when that completes the response. */
  end(): boolean {
    const isComplete = this.#state === 'until-close';
    this.stop();
    return isComplete;
  }

  #expectHead(): void {
    this.#state = 'status';
    this.#headers = new ResponseHeaders();
    this.#length = -1;
    this.#isChunked = false;
    this.keepAliveSeconds = undefined;
  }

  #body(sink: ResponseSink, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) {
      this.#room = 2;
      // Before the sink is called: it may stop everything.
      this.#state = this.#state === 'fixed' ? 'done' : 'data-end';
    }
    sink.onData(chunk.subarray(at, end));
    return end;
  }

  #line(sink: ResponseSink, chunk: Buffer, at: number): number {
    const feed = chunk.indexOf(LF, at);
    const end = feed === -1 ? chunk.length : feed + 1;
    this.#room -= end - at;
    if (this.#room < 0) throw malformed('a line or head that is too long');
    const piece = chunk.toString('latin1', at, end);
    if (feed === -1) {
      this.#held += piece;
      return end;
    }
    const line = this.#held === '' ? piece : this.#held + piece;
    this.#held = '';
    if (line.charCodeAt(line.length - 2) !== CR) throw malformed('a line that ends in a bare line feed');
    this.#takeLine(sink, line.slice(0, -2));
    return end;
  }

  #takeLine(sink: ResponseSink, line: string): void {
    switch (this.#state) {
      case 'status':
        return this.#statusLine(line);
      case 'head':
        return line === '' ? this.#endOfHead(sink) : this.#field(line, false);
      case 'size':
        return this.#sizeLine(line);
      case 'data-end':
        if (line !== '') throw malformed('a chunk that is longer than its size');
        return this.#expectSize();
      default:
        if (line === '') this.#state = 'done';
        else this.#field(line, true);
    }
  }

  #statusLine(line: string): void {
    const match = STATUS_LINE.exec(line);
    if (match === null) throw malformed('a bad status line');
    this.#isOld = match[1] === '0';
    this.canReuse = !this.#isOld;
    this.#status = Number(match[2]);
    this.#state = 'head';
  }

  /** A line that begins with white space (obs-fold) has no valid name; neither has one with white space before its colon. */
  #field(line: string, isTrailer: boolean): void {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = trimmed(line, colon + 1);
    if (!TOKEN.test(name) || !VALUE.test(value)) throw malformed('a bad header field');
    // What a trailer says comes too late to be believed.
    if (isTrailer) return;
    this.#headers.add(name, value);
    if (name === 'content-length') this.#contentLength(value);
    else if (name === 'transfer-encoding') {
      if (this.#isChunked || value.toLowerCase() !== 'chunked') throw malformed('an unknown transfer coding');
      this.#isChunked = true;
    } else if (name === 'connection') {
      if (/(?:^|[,\t ])close(?:$|[,\t ])/i.test(value)) this.canReuse = false;
    } else if (name === 'keep-alive') {
      const seconds = /(?:^|[,\t ])timeout=(\d{1,9})/i.exec(value)?.[1];
      if (seconds !== undefined) this.keepAliveSeconds = Number(seconds);
    }
  }

  #contentLength(value: string): void {
    // 15 digits stay below 2^53.
    const length = /^\d{1,15}$/.test(value) ? Number(value) : -1;
    if (length === -1 || (this.#length !== -1 && this.#length !== length)) throw malformed('a bad content-length');
    this.#length = length;
  }

  #endOfHead(sink: ResponseSink): void {
    const status = this.#status;
    const hasLength = this.#length !== -1;
    if (this.#isChunked && (hasLength || this.#isOld)) throw malformed('two framings');
    if (status < 200) return this.#endOfInterim();
    if (this.#isChunked && status === 204) throw malformed('a body where none may be');
    if (status === 204 || status === 304 || this.#length === 0) this.#state = 'done';
    else if (this.#isChunked) this.#expectSize();
    else if (hasLength) {
      this.#left = this.#length;
      this.#state = 'fixed';
    } else {
      this.canReuse = false;
      this.#state = 'until-close';
    }
    sink.onResponse(status, this.#headers);
  }

  #endOfInterim(): void {
    this.#interim += 1;
    // 101 would end HTTP on this connection; we never ask for that.
    if (this.#status === 101 || this.#isChunked || this.#length > 0 || this.#interim > MAX_INTERIM_RESPONSES)
      throw malformed('a bad interim response');
    this.#expectHead();
  }

  #expectSize(): void {
    this.#state = 'size';
    this.#room = MAX_SIZE_DIGITS + MAX_CHUNK_EXTENSION_BYTES + 2;
  }

  #sizeLine(line: string): void {
    const match = SIZE_LINE.exec(line);
    const [, digits = '', extension = ''] = match ?? [];
    const size = digits.length > MAX_SIZE_DIGITS ? Infinity : Number.parseInt(digits, 16);
    if (match === null || size > MAX_CHUNK_SIZE || extension.length > MAX_CHUNK_EXTENSION_BYTES)
      throw malformed('a bad chunk size');
    if (size === 0) {
      this.#state = 'trailer';
      this.#room = MAX_TRAILER_BYTES;
    } else {
      this.#state = 'data';
      this.#left = size;
    }
  }
}

function malformed(what: string): HttpClientError {
  return new HttpClientError(HTTP_CLIENT_MALFORMED, `The upstream sent ${what}.`);
}

/** The text from `start` without white space around it; by a walk, which no input can make slow. */
function trimmed(line: string, start: number): string {
  let from = start;
  let to = line.length;
  while (from < to && isBlank(line.charCodeAt(from))) from += 1;
  while (to > from && isBlank(line.charCodeAt(to - 1))) to -= 1;
  return line.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
