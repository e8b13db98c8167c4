import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { checkServerIdentity, createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { blind, type Blind, type Look, saw } from '../look.ts';

/** One HTTP request. */
export interface Asked {
  /** http or https; credentials in it are not sent. */
  readonly url: URL;
  readonly method: string;
  /** Names in lower case. `host` replaces the one of `url`; it changes neither where is connected nor the TLS name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A `Content-Length` that promises more than `body`, bytes; the rest is never sent. Default: what `body` has. */
  readonly promisedBytes?: number;
}

/** How, and for how long, it is asked. */
export interface AskRules {
  /** Where to connect, whatever the name resolves to. Default: the name's addresses. */
  readonly address?: { readonly address: string; readonly family: 4 | 6 } | undefined;
  /** False accepts any certificate. */
  readonly verifyTls: boolean;
  /** PEM certificates to trust besides the system's. */
  readonly ca?: string | undefined;
  /** Longest time for the whole exchange, from the name lookup to the last byte, ms. */
  readonly deadlineMs: number;
  /** Bytes of the body that are read; the rest is cut off. */
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
  /** Told the body so far whenever lines have come; true is enough of it. For event streams, which need not end. */
  readonly readUntil?: ((text: string) => boolean) | undefined;
  /** Keeps connections for the next request; the caller destroys it. Default: one connection for each request. */
  readonly agent?: Agent | undefined;
}

/** What came back. */
export interface Heard {
  readonly status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** True where the body was not read to its end: too long, too slow, broken off, or enough of it. */
  readonly isCut: boolean;
}

/** Largest head of an answer that is read, bytes; a longer one is an error. */
const MAX_HEAD_BYTES = 32 * 1024;

/**
 * Sends one request and reads its answer, both bounded. Follows no redirect, sends no cookie, asks for no compression.
 * An answer whose head has come is an answer, even where its body does not end in time.
 *
 * Never throws. Blind: `unreachable` (nobody there), `timeout` (no head in time), `error` (TLS, or not HTTP).
 */
export async function ask(asked: Asked, rules: AskRules): Promise<Look<Heard>> {
  const { look, isStale } = await exchange(asked, rules);
  // A kept connection that ended while it was idle says nothing about the request (RFC 9112, section 9.3.1).
  return isStale ? (await exchange(asked, { ...rules, agent: undefined })).look : look;
}

function exchange(asked: Asked, rules: AskRules): Promise<{ look: Look<Heard>; isStale: boolean }> {
  return new Promise((resolveBoth) => {
    const resolve = (look: Look<Heard>, isStale = false): void => resolveBoth({ look, isStale });
    if (rules.signal.aborted) return resolve(stopped());
    let request: ClientRequest;
    try {
      request = open(asked, rules);
    } catch (error) {
      return resolve(failed(error));
    }
    let reading: Reading | undefined;
    const settle = (otherwise: Blind): void => {
      clearTimeout(timer);
      rules.signal.removeEventListener('abort', onAbort);
      if (reading === undefined) resolve(otherwise, otherwise.blind === 'error' && request.reusedSocket);
      else resolve(saw(reading.heard()));
      // A connection on which everything has been said goes back to its agent; any other is of no more use.
      if (reading?.isWhole !== true || !request.writableEnded) request.destroy();
    };
    const onAbort = (): void => settle(stopped());
    const timer = setTimeout(() => settle(tooSlow(rules.deadlineMs)), rules.deadlineMs);
    rules.signal.addEventListener('abort', onAbort);
    // Stays after the answer: a connection that breaks later must not end the process.
    request.on('error', (error) => settle(failed(error)));
    request.on('close', () => settle(failed(undefined)));
    request.once('response', (response) => {
      reading = read(response, rules, () => settle(failed(undefined)));
    });
    send(request, asked);
  });
}

function open({ url, method, headers, body, promisedBytes }: Asked, rules: AskRules): ClientRequest {
  const { address, agent } = rules;
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const length = promisedBytes ?? (body === undefined ? undefined : Buffer.byteLength(body));
  const options = {
    method,
    path: url.pathname + url.search,
    host: address?.address ?? name,
    ...(address === undefined ? {} : { family: address.family }),
    ...(url.port === '' ? {} : { port: url.port }),
    headers: {
      host: url.host,
      'accept-encoding': 'identity',
      ...(length === undefined ? {} : { 'content-length': String(length) }),
      ...headers,
    },
    maxHeaderSize: MAX_HEAD_BYTES,
    agent: agent ?? false,
  };
  if (url.protocol === 'http:') return httpRequest(options);
  return httpsRequest({
    ...options,
    // Said here, because Node would take it from the Host header.
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    rejectUnauthorized: rules.verifyTls,
    ...(rules.ca === undefined ? {} : { secureContext: contextOf(rules.ca) }),
  });
}

function send(request: ClientRequest, { body, promisedBytes }: Asked): void {
  if (promisedBytes === undefined) request.end(body);
  else if (body === undefined) request.flushHeaders();
  else request.write(body);
}

let latest: { readonly ca: string; readonly context: SecureContext } | undefined;

// Reading all of the system's certificates takes longer than a request, and a scan has one `ca`.
function contextOf(ca: string): SecureContext {
  if (latest?.ca !== ca) latest = { ca, context: createSecureContext({ ca: [...getCACertificates('default'), ca] }) };
  return latest.context;
}

/** An answer as it comes. */
interface Reading {
  readonly isWhole: boolean;
  heard(): Heard;
}

function read(response: IncomingMessage, rules: AskRules, done: () => void): Reading {
  const decoder = new StringDecoder('utf8');
  let text = '';
  let bytes = 0;
  let isWhole = false;
  let isOver = false;
  const finish = (): void => {
    isOver = true;
    done();
  };
  response.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const room = rules.maxBodyBytes - bytes;
    bytes += chunk.length;
    text += decoder.write(chunk.length > room ? chunk.subarray(0, room) : chunk);
    const isEnough = rules.readUntil !== undefined && chunk.includes(0x0a) && rules.readUntil(text);
    if (chunk.length > room || isEnough) finish();
  });
  response.on('end', () => {
    if (isOver) return;
    isWhole = response.complete;
    finish();
  });
  response.on('error', finish);
  return {
    get isWhole() {
      return isWhole;
    },
    heard: () => ({ status: response.statusCode ?? 0, headers: headersOf(response), body: text, isCut: !isWhole }),
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
]);

// The message of an error may quote what the server sent; its code cannot.
function failed(error: unknown): Blind {
  const code = codeOf(error);
  if (code === undefined) {
    return blind('error', 'The connection was closed without an answer.', '连接在没有应答的情况下被关闭。');
  }
  if (UNREACHABLE.has(code)) return blind('unreachable', `No connection (${code}).`, `无法连接(${code})。`);
  if (code.startsWith('HPE_')) {
    return blind('error', `What came back is no valid HTTP (${code}).`, `返回的内容不是有效的 HTTP(${code})。`);
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return blind('error', `The connection was cut off (${code}).`, `连接被切断(${code})。`);
  }
  return blind('error', `The request could not be made (${code}).`, `请求无法完成(${code})。`);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  // Several addresses were tried and none answered.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

function tooSlow(ms: number): Blind {
  return blind('timeout', `No answer within ${ms} ms.`, `${ms} 毫秒内没有应答。`);
}

function stopped(): Blind {
  return blind('timeout', 'The scan was ended before an answer came.', '扫描在得到应答之前已结束。');
}
