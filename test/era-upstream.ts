import type { Era } from '../src/gateway/era.ts';
import { MODERN_VERSION } from '../src/gateway/era.ts';
import { createEraVerdict } from '../src/gateway/era-verdict.ts';
import type { Announcement, Link, Listener } from '../src/gateway/link.ts';
import { createToolHeaders } from '../src/gateway/tool-headers.ts';
import type { Upstream } from '../src/gateway/upstream.ts';
import type { Clock } from '../src/kernel/clock.ts';
import { MerlonError } from '../src/kernel/errors.ts';
import type { JsonObject, Request, Response } from '../src/kernel/jsonrpc.ts';
import { scriptedLink } from './scripted-link.ts';

/** What reached an {@link EraUpstream}, and in which era. */
export interface Arrived {
  readonly era: Era;
  readonly request: Request;
  readonly forwarded: readonly string[] | undefined;
  cancelled: boolean;
}

/** An upstream in this process that speaks one era, or both. */
export interface EraUpstream extends Upstream {
  readonly arrived: Arrived[];
  /** Links that are open. */
  readonly links: Set<Listener>;
  /** What it answers to the first message instead, while it is set. */
  refusal: MerlonError | JsonObject | undefined;
  /** What it answers to the next first messages instead, one each. */
  readonly refusals: JsonObject[];
  /** Sends something on every open subscription. */
  publish(message: Announcement): void;
  /** Ends every link, as an upstream does that ends. */
  crash(cause: string): void;
}

export interface EraUpstreamOptions {
  readonly eras: readonly Era[];
  readonly clock: Clock;
  readonly capabilities?: JsonObject;
  readonly kind?: 'http' | 'stdio';
  /** A result, or an object with `code` for an error; `say` sends something before it. */
  answer(request: Request, say: (message: Announcement) => void): JsonObject | Promise<JsonObject>;
}

export function eraUpstream(name: string, options: EraUpstreamOptions): EraUpstream {
  const { clock, capabilities = { tools: {}, prompts: {}, resources: {} }, kind = 'http' } = options;
  const arrived: Arrived[] = [];
  const links = new Set<Listener>();
  const subscriptions = new Set<(message: Announcement) => void>();
  const open = new Set<Link>();

  async function replyTo(
    request: Request,
    related: (message: Announcement) => void,
  ): Promise<JsonObject | MerlonError> {
    // No transport answers in the turn in which it is asked.
    await Promise.resolve();
    const { method } = request;
    if (method === 'initialize' || method === 'server/discover') {
      const refusal = upstream.refusals.shift() ?? upstream.refusal;
      if (refusal !== undefined) return refusal;
      const spoken = method === 'initialize' ? 'legacy' : 'modern';
      if (!options.eras.includes(spoken)) return { code: -32601 };
      const serverInfo = { name, version: '1' };
      return spoken === 'legacy'
        ? { protocolVersion: '2025-11-25', capabilities, serverInfo }
        : { resultType: 'complete', supportedVersions: [MODERN_VERSION], capabilities, ttlMs: 0, cacheScope: 'public' };
    }
    if (method === 'subscriptions/listen') {
      subscriptions.add(related);
      const { notifications } = request.params ?? {};
      const _meta = { 'io.modelcontextprotocol/subscriptionId': request.id };
      related({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications, _meta } });
      return await new Promise<never>(() => {});
    }
    return await options.answer(request, related);
  }

  const upstream: EraUpstream = {
    name,
    definition:
      kind === 'http'
        ? { name, kind, url: 'http://127.0.0.1:1/', headers: {}, requestTimeoutMs: 60_000 }
        : {
            name,
            kind,
            command: { upstream: name, command: 'x', args: [], env: {}, envPassthrough: [] },
            shared: false,
            requestTimeoutMs: 60_000,
          },
    requestTimeoutMs: 60_000,
    eras: createEraVerdict(clock, undefined),
    toolHeaders: createToolHeaders(),
    arrived,
    links,
    refusal: undefined,
    refusals: [],
    publish(message) {
      for (const related of subscriptions) related(message);
    },
    crash(cause) {
      for (const link of open) void link.close(cause);
      open.clear();
    },
    open(listener, era) {
      links.add(listener);
      const base = scriptedLink({
        announce: (message) => listener.announce(message),
        closed(cause) {
          links.delete(listener);
          listener.closed(cause);
        },
      });
      open.add(base);
      return Promise.resolve({
        ...base,
        upstream: name,
        get closed() {
          return base.closed;
        },
        request(request, related, carriage) {
          const one: Arrived = { era, request, forwarded: carriage?.forwarded, cancelled: false };
          arrived.push(one);
          const { promise, resolve, reject } = Promise.withResolvers<Response>();
          void (async () => {
            try {
              const value = await replyTo(request, related);
              const { id } = request;
              if (value instanceof MerlonError) reject(value);
              else if (typeof value['code'] === 'number') {
                const { code, data } = value;
                const error = { code, message: 'no' };
                resolve({ jsonrpc: '2.0', id, error: data === undefined ? error : { ...error, data } });
              } else resolve({ jsonrpc: '2.0', id, result: value });
            } catch (error) {
              reject(error);
            }
          })();
          return {
            reply: promise,
            cancel(error) {
              one.cancelled = true;
              subscriptions.delete(related);
              reject(error);
            },
          };
        },
      });
    },
    close: () => Promise.resolve(),
  };
  return upstream;
}
