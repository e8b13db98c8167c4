import type { Dispatcher } from 'undici';
import type { Channel, ChannelEvents } from './hub.ts';
import { createSseReader } from './sse.ts';

/** How to reach an upstream over the HTTP+SSE transport of MCP 2024-11-05. */
export interface SseChannelOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  /** Bound of one event, bytes. Default 16 MiB. */
  readonly maxEventBytes?: number;
}

/** Messages held until the server has named its endpoint. */
const MAX_WAITING = 100;

/**
 * Opens the legacy transport: one GET stream that first names an endpoint, to which messages are POSTed. The endpoint
 * is attacker-controlled: it must stay on the stream's origin, or the upstream could aim our credentials elsewhere.
 */
export function openSseChannel(options: SseChannelOptions, events: ChannelEvents): Channel {
  const { url, dispatcher } = options;
  const headers = Object.entries(options.headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
  let endpoint: string | undefined;
  let waiting: string[] = [];
  let controller: Dispatcher.DispatchController | undefined;
  let closed = false;

  function end(cause: string): void {
    if (closed) return;
    closed = true;
    waiting = [];
    controller?.abort(new Error(cause));
    events.closed(cause);
  }

  function useEndpoint(data: string): void {
    const target = URL.parse(data, url.href);
    if (target === null || target.origin !== url.origin || endpoint !== undefined)
      return end('named a foreign endpoint');
    endpoint = target.pathname + target.search;
    const held = waiting;
    waiting = [];
    for (const json of held) post(endpoint, json);
  }

  function post(path: string, body: string): void {
    dispatcher.dispatch(
      {
        origin: url.origin,
        path,
        method: 'POST',
        headers: [...headers, 'content-type', 'application/json'],
        body,
        headersTimeout: 60_000,
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, status) {
          if (status >= 300) end(`answered HTTP ${status}`);
        },
        onResponseData() {},
        onResponseEnd() {},
        onResponseError: () => end('could not be reached'),
      },
    );
  }

  const reader = createSseReader((event) => {
    if (event.type === 'endpoint') useEndpoint(event.data);
    else if (event.type === 'message') events.message(event.data);
  }, options.maxEventBytes);

  dispatcher.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: [...headers, 'accept', 'text/event-stream'],
      headersTimeout: 60_000,
      bodyTimeout: 0,
    },
    {
      onRequestStart(given) {
        controller = given;
        if (closed) given.abort(new Error('closed'));
      },
      onResponseStart(_controller, status, responseHeaders) {
        const type = String(responseHeaders['content-type'] ?? '');
        if (status !== 200 || !/^text\/event-stream\b/i.test(type)) end(`answered HTTP ${status}`);
      },
      onResponseData(_controller, chunk) {
        try {
          reader.push(chunk);
        } catch {
          end('sent an event that is too large');
        }
      },
      onResponseEnd: () => end('ended its stream'),
      onResponseError: () => end('could not be reached'),
    },
  );

  return {
    send(json) {
      if (closed) return false;
      if (endpoint !== undefined) post(endpoint, json);
      else if (waiting.length >= MAX_WAITING) return false;
      else waiting.push(json);
      return true;
    },
    close(cause) {
      end(cause);
      return Promise.resolve();
    },
  };
}
