import { MerlonError } from '../kernel/errors.ts';
import {
  isFailure,
  isRequest,
  isResponse,
  type Notification,
  parseJson,
  type Request,
  type Response,
  type Success,
  toMessage,
  success,
} from '../kernel/jsonrpc.ts';
import type { Announcement, Flight, Link, Listener } from './link.ts';
import { createPendingTable, upstreamUnavailable } from './pending.ts';
import { landed } from './steps.ts';

/** A two-way stream of JSON-RPC messages: a child's stdio, or the legacy SSE transport. */
export interface Channel {
  /** Queues one message; false when the other side does not drain its backlog. */
  send(json: string): boolean;
  close(cause: string): Promise<void>;
}

/** What a channel reports to its hub. */
export interface ChannelEvents {
  message(json: string): void;
  /** @param failure what to answer to those who still wait, where it is better known than "ended" */
  closed(cause: string, failure?: MerlonError): void;
}

/** How a hub opens its channel; throws a MerlonError when that is impossible now. */
export type OpenChannel = (events: ChannelEvents) => Channel;

/** Several links over one channel. */
export interface Hub {
  attach(listener: Listener): Link;
  /** True once the channel is gone; a new hub is needed then. */
  readonly closed: boolean;
  close(cause: string): Promise<void>;
}

/** One session on a hub. */
interface Member {
  readonly listener: Listener;
  /** The resources that it subscribed to; kept where the hub is shared. */
  readonly uris: Set<string>;
}

/** The first message of a shared hub, and how many sessions wait for its answer. */
interface SharedOpening {
  readonly flight: Flight;
  readonly answer: Promise<Success>;
  waiting: number;
}

/** What the gateway says of itself when it initializes a shared upstream on behalf of all sessions. */
const SHARED_CLIENT = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'merlon', version: '1' } };

/**
 * Opens a channel and speaks JSON-RPC over it. With `shared`, many sessions use it: it is initialized once, without
 * client capabilities (so the upstream can ask nobody in particular), and what it says of its own accord reaches all
 * sessions except log messages, which may hold another caller's data, and changes of resources that others subscribed
 * to. Without, there is one session.
 */
