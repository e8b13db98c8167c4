import { randomUUID } from 'node:crypto';
import {
  type EventStore,
  type JSONRPCMessage,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

/** What clients are told to wait before they come back to a broken stream, in milliseconds. */
const RETRY_MS = 100;

/** Serves the sessions of 2025-11-25 and earlier: `initialize`, a GET stream, resumption, DELETE. */
export function serveSessions(makeServer: () => McpServer): (request: Request) => Promise<Response> {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

  async function open(): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: makeEventStore(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await makeServer().connect(transport);
    return transport;
  }

  return async (request) => {
    const id = request.headers.get('mcp-session-id');
    if (id === null) return (await open()).handleRequest(request);
    const transport = sessions.get(id);
    if (transport !== undefined) return transport.handleRequest(request);
    const error = { code: -32001, message: 'Session not found' };
    return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 });
  };
}

/** Remembers what one session was sent, for clients that come back with `Last-Event-ID`. */
function makeEventStore(): EventStore {
  const events: { readonly streamId: string; readonly message: JSONRPCMessage }[] = [];
  return {
    storeEvent(streamId, message) {
      events.push({ streamId, message });
      return Promise.resolve(String(events.length - 1));
    },
    getStreamIdForEventId: (eventId) => Promise.resolve(events[Number(eventId)]?.streamId),
    async replayEventsAfter(lastEventId, { send }) {
      const last = Number(lastEventId);
      const streamId = events[last]?.streamId ?? '';
      for (const [index, event] of events.entries()) {
        // The event that opens a stream has no message.
        if (index > last && event.streamId === streamId && 'jsonrpc' in event.message) {
          await send(String(index), event.message);
        }
      }
      return streamId;
    },
  };
}
