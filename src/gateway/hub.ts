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
} from '../kernel/jsonrpc.ts';
import type { Announcement, Flight, Link, Listener } from './link.ts';
import { createPendingTable, upstreamUnavailable } from './pending.ts';

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

/** What the gateway says of itself when it initializes a shared upstream on behalf of all sessions. */
const SHARED_CLIENT = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'merlon', version: '1' } };

/**
 * Opens a channel and speaks JSON-RPC over it. With `shared`, many sessions use it: it is initialized once, without
 * client capabilities (so the upstream can ask nobody in particular), and what it says of its own accord reaches all
 * sessions except log messages, which may hold another caller's data. Without, there is one session.
 */
export function openHub(upstream: string, open: OpenChannel, shared: boolean): Hub {
  const listeners = new Set<Listener>();
  const pendings = createPendingTable();
  let closed = false;
  let initialized: Promise<Success> | undefined;
  const channel = open({ message: receive, closed: end });

  function end(cause: string, failure?: MerlonError): void {
    if (closed) return;
    closed = true;
    pendings.failAll(failure ?? upstreamUnavailable(upstream, 'ended'));
    for (const listener of listeners) listener.closed(cause);
    listeners.clear();
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
    if (!pendings.related(message)) announce(message);
  }

  function announce(message: Announcement): void {
    if (!shared) {
      for (const listener of listeners) listener.announce(message);
    } else if (isRequest(message)) {
      write({ jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'This client offers no such method.' } });
    } else if (message.method !== 'notifications/message') {
      for (const listener of listeners) listener.announce(message);
    }
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
    initialized ??= (async () => {
      const reply = await request({ ...message, params: SHARED_CLIENT }, () => {}).reply;
      if (isFailure(reply)) throw upstreamUnavailable(upstream, 'refused to initialize');
      write({ jsonrpc: '2.0', method: 'notifications/initialized' });
      return reply;
    })();
    const reply = initialized.then((answer) => ({ ...answer, id: message.id }));
    initialized.catch(() => {
      initialized = undefined;
    });
    return { reply, cancel() {} };
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
      listeners.add(listener);
      const leave = async (cause: string): Promise<void> => {
        listeners.delete(listener);
        if (!shared) await close(cause);
      };
      return {
        upstream,
        request: (message, related) =>
          shared && message.method === 'initialize' ? initializeShared(message) : request(message, related),
        notify: (message) =>
          shared && message.method === 'notifications/initialized' ? Promise.resolve() : send(message),
        respond: send,
        listen() {},
        get closed() {
          return closed;
        },
        retire(cause) {
          pendings.endSubscriptions(upstreamUnavailable(upstream, 'was replaced'));
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
