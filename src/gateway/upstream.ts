import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { openSseChannel } from './channel-sse.ts';
import type { ChildCommand, Children } from './children.ts';
import type { HttpClient } from './http-client.ts';
import { type Channel, type ChannelEvents, type Hub, openHub, type OpenChannel } from './hub.ts';
import type { Link, Listener } from './link.ts';
import { openHttpLink } from './link-http.ts';
import { type Companion, startCompanion } from './companion.ts';

/** An upstream as the configuration defines it. */
export type UpstreamDefinition = {
  readonly name: string;
  /** Longest time without a sign of life for one request, ms. */
  readonly requestTimeoutMs: number;
} & (
  | {
      readonly kind: 'stdio';
      readonly command: ChildCommand /** One process for all sessions. */;
      readonly shared: boolean;
    }
  | {
      readonly kind: 'http' | 'sse';
      /** May hold `${port}` where the gateway starts the server itself. */
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** The server to start, once, for all sessions. */
      readonly command?: ChildCommand;
    }
);

/** An MCP server behind the gateway. */
export interface Upstream {
  readonly name: string;
  readonly definition: UpstreamDefinition;
  readonly requestTimeoutMs: number;
  /** Opens a link for one session. @throws MerlonError UPSTREAM_UNAVAILABLE, UPSTREAM_NOT_FOUND, TOO_MANY_CHILDREN */
  open(listener: Listener): Promise<Link>;
  close(cause: string): Promise<void>;
}

/** What upstreams are made of. */
export interface UpstreamParts {
  readonly children: Children;
  readonly client: HttpClient;
  readonly clock: Clock;
}

/** Makes an upstream; nothing is started or connected before the first session opens it, except a server of its own. */
export function createUpstream(definition: UpstreamDefinition, parts: UpstreamParts): Upstream {
  const { name, requestTimeoutMs } = definition;
  if (definition.kind === 'stdio') {
    const { command, shared } = definition;
    const opening = hubs(name, (events) => openStdioChannel(parts.children, command, events), shared);
    return { name, definition, requestTimeoutMs, ...opening };
  }
  const { kind, headers, command, url } = definition;
  const companion: Companion | undefined =
    command === undefined ? undefined : startCompanion({ url, command, children: parts.children, clock: parts.clock });
  const address = async (): Promise<URL> => (companion === undefined ? new URL(url) : await companion.ready());

  async function open(listener: Listener): Promise<Link> {
    const target = await address();
    if (kind === 'http') return openHttpLink({ upstream: name, url: target, headers, ...parts }, listener);
    const channel: OpenChannel = (events) => openSseChannel({ url: target, headers, client: parts.client }, events);
    return openHub(name, channel, false).attach(listener);
  }

  return { name, definition, requestTimeoutMs, open, close: async (cause) => companion?.close(cause) };
}

function openStdioChannel(children: Children, command: ChildCommand, events: ChannelEvents): Channel {
  const child = children.start(command, {
    onLine: (line) => events.message(line),
    onExit: ({ cause, failure }) => events.closed(cause, failure),
  });
  return { send: (json) => child.send(json), close: async (cause) => child.kill(cause) };
}

/** A hub per session, or one for all. */
function hubs(name: string, channel: OpenChannel, shared: boolean): Pick<Upstream, 'open' | 'close'> {
  let common: Hub | undefined;
  let closed = false;

  function open(listener: Listener): Link {
    if (closed) throw new MerlonError('UPSTREAM_UNAVAILABLE', `The upstream "${name}" is closed.`);
    if (!shared) return openHub(name, channel, false).attach(listener);
    if (common === undefined || common.closed) common = openHub(name, channel, true);
    return common.attach(listener);
  }

  return {
    // Not async by itself: a throw becomes a rejection here.
    open: async (listener) => open(listener),
    async close(cause) {
      closed = true;
      await common?.close(cause);
    },
  };
}
