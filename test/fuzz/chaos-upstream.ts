import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Children } from '../../src/gateway/children.ts';
import { createEraVerdict } from '../../src/gateway/era-verdict.ts';
import { createHttpClient } from '../../src/gateway/http-client.ts';
import { openHub } from '../../src/gateway/hub.ts';
import { createToolHeaders } from '../../src/gateway/tool-headers.ts';
import { createUpstream, type Upstream } from '../../src/gateway/upstream.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { type Id, isObject, type Json, type JsonObject } from '../../src/kernel/jsonrpc.ts';

/** What a forging upstream says, and nobody may ever see. */
export const FORGED = 'FORGED';

/**
 * Upstreams that behave as badly as they can while they still answer: out of order, among floods of notifications, with
 * questions of their own, and with answers to what others asked.
 */
export interface Chaos {
  readonly upstreams: readonly Upstream[];
  /** What reached an upstream and should not have: no message, an id twice, two readings. */
  readonly faults: string[];
  /** Calls that are not answered yet. */
  open(): number;
  close(): Promise<void>;
}

type Message = JsonObject & { readonly id?: Id; readonly method?: string };
type Say = (message: object) => void;

/** Lets `turns` turns of the event loop pass. */
async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}

function isMessage(value: unknown): value is Message {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return false;
  const { id, method } = value;
  return (
    (id === undefined || typeof id === 'string' || Number.isSafeInteger(id)) &&
    (method === undefined || typeof method === 'string')
  );
}

const CAPABILITIES = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} };

