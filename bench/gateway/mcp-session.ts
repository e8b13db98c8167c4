import type { Dispatcher } from 'undici';
import { META, MODERN_VERSION } from '../../src/gateway/era.ts';

/** Where MCP is spoken: the path and what every request carries. */
export interface Endpoint {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly session: string | undefined;
  readonly body: string;
}

const clientInfo = { name: 'merlon-bench', version: '1.0.0' };
const ALWAYS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Opens a session of the 2025 era; what is returned carries its id. @throws Error when the server refuses */
export async function openSession(client: Dispatcher, endpoint: Endpoint): Promise<Endpoint> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const first = { path: endpoint.path, headers: { ...ALWAYS, ...endpoint.headers } };
  const call = { jsonrpc: '2.0', id: 'initialize', method: 'initialize', params };
  const { status, session, body } = await post(client, first, JSON.stringify(call));
  if (status !== 200 || !body.includes('"serverInfo"')) throw new Error(`initialize: ${status} ${body.slice(0, 300)}`);
  const headers: Record<string, string> = { ...first.headers, 'mcp-protocol-version': '2025-11-25' };
  if (session !== undefined) headers['mcp-session-id'] = session;
  const opened = { path: endpoint.path, headers };
  const ready = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const accepted = await post(client, opened, ready);
  if (accepted.status >= 300) throw new Error(`initialized: ${accepted.status} ${accepted.body.slice(0, 300)}`);
  return opened;
}

/** What a client of 2026-07-28 says of itself in the `_meta` of each request. */
export const envelope = {
  [META.version]: MODERN_VERSION,
  [META.capabilities]: {},
  [META.clientInfo]: clientInfo,
};

/** Asks a server of 2026-07-28 who it is; what is returned carries the headers of a call of `tool`. @throws Error when it refuses */
export async function discover(client: Dispatcher, endpoint: Endpoint, tool: string): Promise<Endpoint> {
  const method = 'server/discover';
  const always = { ...ALWAYS, ...endpoint.headers, 'mcp-protocol-version': MODERN_VERSION };
  const first = { path: endpoint.path, headers: { ...always, 'mcp-method': method } };
  const call = { jsonrpc: '2.0', id: 'discover', method, params: { _meta: envelope } };
  const { status, body } = await post(client, first, JSON.stringify(call));
  if (status !== 200 || !body.includes(MODERN_VERSION)) throw new Error(`${method}: ${status} ${body.slice(0, 300)}`);
  return { path: endpoint.path, headers: { ...always, 'mcp-method': 'tools/call', 'mcp-name': tool } };
}

/** Sends one message and reads the whole answer, with as little machinery as undici allows. */
export function post(client: Dispatcher, { path, headers }: Endpoint, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let session: string | undefined;
    client.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart() {}, // undici refuses a handler without one, though its types do not
        onResponseStart(_controller, code, received) {
          status = code;
          const id = received['mcp-session-id'];
          if (typeof id === 'string') session = id;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          const [only] = chunks;
          const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
          resolve({ status, session, body: whole.toString() });
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

/** Holds the session's event stream open; resolves once its headers are here. `left` is called when it ends. */
export function holdStream(client: Dispatcher, endpoint: Endpoint, left: () => void): Promise<void> {
  const headers = { ...endpoint.headers, accept: 'text/event-stream' };
  return new Promise((resolve, reject) => {
    client.dispatch(
      { path: endpoint.path, method: 'GET', headers },
      {
        onRequestStart() {}, // undici refuses a handler without one, though its types do not
        onResponseStart(_controller, status) {
          if (status === 200) resolve();
          else reject(new Error(`GET: ${status}`));
        },
        onResponseData() {},
        onResponseEnd: left,
        onResponseError(_controller, error) {
          reject(error);
          left();
        },
      },
    );
  });
}

/** The JSON-RPC message in an answer, whether it came as JSON or as an event stream. */
export function messageIn(body: string): unknown {
  if (!body.startsWith('{')) {
    for (const line of body.split('\n')) {
      if (line.startsWith('data: {')) return JSON.parse(line.slice('data: '.length));
    }
  }
  return JSON.parse(body);
}
