import { isObject, type JsonObject } from '../src/kernel/jsonrpc.ts';

/** Messages of an event stream, one after the other. */
export interface EventLines {
  /** The next message; undefined when the stream has ended. */
  next(): Promise<JsonObject | undefined>;
  close(): Promise<void>;
}

/** Reads an event stream message by message. */
export function readEvents(body: AsyncIterable<Uint8Array>): EventLines {
  const messages = messagesOf(body);
  return {
    async next() {
      const { value, done } = await messages.next();
      return done === true ? undefined : value;
    },
    async close() {
      await messages.return(undefined);
    },
  };
}

/** Opens the stream of a session's own. */
export async function listenTo(url: string, token: string, session: string, path = '/mcp/up'): Promise<EventLines> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'mcp-session-id': session };
  const { status, body } = await fetch(url + path, { headers });
  if (status !== 200 || body === null) throw new Error(`The stream was answered with ${status}.`);
  return readEvents(body);
}

async function* messagesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<JsonObject> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message: unknown = line.startsWith('data: {') ? JSON.parse(line.slice(6)) : undefined;
      if (isObject(message)) yield message;
    }
  }
}