export function openHub(upstream: string, open: OpenChannel, shared: boolean): Hub {
  const members = new Set<Member>();
  const pendings = createPendingTable();
  let closed = false;
  let initialized: SharedOpening | undefined;
  const channel = open({ message: receive, closed: end });

  function end(cause: string, failure?: MerlonError): void {
    if (closed) return;
    closed = true;
    pendings.failAll(failure ?? upstreamUnavailable(upstream, 'ended'));
    for (const { listener } of members) listener.closed(cause);
    members.clear();
  }

  function receive(json: string): void {
    let message;
    try {
      message = toMessage(parseJson(json));
    } catch {
      // A server that prints to stdout is common and harmless; what it printed is not forwarded.
      return;
    }
    if (isResponse(message)) return pendings.get(message.id)?.settle(message);
    // A question is part of nothing, whatever marks it bears.
    if (isRequest(message) || !pendings.related(message)) announce(message);
  }

  function announce(message: Announcement): void {
    if (shared && isRequest(message)) {
      const error = { code: -32601, message: 'This client offers no such method.' };
      send({ jsonrpc: '2.0', id: message.id, error }).catch(() => {});
      return;
    }
    for (const { listener, uris } of members) if (!shared || concerns(message, uris)) listener.announce(message);
  }

  function write(message: object): void {
    if (closed) throw upstreamUnavailable(upstream, 'is closed');
    if (!channel.send(JSON.stringify(message))) throw upstreamUnavailable(upstream, 'does not read what it is sent');
  }

  function request(message: Request, related: (message: Announcement) => void): Flight {
    const pending = pendings.add(message, related);
    try {
      write(pending.outgoing);
    } catch (error) {
      pending.fail(error instanceof Error ? error : new MerlonError('INTERNAL', 'The message could not be sent.'));
    }
    return {
      reply: pending.reply,
      cancel(error) {
        if (pending.isSettled()) return;
        pending.fail(error);
        if (closed || message.method === 'initialize') return;
        const params = { requestId: pending.outgoing.id, reason: error.message };
        channel.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
      },
    };
  }

  /** Initializes the shared upstream once; every session gets the same answer under its own id. */
  function initializeShared(message: Request): Flight {
    initialized ??= openShared(message);
    const { flight, answer } = initialized;
    initialized.waiting += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    answer.then((found) => resolve({ ...found, id: message.id }), reject);
    return {
      reply: promise,
      cancel(error) {
        reject(error);
        // With the last who waits for it; the next one asks again.
        if (initialized?.flight === flight && (initialized.waiting -= 1) === 0) flight.cancel(error);
      },
    };
  }

  function openShared(message: Request): SharedOpening {
    const flight = request({ ...message, params: SHARED_CLIENT }, () => {});
    const answer = (async () => {
      const reply = await flight.reply;
      if (isFailure(reply)) throw upstreamUnavailable(upstream, 'refused to initialize');
      write({ jsonrpc: '2.0', method: 'notifications/initialized' });
      return reply;
    })();
    answer.catch(() => {
      initialized = undefined;
    });
    return { flight, answer, waiting: 0 };
  }

  /** A request of one of several sessions: what they subscribed to is theirs together towards the upstream. */
  function requestShared(member: Member, message: Request, related: (message: Announcement) => void): Flight {
    const { method, params } = message;
    if (method === 'initialize') return initializeShared(message);
    const uri = params?.['uri'];
    if (typeof uri !== 'string') return request(message, related);
    if (method === 'resources/unsubscribe') {
      member.uris.delete(uri);
      return isWanted(uri) ? landed(success(message.id, {})) : request(message, related);
    }
    const flight = request(message, related);
    if (method !== 'resources/subscribe' || member.uris.has(uri)) return flight;
    member.uris.add(uri);
    const refused = (): void => void member.uris.delete(uri);
    flight.reply.then((reply) => (isFailure(reply) ? refused() : undefined), refused);
    return flight;
  }

  function isWanted(uri: string): boolean {
    for (const { uris } of members) if (uris.has(uri)) return true;
    return false;
  }

  /** Takes a session out of a shared hub, with the subscriptions that were its own alone. */
  function part(member: Member): void {
    members.delete(member);
    if (!shared || closed) return;
    for (const uri of member.uris) {
      if (isWanted(uri)) continue;
      request({ jsonrpc: '2.0', id: 'part', method: 'resources/unsubscribe', params: { uri } }, () => {}).reply.catch(
        () => {},
      );
    }
  }

  function send(message: Notification | Response): Promise<void> {
    try {
      write(message);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error('send failed'));
    }
  }

  async function close(cause: string): Promise<void> {
    end(cause);
    await channel.close(cause);
  }

  return {
    attach(listener) {
      const member: Member = { listener, uris: new Set() };
      members.add(member);
      const leave = async (cause: string): Promise<void> => {
        part(member);
        if (!shared) await close(cause);
      };
      return {
        upstream,
        request: (message, related) => (shared ? requestShared(member, message, related) : request(message, related)),
        notify: (message) =>
          shared && message.method === 'notifications/initialized' ? Promise.resolve() : send(message),
        respond: send,
        listen() {},
        get closed() {
          return closed;
        },
        retire(cause) {
          pendings.endSubscriptions(upstreamUnavailable(upstream, 'was replaced'));
          // Its subscriptions end with the upstream that is replaced.
          member.uris.clear();
          return new Promise((resolve) => pendings.whenIdle(() => resolve(leave(cause))));
        },
        close: leave,
      };
    },
    get closed() {
      return closed;
    },
    close,
  };
}

/** Whether what a shared upstream says of its own accord is for a session that subscribed to `uris`. */
function concerns({ method, params }: Announcement, uris: ReadonlySet<string>): boolean {
  // It may hold another caller's data.
  if (method === 'notifications/message') return false;
  if (method !== 'notifications/resources/updated') return true;
  const uri = params?.['uri'];
  if (typeof uri !== 'string') return false;
  // The part of a resource may change that was subscribed to.
  for (const one of uris) if (uri === one || uri.startsWith(one.endsWith('/') ? one : `${one}/`)) return true;
  return false;
}
