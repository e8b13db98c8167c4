import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import type { Clock } from '../kernel/clock.ts';
import {
  isFailure,
  isResponse,
  type Notification,
  parseJson,
  type Request,
  type Response,
  toMessage,
} from '../kernel/jsonrpc.ts';
import type { Announcement, Flight, Link, Listener } from './link.ts';
import { createPendingTable, type Pending, upstreamInvalid, upstreamUnavailable } from './pending.ts';
import { createSseReader, type SseReader } from './sse.ts';

/** How to reach an upstream over streamable HTTP. */
export interface HttpLinkOptions {
  readonly upstream: string;
  readonly url: URL;
  /** Sent with every request: the upstream's own credentials, never the caller's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** Bound of one reply or event, bytes. Default 16 MiB. */
  readonly maxReplyBytes?: number;
}

const MAX_REPLY_BYTES = 16 * 1024 * 1024;
/** A server that has answered but keeps the stream open is cut off after this long, ms. */
const LINGER_MS = 5_000;
const RELISTEN_MIN_MS = 1_000;
const RELISTEN_MAX_MS = 30_000;

/** Opens a link to a streamable HTTP upstream (MCP 2025-03-26 … 2025-11-25, "Streamable HTTP"). Connects lazily. */
export function openHttpLink(options: HttpLinkOptions, listener: Listener): Link {
  const { upstream, dispatcher, url, clock } = options;
  const origin = url.origin;
  const path = url.pathname + url.search;
  const maxBytes = options.maxReplyBytes ?? MAX_REPLY_BYTES;
  const pendings = createPendingTable();
  const own = Object.entries(options.headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
  let sessionId: string | undefined;
  let protocolVersion: string | undefined;
  let postHeaders = headersFor('application/json, text/event-stream', true);
  let closed = false;
  let stopListening: (() => void) | undefined;

  function headersFor(accept: string, body: boolean): string[] {
    const headers = [...own, 'accept', accept];
    if (body) headers.push('content-type', 'application/json');
    if (sessionId !== undefined) headers.push('mcp-session-id', sessionId);
    if (protocolVersion !== undefined) headers.push('mcp-protocol-version', protocolVersion);
    return headers;
  }

  function end(cause: string): void {
    if (closed) return;
    closed = true;
    stopListening?.();
    pendings.failAll(upstreamUnavailable(upstream, 'ended the session'));
    listener.closed(cause);
  }

  function learn(pending: Pending, response: Response, session: string | undefined): void {
    if (pending.outgoing.method !== 'initialize' || isFailure(response)) return;
    sessionId = session;
    const version = response.result['protocolVersion'];
    // Sent back as a header: only what looks like a version.
    if (typeof version === 'string' && /^[0-9A-Za-z.-]{1,32}$/.test(version)) protocolVersion = version;
    postHeaders = headersFor('application/json, text/event-stream', true);
  }

  /** Takes one JSON-RPC message of the exchange that `pending` began; true when it was the reply. */
  function take(pending: Pending, text: string, session: string | undefined): boolean {
    const message = toMessage(parseJson(text));
    if (!isResponse(message)) {
      pending.related(message);
      return false;
    }
    if (message.id !== pending.outgoing.id) return false;
    learn(pending, message, session);
    pending.settle(message);
    return true;
  }

  /** One POST that carries a request. */
  function exchange(pending: Pending): Dispatcher.DispatchHandler & { abort(): void } {
    let controller: Dispatcher.DispatchController | undefined;
    let aborted = false;
    let status = 0;
    let session: string | undefined;
    let reader: SseReader | undefined;
    let stopLinger: (() => void) | undefined;
    let chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: Error): void => {
      pending.fail(error);
      controller?.abort(error);
    };
    return {
      abort() {
        aborted = true;
        controller?.abort(new Error('cancelled'));
      },
      onRequestStart(given) {
        controller = given;
        if (aborted) given.abort(new Error('cancelled'));
      },
      onResponseStart(_controller, code, headers) {
        status = code;
        session = single(headers['mcp-session-id']);
        const type = single(headers['content-type']) ?? '';
        if (code !== 200 || !/^text\/event-stream\b/i.test(type)) return;
        reader = createSseReader((event) => {
          if (event.data === '' || pending.isSettled()) return;
          if (take(pending, event.data, session))
            stopLinger = clock.after(LINGER_MS, () => refuse(new Error('linger')));
        }, maxBytes);
      },
      onResponseData(_controller, chunk) {
        if (reader === undefined) {
          size += chunk.length;
          if (size > maxBytes) refuse(upstreamInvalid(upstream, 'sent a reply that is too large'));
          else chunks.push(chunk);
          return;
        }
        try {
          reader.push(chunk);
        } catch {
          refuse(upstreamInvalid(upstream, 'sent an event that is no JSON-RPC message'));
        }
      },
      onResponseEnd() {
        stopLinger?.();
        if (pending.isSettled()) return;
        if (reader !== undefined)
          return pending.fail(upstreamUnavailable(upstream, 'ended the stream before its reply'));
        const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
        chunks = [];
        finish(pending, status, body, session);
      },
      onResponseError(_controller, error) {
        stopLinger?.();
        pending.fail(upstreamUnavailable(upstream, `could not be reached (${codeOf(error)})`));
      },
    };
  }

  function finish(pending: Pending, status: number, body: Buffer, session: string | undefined): void {
    if (status === 404 && sessionId !== undefined) return end('the upstream forgot the session');
    const text = isUtf8(body) ? body.toString('utf8') : '';
    try {
      // A JSON-RPC error may come with any status; a result only with 200.
      if (take(pending, text, session)) return;
    } catch {
      // Not a message: judged by the status below.
    }
    if (pending.isSettled()) return;
    if (status === 200) pending.fail(upstreamInvalid(upstream, 'answered with something else than the reply'));
    else pending.fail(upstreamUnavailable(upstream, `answered HTTP ${status}`));
  }

  function post(message: object, handler: Dispatcher.DispatchHandler): void {
    dispatcher.dispatch(
      {
        origin,
        path,
        method: 'POST',
        headers: postHeaders,
        body: JSON.stringify(message),
        bodyTimeout: 0,
        headersTimeout: 0,
      },
      handler,
    );
  }

  /** One POST without a reply of its own (notification, response). */
  function send(message: Notification | Response): Promise<void> {
    if (closed) return Promise.reject(upstreamUnavailable(upstream, 'is closed'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    post(message, {
      onRequestStart() {},
      onResponseStart(controller, code) {
        if (code < 300) resolve();
        else reject(upstreamUnavailable(upstream, `answered HTTP ${code}`));
        if (code === 200) controller.abort(new Error('no reply expected'));
      },
      onResponseData() {},
      onResponseEnd() {},
      onResponseError(_controller, error) {
        reject(upstreamUnavailable(upstream, `could not be reached (${codeOf(error)})`));
      },
    });
    return promise;
  }

  function listenOnce(lastEventId: string | undefined, delay: number): void {
    if (closed) return;
    const headers = headersFor('text/event-stream', false);
    if (lastEventId !== undefined && isHeaderSafe(lastEventId)) headers.push('last-event-id', lastEventId);
    let seen = lastEventId;
    let reader: SseReader | undefined;
    let heard = false;
    const again = (): void => {
      stopListening = undefined;
      if (closed || reader === undefined) return;
      const wait = heard ? RELISTEN_MIN_MS : Math.min(delay * 2, RELISTEN_MAX_MS);
      stopListening = clock.after(wait, () => listenOnce(seen, wait));
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        stopListening = () => controller.abort(new Error('closed'));
        if (closed) stopListening();
      },
      onResponseStart(controller, code, responseHeaders) {
        const isStream = /^text\/event-stream\b/i.test(single(responseHeaders['content-type']) ?? '');
        // 405 says that the upstream has no such stream; anything else is no reason to hammer it.
        if (code !== 200 || !isStream) return controller.abort(new Error('no stream'));
        reader = createSseReader((event) => {
          heard = true;
          seen = event.id ?? seen;
          announce(event.data);
        }, maxBytes);
      },
      onResponseData(controller, chunk) {
        try {
          reader?.push(chunk);
        } catch (error) {
          controller.abort(error instanceof Error ? error : new Error('bad stream'));
        }
      },
      onResponseEnd: again,
      onResponseError: again,
    };
    dispatcher.dispatch({ origin, path, method: 'GET', headers, bodyTimeout: 0, headersTimeout: 30_000 }, handler);
  }

  function announce(data: string): void {
    if (data === '') return;
    const message = toMessage(parseJson(data));
    // A resumed stream may carry the reply of a request whose POST broke.
    if (isResponse(message)) pendings.get(message.id)?.settle(message);
    else listener.announce(message);
  }

  async function close(cause: string): Promise<void> {
    if (closed) return;
    const headers = headersFor('application/json', false);
    const wasOpen = sessionId !== undefined;
    end(cause);
    if (!wasOpen) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    dispatcher.dispatch(
      { origin, path, method: 'DELETE', headers, headersTimeout: LINGER_MS, bodyTimeout: LINGER_MS },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        // Best effort: the upstream has its own time-outs.
        onResponseError: () => resolve(),
      },
    );
    await promise;
  }

  return {
    upstream,
    request(request: Request, related: (message: Announcement) => void): Flight {
      const pending = pendings.add(request, related);
      if (closed) {
        pending.fail(upstreamUnavailable(upstream, 'is closed'));
        return { reply: pending.reply, cancel() {} };
      }
      const handler = exchange(pending);
      post(pending.outgoing, handler);
      return {
        reply: pending.reply,
        cancel(error) {
          if (pending.isSettled()) return;
          pending.fail(error);
          if (!closed && request.method !== 'initialize') {
            const params = { requestId: pending.outgoing.id, reason: error.message };
            send({ jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => {});
          }
          handler.abort();
        },
      };
    },
    notify: send,
    respond: send,
    listen() {
      if (stopListening === undefined && !closed) listenOnce(undefined, RELISTEN_MIN_MS);
    },
    get closed() {
      return closed;
    },
    retire: (cause) => new Promise((resolve) => pendings.whenIdle(() => resolve(close(cause)))),
    close,
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function isHeaderSafe(value: string): boolean {
  return /^[\x20-\x7e]{1,512}$/.test(value);
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