/** Starts two streamable HTTP upstreams, `web` and `wild`, and a `shared` one whose every message goes through one channel. */
export async function startChaos(clock: Clock): Promise<Chaos> {
  const faults: string[] = [];
  const seen = new Set<unknown>();
  /** Ids that are in flight, by upstream session: what a forger would like to answer. */
  const inFlight = new Map<string, Set<unknown>>();
  const questions = new Map<string, (answer: JsonObject) => void>();
  let open = 0;
  let lastSession = 0;

  function check(json: string): Message | undefined {
    let message: unknown;
    try {
      message = JSON.parse(json);
    } catch {
      faults.push(`no JSON: ${json.slice(0, 200)}`);
      return undefined;
    }
    if (!isMessage(message)) {
      faults.push(`no message: ${json.slice(0, 200)}`);
      return undefined;
    }
    const { id, method } = message;
    if (method !== undefined && id !== undefined) {
      if (seen.has(id)) faults.push(`the id ${String(id)} a second time`);
      seen.add(id);
    }
    return message;
  }

  /** Answers one request; `ask` puts a question to the client where that is possible. */
  async function answer(message: Message, say: Say, ask: ((question: Json) => Promise<unknown>) | undefined) {
    const { id, method, params } = message;
    const { name, arguments: args, _meta: meta } = isObject(params) ? params : {};
    if (method === 'initialize') {
      const serverInfo = { name: 'chaos', version: '1' };
      return say({ id, result: { protocolVersion: '2025-11-25', capabilities: CAPABILITIES, serverInfo } });
    }
    if (method === 'tools/list') {
      return say({ id, result: { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] } });
    }
    if (method !== 'tools/call' || name !== 'echo') return say({ id, error: { code: -32601, message: 'no' } });
    const { token = '', turns = 0, flood = 0, question = false } = isObject(args) ? args : {};
    const progressToken = isObject(meta) ? meta['progressToken'] : undefined;
    for (let count = 0; count < Number(flood); count += 1) {
      say({ method: 'notifications/message', params: { level: 'info', data: token } });
      if (progressToken !== undefined)
        say({ method: 'notifications/progress', params: { progressToken, progress: count, message: token } });
    }
    await pause(Number(turns));
    const answered = question === true && ask !== undefined ? await ask(token) : null;
    say({ id, result: { content: [{ type: 'text', text: token }], structuredContent: { token, answered } } });
  }

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const session = String(req.headers['mcp-session-id'] ?? '');
    if (req.method === 'DELETE') return void res.writeHead(204).end();
    if (req.method === 'GET') return listen(res, session);
    const message = check(await text(req));
    if (message === undefined) return void res.writeHead(400).end();
    const { id, method } = message;
    if (method === undefined) {
      questions.get(`${session} ${String(id)}`)?.(message);
      return void res.writeHead(202).end();
    }
    if (id === undefined) return void res.writeHead(202).end();
    if (method === 'server/discover') {
      const error = { jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } };
      return void res.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
    }
    lastSession += 1;
    const own = method === 'initialize' ? `s${lastSession}` : session;
    res.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': own });
    const say: Say = (part) => void res.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...part })}\n\n`);
    const flying = inFlight.get(own) ?? new Set();
    inFlight.set(own, flying.add(id));
    open += 1;
    res.once('close', () => {
      open -= 1;
      flying.delete(id);
    });
    // Answers to what somebody else asked, on the stream of this call: they are nobody's.
    for (const [other, ids] of inFlight) {
      if (other === own) continue;
      for (const foreign of ids) say({ id: foreign, result: { content: [{ type: 'text', text: FORGED }] } });
    }
    const ask = (question: Json): Promise<unknown> => {
      // Small numbers, so that all sessions and upstreams use the same ones.
      let number = 1;
      while (questions.has(`${own} ${number}`)) number += 1;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const key = `${own} ${number}`;
      const hear = (reply: JsonObject): void =>
        settle(isObject(reply['result']) ? reply['result']['content'] : 'refused');
      const settle = (value: unknown): void => {
        // The number may be another question's by now.
        if (questions.get(key) === hear) questions.delete(key);
        resolve(value);
      };
      questions.set(key, hear);
      res.once('close', () => settle('gone'));
      const params = { message: question, requestedSchema: { type: 'object', properties: {} } };
      say({ id: number, method: 'elicitation/create', params });
      return promise;
    };
    await answer(message, say, ask);
    res.end();
  }

  /** The stream of a session: answers to what was asked in others. */
  function listen(res: ServerResponse, session: string): void {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.flushHeaders();
    for (const [other, ids] of inFlight) {
      if (other === session) continue;
      for (const id of ids) {
        const forged = { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: FORGED }] } };
        res.write(`data: ${JSON.stringify(forged)}\n\n`);
      }
    }
  }

  const server = createServer((req, res) => void serve(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = createHttpClient({ clock });
  const definition = { kind: 'http', headers: {}, requestTimeoutMs: 60_000 } as const;
  const parts = { client, clock, children: noChildren };
  const overHttp = ['web', 'wild'].map((name) =>
    createUpstream({ ...definition, name, url: `http://127.0.0.1:${port}/` }, parts),
  );

  const hub = openHub(
    'shared',
    (events) => ({
      send(json) {
        const message = check(json);
        if (message?.method === undefined || message['id'] === undefined) return true;
        open += 1;
        const say: Say = (part) => events.message(JSON.stringify({ jsonrpc: '2.0', ...part }));
        void pause(1)
          .then(() => answer(message, say, undefined))
          .finally(() => (open -= 1));
        return true;
      },
      close: () => Promise.resolve(),
    }),
    true,
  );
  const shared: Upstream = {
    name: 'shared',
    definition: { ...definition, name: 'shared', url: 'http://127.0.0.1:1/' },
    requestTimeoutMs: 60_000,
    eras: createEraVerdict(clock, 'legacy'),
    toolHeaders: createToolHeaders(),
    open: (listener) => Promise.resolve(hub.attach(listener)),
    close: () => hub.close('closed'),
  };

  return {
    upstreams: [...overHttp, shared],
    faults,
    open: () => open,
    async close() {
      await client.close();
      await hub.close('closed');
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** For upstreams that have no process. */
export const noChildren: Children = {
  start(): never {
    throw new Error('Nothing is started here.');
  },
  check() {},
  count: () => 0,
  closeAll: () => Promise.resolve(),
};
