import type { Socket } from 'node:net';
import type { Bag, Bagged } from '../kernel/bag.ts';
import type { Clock } from '../kernel/clock.ts';
import { HttpClientError, type ResponseHeaders, ResponseParser, type ResponseSink } from './http-response.ts';

/** The other side, or the end of the client, ended the connection before the response was complete. */
export const HTTP_CLIENT_CLOSED = 'HTTP_CLIENT_CLOSED';
/** No connection, or no response head, in time. */
export const HTTP_CLIENT_TIMEOUT = 'HTTP_CLIENT_TIMEOUT';
/** A server closes after the time that it says; we must not write just then. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

/** Hears of one exchange: `onEnd` or `onError` comes once, last, and never after `abort()`; nothing during `send()`. */
export interface HttpHandler {
  onResponse(status: number, headers: ResponseHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** `error.code` is one of the `HTTP_CLIENT_…` constants or the system's own. */
  onError(error: Error): void;
}

/** A place that connections go to, and those that wait there for the next exchange, the last used at the end. */
export interface Origin {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  readonly idle: Connection[];
}

/** What the connections of one client share. */
export interface Pool {
  readonly all: Bag<Connection>;
  readonly clock: Clock;
  readonly keepAliveMs: number;
  readonly maxHeaderBytes: number;
  isClosed: boolean;
  /** Sends on a new connection. */
  sendFresh(exchange: Exchange, origin: Origin): void;
}

/** One request and what comes of it. */
export class Exchange implements ResponseSink {
  readonly method: string;
  /** The connection that carries it now. */
  connection: Connection | undefined;
  stopTimer: (() => void) | undefined;
  text = '';
  encoding: 'latin1' | 'utf8' | undefined;
  readonly #handler: HttpHandler;
  #isOver = false;

  constructor(method: string, handler: HttpHandler) {
    this.method = method;
    this.#handler = handler;
  }

  /** Puts head and body into one text, so that they leave in one system call. */
  write(head: string, body: string | undefined): void {
    if (body === undefined) {
      this.text = this.method === 'POST' ? `${head}content-length: 0\r\n\r\n` : `${head}\r\n`;
      this.encoding = 'latin1';
      return;
    }
    const length = Buffer.byteLength(body);
    this.encoding = length === body.length ? 'latin1' : 'utf8';
    // A head is Latin-1, as HTTP has it; beside a body that is not, each becomes bytes by itself.
    const isMixed = this.encoding === 'utf8' && Buffer.byteLength(head) !== head.length;
    if (isMixed) this.encoding = 'latin1';
    this.text = `${head}content-length: ${length}\r\n\r\n${isMixed ? Buffer.from(body).toString('latin1') : body}`;
  }

  abort(): void {
    if (!this.#finish()) return;
    this.connection?.destroy();
  }

  onResponse(status: number, headers: ResponseHeaders): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
    this.#handler.onResponse(status, headers);
  }

  onData(chunk: Buffer): void {
    // A copy: the connections share what they read into.
    this.#handler.onData(Buffer.from(chunk));
  }

  end(): void {
    if (this.#finish()) this.#handler.onEnd();
  }

  fail(error: unknown): void {
    if (this.#finish()) this.report(error);
  }

  report(error: unknown): void {
    this.#handler.onError(error instanceof Error ? error : new Error('unknown failure'));
  }

  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.stopTimer?.();
    return true;
  }
}

/** A socket, its parser, and the exchange that they carry. */
export class Connection implements Bagged {
  slot = -1;
  readonly #pool: Pool;
  readonly #origin: Origin;
  readonly #parser: ResponseParser;
  #socket: Socket | undefined;
  #exchange: Exchange | undefined;
  #stopTimer: (() => void) | undefined;
  #isReady = false;
  #isReused = false;
  #isHeard = false;
  /** Until when it may wait for the next exchange, ms since the epoch. */
  #idleUntil = Infinity;

  constructor(pool: Pool, origin: Origin) {
    this.#pool = pool;
    this.#origin = origin;
    this.#parser = new ResponseParser(pool.maxHeaderBytes);
  }

