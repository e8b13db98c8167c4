import { isUtf8 } from 'node:buffer';
import type { Clock } from '../kernel/clock.ts';
import {
  isFailure,
  isRequest,
  isResponse,
  type Notification,
  parseJson,
  type Request,
  type Response,
  toMessage,
} from '../kernel/jsonrpc.ts';
import { type Era, MODERN_VERSION } from './era.ts';
import type { HttpClient } from './http-client.ts';
import type { HttpHandler } from './http-connection.ts';
import type { ResponseHeaders } from './http-response.ts';
import type { Carriage, Flight, Link, Listener } from './link.ts';
import { mirroredHeaders, type ParamHeader } from './mirrored-headers.ts';
import { createPendingTable, type Pending, upstreamInvalid, upstreamUnavailable } from './pending.ts';
import { createSseReader, type SseEvent, type SseReader } from './sse.ts';

/** How to reach an upstream over streamable HTTP. */
export interface HttpLinkOptions {
  readonly upstream: string;
  readonly url: URL;
  /** Sent with every request: the upstream's own credentials, never the caller's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly era: Era;
  /** Which arguments of a tool a modern upstream wants to see as headers, as far as its tools have been listed. */
  readonly paramHeaders: (tool: string) => readonly ParamHeader[] | undefined;
  /** Bound of one reply or event, bytes. Default 16 MiB. */
  readonly maxReplyBytes?: number;
}

const MAX_REPLY_BYTES = 16 * 1024 * 1024;
/** A server that has answered but keeps the stream open is cut off after this long, ms. */
const LINGER_MS = 5_000;
/** Wait before a cut stream is gone on with, where the upstream names no time of its own, and the bounds of what it may name, ms. */
const RESUME_MS = 1_000;
const MIN_RESUME_MS = 100;
const MAX_RESUME_MS = 30_000;
/** Attempts to go on with one stream that bring nothing new. */
const MAX_RESUMES = 5;
const RELISTEN_MIN_MS = 1_000;
const RELISTEN_MAX_MS = 30_000;

/**
 * Opens a link to a streamable HTTP upstream: with a session (MCP 2025-03-26 … 2025-11-25) or stateless (2026-07-28),
 * where headers mirror each request and closing its stream cancels it (HTTP-20). Connects lazily.
 */
