import type { HttpClient } from './http-client.ts';
import type { Channel, ChannelEvents } from './hub.ts';
import { createSseReader } from './sse.ts';

/** How to reach an upstream over the HTTP+SSE transport of MCP 2024-11-05. */
export interface SseChannelOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly client: HttpClient;
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
  const { url, client } = options;
  const headers = Object.entries(options.headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
  const postHeaders = [...headers, 'content-type', 'application/json'];
  let endpoint: URL | undefined;
  let waiting: string[] = [];
  let closed = false;

  function end(cause: string): void {
    if (closed) return;
    closed = true;
    waiting = [];
    stream.abort();
    events.closed(cause);
  }

  function useEndpoint(data: string): void {
    const target = URL.parse(data, url.href);
    if (target === null || target.origin !== url.origin || endpoint !== undefined)
      return end('named a foreign endpoint');
    endpoint = target;
    const held = waiting;
    waiting = [];
    for (const json of held) post(endpoint, json);
  }

  function post(target: URL, body: string): void {
    client.send(
      { url: target, method: 'POST', headers: postHeaders, body, headersTimeoutMs: 60_000 },
      {
        onResponse(status) {
          if (status >= 300) end(`answered HTTP ${status}`);
        },
        onData() {},
        onEnd() {},
        onError: () => end('could not be reached'),
      },
    );
  }

  const reader = createSseReader((event) => {
    if (event.type === 'endpoint') useEndpoint(event.data);
    else if (event.type === 'message') events.message(event.data);
  }, options.maxEventBytes);

  const stream = client.send(
    { url, method: 'GET', headers: [...headers, 'accept', 'text/event-stream'], headersTimeoutMs: 60_000 },
    {
      onResponse(status, responseHeaders) {
        const type = responseHeaders.get('content-type') ?? '';
        if (status !== 200 || !/^text\/event-stream\b/i.test(type)) end(`answered HTTP ${status}`);
      },
      onData(chunk) {
        try {
          reader.push(chunk);
        } catch {
          end('sent an event that is too large');
        }
      },
      onEnd: () => end('ended its stream'),
      onError: () => end('could not be reached'),
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
