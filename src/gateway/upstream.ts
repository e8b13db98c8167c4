import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { openSseChannel } from './channel-sse.ts';
import type { ChildCommand, Children } from './children.ts';
import type { Era } from './era.ts';
import { createEraVerdict, type EraVerdict } from './era-verdict.ts';
import type { HttpClient } from './http-client.ts';
import { type Channel, type ChannelEvents, type Hub, openHub, type OpenChannel } from './hub.ts';
import type { Link, Listener } from './link.ts';
import { openHttpLink } from './link-http.ts';
import { type Companion, startCompanion } from './companion.ts';
import { createToolHeaders, type ToolHeaders } from './tool-headers.ts';

/** An upstream as the configuration defines it. */
export type UpstreamDefinition = {
  readonly name: string;
  /** Longest time without a sign of life for one request, ms. */
  readonly requestTimeoutMs: number;
  /** The one era to speak with it; default: whatever it turns out to speak. */
  readonly era?: Era;
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
  /** What is known of the eras it speaks. */
  readonly eras: EraVerdict;
  /** Which arguments its tools want to see as headers. */
  readonly toolHeaders: ToolHeaders;
  /**
   * Opens a link of one era for one session; whether the upstream speaks that era shows with the first message.
   * @throws MerlonError UPSTREAM_UNAVAILABLE, UPSTREAM_NOT_FOUND, TOO_MANY_CHILDREN
   */
  open(listener: Listener, era: Era): Promise<Link>;
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
  const pinned = definition.kind === 'sse' ? 'legacy' : definition.era;
  const toolHeaders = createToolHeaders();
  const base = { name, definition, requestTimeoutMs, eras: createEraVerdict(parts.clock, pinned), toolHeaders };
  if (definition.kind === 'stdio') {
    const { command, shared } = definition;
    const opening = hubs(name, (events) => openStdioChannel(parts.children, command, events), shared);
    return { ...base, ...opening };
  }
  const { kind, headers, command, url } = definition;
  const companion: Companion | undefined =
    command === undefined ? undefined : startCompanion({ url, command, children: parts.children, clock: parts.clock });
  const address = async (): Promise<URL> => (companion === undefined ? new URL(url) : await companion.ready());

  async function open(listener: Listener, era: Era): Promise<Link> {
    const target = await address();
    if (kind === 'http') {
      const { client, clock } = parts;
      const paramHeaders = (tool: string) => toolHeaders.of(tool);
      return openHttpLink({ upstream: name, url: target, headers, client, clock, era, paramHeaders }, listener);
    }
    const channel: OpenChannel = (events) => openSseChannel({ url: target, headers, client: parts.client }, events);
    return openHub(name, channel, false).attach(listener);
  }

  return { ...base, open, close: async (cause) => companion?.close(cause) };
}

function openStdioChannel(children: Children, command: ChildCommand, events: ChannelEvents): Channel {
  const child = children.start(command, {
    onLine: (line) => events.message(line),
    onExit: ({ cause, failure }) => events.closed(cause, failure),
  });
  return { send: (json) => child.send(json), close: async (cause) => child.kill(cause) };
}

/** A hub per session, or one for all of an era. */
function hubs(name: string, channel: OpenChannel, shared: boolean): Pick<Upstream, 'open' | 'close'> {
  const common = new Map<Era, Hub>();
  let closed = false;

  function open(listener: Listener, era: Era): Link {
    if (closed) throw new MerlonError('UPSTREAM_UNAVAILABLE', `The upstream "${name}" is closed.`);
    if (!shared) return openHub(name, channel, false).attach(listener);
    let hub = common.get(era);
    if (hub === undefined || hub.closed) {
      hub = openHub(name, channel, true);
      common.set(era, hub);
    }
    return hub.attach(listener);
  }

  return {
    // Not async by itself: a throw becomes a rejection here.
    open: async (listener, era) => open(listener, era),
    async close(cause) {
      closed = true;
      await Promise.all([...common.values()].map((hub) => hub.close(cause)));
    },
  };
}