export function openHttpLink(options: HttpLinkOptions, listener: Listener): Link {
  const { upstream, client, url, clock } = options;
  const isModern = options.era === 'modern';
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
    if (isModern || pending.outgoing.method !== 'initialize' || isFailure(response)) return;
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
      // A modern server never asks by itself (HTTP-17).
      if (isModern && isRequest(message)) return false;
      if (!pendings.related(message)) pending.related(message);
      return false;
    }
    if (message.id !== pending.outgoing.id) return false;
    learn(pending, message, session);
    pending.settle(message);
    return true;
  }

  /** One POST that carries a request; what is returned gives it up. */
  function exchange(
    pending: Pending,
    carriage: Carriage | undefined,
    extraHeaders: string[] | undefined,
  ): { abort(): void } {
    let status = 0;
    let session: string | undefined;
    let reader: SseReader | undefined;
    let stopWaiting: (() => void) | undefined;
    let sent: { abort(): void } | undefined;
    let chunks: Buffer[] = [];
    let size = 0;
    let attempts = 0;
    let isOpened = false;
    let waitMs = RESUME_MS;

    const refuse = (error: Error): void => {
      pending.fail(error);
      abort();
    };
    const abort = (): void => {
      stopWaiting?.();
      sent?.abort();
    };
    const onEvent = (event: SseEvent): void => {
      attempts = 0;
      if (pending.isSettled()) return;
      if (event.data === '') {
        const retryMs = reader?.retryMs;
        if (!isOpened && event.id !== undefined && !isModern) {
          carriage?.opened(retryMs === undefined ? undefined : Math.min(retryMs, MAX_RESUME_MS));
        }
        isOpened = true;
        return;
      }
      if (take(pending, event.data, session)) stopWaiting = clock.after(LINGER_MS, () => sent?.abort());
    };
    /** A stream that ended early goes on where it was cut, if it said where that is (LEG-HTTP-12, LEG-HTTP-27). */
    const resume = (why: string, isIntended: boolean): void => {
      const { lastId, retryMs = waitMs } = reader ?? {};
      attempts += 1;
      waitMs = Math.min(Math.max(retryMs, MIN_RESUME_MS), MAX_RESUME_MS);
      if (isModern || closed || lastId === undefined || !isHeaderSafe(lastId) || attempts > MAX_RESUMES) {
        return pending.fail(upstreamUnavailable(upstream, why));
      }
      if (isIntended) carriage?.paused();
      const headers = [...headersFor('text/event-stream', false), 'last-event-id', lastId];
      // It may be the answer that opens the session: not known yet, and needed already.
      if (sessionId === undefined && session !== undefined) headers.push('mcp-session-id', session);
      stopWaiting = clock.after(waitMs, () => {
        if (!pending.isSettled()) sent = client.send({ url, method: 'GET', headers }, handler);
      });
    };
    const handler: HttpHandler = {
      onResponse(code, headers) {
        status = code;
        session = headers.get('mcp-session-id') ?? session;
        const isStream = code === 200 && isEventStream(headers);
        // What is resumed is one stream still, but not one text.
        if (isStream) reader = createSseReader(onEvent, maxBytes, reader?.lastId);
        else if (reader !== undefined) refuse(upstreamUnavailable(upstream, 'does not go on with its stream', code));
      },
      onData(chunk) {
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
      onEnd() {
        stopWaiting?.();
        if (pending.isSettled()) return;
        if (reader !== undefined) return resume('ended the stream before its reply', true);
        const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
        chunks = [];
        finish(pending, status, body, session);
      },
      onError(error) {
        stopWaiting?.();
        if (!pending.isSettled()) resume(`could not be reached (${codeOf(error)})`, false);
      },
    };
    sent = post(pending.outgoing, handler, extraHeaders);
    if (isModern) pending.abandon = abort;
    return { abort };
  }

  /** What mirrors a modern request, beside the headers that go with every one. */
  function mirrored(message: Request | Notification, forwarded?: readonly string[]): string[] | undefined {
    if (!isModern) return undefined;
    const name = message.method === 'tools/call' ? message.params?.['name'] : undefined;
    const declared = typeof name === 'string' ? options.paramHeaders(name) : undefined;
    return mirroredHeaders(MODERN_VERSION, message, declared, forwarded);
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
    else pending.fail(upstreamUnavailable(upstream, `answered HTTP ${status}`, status));
  }

  function post(message: object, handler: HttpHandler, extraHeaders: string[] | undefined): { abort(): void } {
    const body = JSON.stringify(message);
    return client.send({ url, method: 'POST', headers: postHeaders, extraHeaders, body }, handler);
  }

  /** One POST without a reply of its own (notification, response). */
  function send(message: Notification | Response): Promise<void> {
    if (closed) return Promise.reject(upstreamUnavailable(upstream, 'is closed'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const handler: HttpHandler = {
      onResponse(code) {
        if (code < 300) resolve();
        else reject(upstreamUnavailable(upstream, `answered HTTP ${code}`));
        // No reply is expected, and a stream might never end.
        if (code === 200) sent.abort();
      },
      onData() {},
      onEnd() {},
      onError: (error) => reject(upstreamUnavailable(upstream, `could not be reached (${codeOf(error)})`)),
    };
    const sent = post(message, handler, isResponse(message) ? undefined : mirrored(message));
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
    const stop = (): void => {
      sent.abort();
      again();
    };
    const request = { url, method: 'GET', headers, headersTimeoutMs: 30_000 } as const;
    const sent = client.send(request, {
      onResponse(code, responseHeaders) {
        // 405 says that the upstream has no such stream; anything else is no reason to hammer it.
        if (code !== 200 || !isEventStream(responseHeaders)) return stop();
        reader = createSseReader((event) => {
          heard = true;
          seen = event.id ?? seen;
          announce(event.data);
        }, maxBytes);
      },
      onData(chunk) {
        try {
          reader?.push(chunk);
        } catch {
          stop();
        }
      },
      onEnd: again,
      onError: again,
    });
    stopListening = () => sent.abort();
  }

  function announce(data: string): void {
    if (data === '') return;
    const message = toMessage(parseJson(data));
    // A resumed stream may carry the reply of a request whose POST broke.
    if (isResponse(message)) pendings.get(message.id)?.settle(message);
    else if (!pendings.related(message)) listener.announce(message);
  }

  async function close(cause: string): Promise<void> {
    if (closed) return;
    const headers = headersFor('application/json', false);
    const wasOpen = sessionId !== undefined;
    end(cause);
    if (!wasOpen) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // Best effort: the upstream has its own time-outs.
    const sent = client.send(
      { url, method: 'DELETE', headers },
      { onResponse() {}, onData() {}, onEnd: resolve, onError: () => resolve() },
    );
    const stopWaiting = clock.after(LINGER_MS, () => {
      sent.abort();
      resolve();
    });
    await promise;
    stopWaiting();
  }

  return {
    upstream,
    request(request, related, carriage): Flight {
      // First, for it throws when no header can hold the method: nothing may be left waiting then.
      const extraHeaders = mirrored(request, carriage?.forwarded);
      const pending = pendings.add(request, related);
      if (closed) {
        pending.fail(upstreamUnavailable(upstream, 'is closed'));
        return { reply: pending.reply, cancel() {} };
      }
      const sent = exchange(pending, carriage, extraHeaders);
      return {
        reply: pending.reply,
        cancel(error) {
          if (pending.isSettled()) return;
          pending.fail(error);
          if (!closed && !isModern && request.method !== 'initialize') {
            const params = { requestId: pending.outgoing.id, reason: error.message };
            send({ jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => {});
          }
          sent.abort();
        },
      };
    },
    notify: send,
    respond: send,
    listen() {
      if (stopListening === undefined && !closed && !isModern) listenOnce(undefined, RELISTEN_MIN_MS);
    },
    get closed() {
      return closed;
    },
    retire(cause) {
      pendings.endSubscriptions(upstreamUnavailable(upstream, 'was replaced'));
      return new Promise((resolve) => pendings.whenIdle(() => resolve(close(cause))));
    },
    close,
  };
}

function isEventStream(headers: ResponseHeaders): boolean {
  return /^text\/event-stream\b/i.test(headers.get('content-type') ?? '');
}

function isHeaderSafe(value: string): boolean {
  return /^[\x20-\x7e]{1,512}$/.test(value);
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
