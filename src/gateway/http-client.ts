import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { Bag } from '../kernel/bag.ts';
import type { Clock } from '../kernel/clock.ts';
import { Connection, closed, Exchange, type HttpHandler, type Origin, type Pool, timedOut } from './http-connection.ts';
import { HttpClientError } from './http-response.ts';
import { isOwnHeader } from './own-headers.ts';

/** The request cannot be written: its URL or a header field is not allowed. */
export const HTTP_CLIENT_REQUEST = 'HTTP_CLIENT_REQUEST';

/** What a client needs to know. */
export interface HttpClientOptions {
  readonly clock: Clock;
  /** Longest time until a connection stands, TLS included, ms. Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Longest time that an idle connection is kept, ms. Default 30 000; less where the server says so. */
  readonly keepAliveMs?: number;
  /** Bound of a response's head, bytes. Default 65 536. */
  readonly maxHeaderBytes?: number;
  /** `ca`: PEM certificates to trust instead of Node's. Verification cannot be switched off. */
  readonly tls?: { readonly ca?: string };
}

/** One request. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /**
   * Name in lower case, value, name, value, … Never changed once used: for a POST what is made of it is remembered, so
   * pass the same array again. Host, Content-Length and what concerns the connection are not for the caller to set.
   */
  readonly headers: readonly string[];
  /** More headers, of this request alone. Made anew each time, so nothing of them is remembered. */
  readonly extraHeaders?: readonly string[] | undefined;
  readonly body?: string;
  /** Longest time until the response's head is here, ms. Default 0: no bound. */
  readonly headersTimeoutMs?: number;
}

/** A small HTTP/1.1 client for the data path: no redirects, no proxies, no cookies, no decompression. */
export interface HttpClient {
  send(request: HttpRequest, handler: HttpHandler): { abort(): void };
  /** Ends all connections; what is under way fails. */
  close(): Promise<void>;
}

/** The part of a request that stays the same from one to the next, and where it goes. */
interface Head {
  readonly url: URL;
  readonly method: string;
  readonly text: string;
  readonly origin: Origin;
}

const READ_BYTES = 65_536;
const SWEEP_MS = 5_000;
/** Said outright, lest an environment variable of Node's weaken it. */
const SECURE = { rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] };
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Makes a client. One connection carries one exchange at a time; their number is bounded by the callers alone. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, connectTimeoutMs = 10_000, keepAliveMs = 30_000, maxHeaderBytes = 65_536 } = options;
  const origins = new Map<string, Origin>();
  const heads = new WeakMap<readonly string[], Head>();
  const all = new Bag<Connection>();
  const pool: Pool = { all, clock, keepAliveMs, maxHeaderBytes, isClosed: false, sendFresh };
  let secureContext: SecureContext | undefined;
  const stopSweeping = clock.every(SWEEP_MS, () => {
    for (const connection of all.all()) if (connection.isStale(clock.now())) connection.destroy();
  });

  function originOf(url: URL): Origin {
    const key = url.origin;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const isTls = url.protocol === 'https:';
    const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
    const origin = { isTls, host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, idle: [] };
    origins.set(key, origin);
    return origin;
  }

  function headOf({ url, method, headers }: HttpRequest): Head {
    const known = heads.get(headers);
    if (known !== undefined && known.url === url && known.method === method) return known;
    const head = { url, method, text: headText(url, method, headers), origin: originOf(url) };
    // The others are rare, and as a rule their headers are made for them alone.
    if (method === 'POST') heads.set(headers, head);
    return head;
  }

  function open(origin: Origin): Connection {
    const { isTls, host, port } = origin;
    const connection = new Connection(pool, origin);
    const onread = {
      buffer: readBuffer(),
      callback: (size: number, bytes: Uint8Array) => connection.read(bytes, size),
    };
    const target = { host, port, onread };
    if (!isTls) return connection.attach(connectPlain(target), 'connect', connectTimeoutMs);
    const { ca } = options.tls ?? {};
    secureContext ??= createSecureContext({ minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) });
    // No server name for an address (RFC 6066); the certificate is then held against `host`.
    const servername = isIP(host) === 0 ? host : '';
    const secure = { ...SECURE, ...target, secureContext, servername };
    return connection.attach(connectTls(secure), 'secureConnect', connectTimeoutMs);
  }

  function sendFresh(exchange: Exchange, origin: Origin): void {
    open(origin).start(exchange);
  }

  function takeIdle(origin: Origin): Connection | undefined {
    for (;;) {
      const connection = origin.idle.pop();
      if (connection === undefined || !connection.isStale(clock.now())) return connection;
      connection.destroy();
    }
  }

  function send(request: HttpRequest, handler: HttpHandler): Exchange {
    const exchange = new Exchange(request.method, handler);
    try {
      if (pool.isClosed) throw closed();
      const { text, origin } = headOf(request);
      const { extraHeaders, body } = request;
      exchange.write(extraHeaders === undefined ? text : text + linesOf(extraHeaders), body);
      const wait = request.headersTimeoutMs ?? 0;
      if (wait > 0) exchange.stopTimer = clock.after(wait, () => exchange.connection?.fail(timedOut('answer')));
      const idle = takeIdle(origin);
      if (idle === undefined) sendFresh(exchange, origin);
      else idle.start(exchange);
    } catch (error) {
      queueMicrotask(() => exchange.fail(error));
    }
    return exchange;
  }

  async function close(): Promise<void> {
    pool.isClosed = true;
    stopSweeping();
    await Promise.all(all.all().map((connection) => connection.end()));
  }

  return { send, close };
}

// A read fills the buffer and hands it over in one go, so one serves all; except on Windows, where a read under way owns it.
const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
function readBuffer(): Buffer {
  return process.platform === 'win32' ? Buffer.allocUnsafeSlow(READ_BYTES) : sharedBuffer;
}

function headText(url: URL, method: string, headers: readonly string[]): string {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new HttpClientError(HTTP_CLIENT_REQUEST, 'No HTTP.');
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${linesOf(headers)}`;
}

function linesOf(headers: readonly string[]): string {
  let text = '';
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (!NAME.test(name) || isOwnHeader(name) || !VALUE.test(value))
      throw new HttpClientError(HTTP_CLIENT_REQUEST, 'A header field of the request is not allowed.');
    text += `${name}: ${value}\r\n`;
  }
  return text;
}
