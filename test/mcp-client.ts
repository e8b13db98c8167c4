import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { type Failure, isObject, type JsonObject } from '../src/kernel/jsonrpc.ts';

/** Plain HTTPS to one gateway, as any client would speak it: no SDK between the test and the wire. */
export interface Http {
  /** A request to a path of the gateway. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** One JSON-RPC message to an MCP endpoint. */
  post(path: string, message: unknown, headers: Readonly<Record<string, string>>): Promise<Answered>;
  /** Opens a session. @throws Error when the gateway refuses it */
  open(path: string, token: string): Promise<McpSession>;
  close(): Promise<void>;
}

/** An MCP session of a polite client. */
export interface McpSession {
  readonly id: string;
  /** The headers that its requests carry. */
  readonly headers: Readonly<Record<string, string>>;
  request(method: string, params?: JsonObject): Promise<Answered>;
  call(name: string, args?: JsonObject): Promise<Answered>;
  /** Ends the session as the specification asks; resolves with the HTTP status. */
  remove(): Promise<number>;
}

/** An HTTP answer and the JSON-RPC message in it; of an event stream, the last one. */
export interface Answered {
  readonly status: number;
  readonly headers: Response['headers'];
  /** The whole body as it came. */
  readonly text: string;
  readonly result: JsonObject | undefined;
  readonly error: (Failure['error'] & { readonly data?: { readonly code?: string } }) | undefined;
}

/** Headers of a JSON-RPC request with this bearer token. */
export function mcpHeaders(token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
}

/** The message that opens a session. */
export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
} as const;

/** Speaks to the gateway at `url`, trusting the authority `ca` (PEM); nothing of it outlives `close`. */
export function speakTo({ url, ca }: { readonly url: string; readonly ca: string }): Http {
  const dispatcher = new Agent({ connect: { ca }, bodyTimeout: 0, headersTimeout: 0 });
  const get: Http['fetch'] = (path, init = {}) => fetch(url + path, { ...init, dispatcher });

  const post: Http['post'] = async (path, message, headers) => {
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    return await readAnswer(await get(path, { method: 'POST', headers, body }));
  };

  async function open(path: string, token: string): Promise<McpSession> {
    const opened = await post(path, INITIALIZE, mcpHeaders(token));
    const id = opened.headers.get('mcp-session-id');
    if (id === null) throw new Error(`initialize was answered with ${opened.status} ${opened.text}`);
    const headers = { ...mcpHeaders(token), 'mcp-session-id': id };
    let last = 0;
    const request: McpSession['request'] = async (method, params) => {
      last += 1;
      return await post(
        path,
        { jsonrpc: '2.0', id: last, method, ...(params === undefined ? {} : { params }) },
        headers,
      );
    };
    return {
      id,
      headers,
      request,
      call: (name, args = {}) => request('tools/call', { name, arguments: args }),
      async remove() {
        return (await get(path, { method: 'DELETE', headers })).status;
      },
    };
  }

  return { fetch: get, post, open, close: () => dispatcher.destroy() };
}

/** Reads an answer to its end. */
export async function readAnswer(response: Response): Promise<Answered> {
  const text = await response.text();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const events = text.split('\n').filter((line) => line.startsWith('data: '));
  const json = isStream ? (events.at(-1)?.slice(6) ?? '') : text;
  const message: unknown = json.startsWith('{') ? JSON.parse(json) : undefined;
  const { result, error } = isObject(message) ? message : {};
  return {
    status: response.status,
    headers: response.headers,
    text,
    result: isObject(result) ? result : undefined,
    error: isObject(error) ? (error as unknown as Answered['error']) : undefined,
  };
}