  attach(socket: Socket, ready: 'connect' | 'secureConnect', connectTimeoutMs: number): this {
    this.#socket = socket.setNoDelay();
    this.#pool.all.add(this);
    this.#stopTimer = this.#pool.clock.after(connectTimeoutMs, () => this.fail(timedOut('accept a connection')));
    socket.once(ready, () => {
      this.#isReady = true;
      this.#stopTimer?.();
      this.#write();
    });
    socket.on('error', (error) => this.#lose(error));
    socket.on('end', () => (this.#parser.end() ? this.#complete(false) : this.#lose()));
    socket.on('close', () => this.#lose());
    return this;
  }

  start(exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.connection = this;
    this.#isHeard = false;
    this.#idleUntil = Infinity;
    this.#parser.begin(exchange);
    // Nothing leaves before the certificate has been verified.
    if (this.#isReady) this.#write();
  }

  read(bytes: Uint8Array, size: number): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      // Nobody has asked: whatever it is, it must not become the answer to the next request.
      this.destroy();
      return true;
    }
    this.#isHeard = true;
    try {
      const used = this.#parser.push(Buffer.from(bytes.buffer, bytes.byteOffset, size));
      if (used !== -1) this.#complete(used === size);
    } catch (error) {
      this.fail(error);
    }
    return true;
  }

  isStale(now: number): boolean {
    return now >= this.#idleUntil || this.#socket?.destroyed === true;
  }

  fail(error: unknown): void {
    const exchange = this.#exchange;
    this.destroy();
    exchange?.fail(error);
  }

  destroy(): void {
    this.#exchange = undefined;
    this.#parser.stop();
    this.#stopTimer?.();
    this.#pool.all.remove(this);
    const place = this.#origin.idle.indexOf(this);
    if (place !== -1) this.#origin.idle.splice(place, 1);
    this.#socket?.destroy();
  }

  async end(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket?.once('close', () => resolve());
    this.fail(closed());
    await promise;
  }

  #write(): void {
    const exchange = this.#exchange;
    if (exchange !== undefined) this.#socket?.write(exchange.text, exchange.encoding);
  }

  /** The socket has ended or broken. */
  #lose(error: Error = closed()): void {
    const exchange = this.#exchange;
    const mayRepeat = this.#isReused && !this.#isHeard && exchange?.method === 'GET' && !this.#pool.isClosed;
    this.destroy();
    // A server closes an idle connection when it likes; only what changes nothing may be asked twice.
    if (mayRepeat) this.#pool.sendFresh(exchange, this.#origin);
    else exchange?.fail(error);
  }

  /** The response is here; `isClean` when nothing came after it. */
  #complete(isClean: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (isClean) this.#release();
    else this.destroy();
    try {
      exchange?.end();
    } catch (error) {
      if (this.#exchange === undefined) this.destroy();
      exchange?.report(error);
    }
  }

  #release(): void {
    const { clock, keepAliveMs, isClosed } = this.#pool;
    const { canReuse, keepAliveSeconds } = this.#parser;
    const said = keepAliveSeconds === undefined ? keepAliveMs : keepAliveSeconds * 1_000 - KEEP_ALIVE_MARGIN_MS;
    const wait = Math.min(keepAliveMs, said);
    // What the server did not wait for is still on its way out, and would stand before the next request.
    const isSent = this.#socket?.writableLength === 0;
    if (!canReuse || wait <= 0 || isClosed || !isSent) return this.destroy();
    this.#isReused = true;
    this.#idleUntil = clock.now() + wait;
    this.#origin.idle.push(this);
  }
}

/** Says that something took too long. */
export function timedOut(what: string): HttpClientError {
  return new HttpClientError(HTTP_CLIENT_TIMEOUT, `The upstream did not ${what} in time.`);
}

/** Says that a connection has ended. */
export function closed(): HttpClientError {
  return new HttpClientError(HTTP_CLIENT_CLOSED, 'The connection ended before the response.');
}
