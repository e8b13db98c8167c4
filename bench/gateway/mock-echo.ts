/** What the mock servers of both eras have in common: an `echo` tool, and JSON over node:http. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../src/kernel/jsonrpc.ts';

/** A message of one of the benchmark's own programs, so the shape is taken as said. */
export interface Call {
  readonly id?: string | number;
  readonly method: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: { readonly message?: string };
    readonly _meta?: JsonObject;
  };
}

const tool = {
  name: 'echo',
  description: 'Echoes back the input string',
  inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
};

/** The answer to a request; `extra` stands in every result, as an era asks. */
export function replyTo(call: Call, extra: JsonObject = {}): JsonObject {
  const id = call.id ?? null;
  if (call.method === 'tools/list') return { jsonrpc: '2.0', id, result: { ...extra, tools: [tool] } };
  if (call.method === 'ping') return { jsonrpc: '2.0', id, result: extra };
  if (call.method !== 'tools/call') return failure(id, -32601, 'Method not found');
  if (call.params?.name !== 'echo') return failure(id, -32602, 'Unknown tool');
  const text = `Echo: ${call.params.arguments?.message ?? ''}`;
  return { jsonrpc: '2.0', id, result: { ...extra, content: [{ type: 'text', text }] } };
}

/** An error as an answer. */
export function failure(id: string | number | null, code: number, message: string, data?: JsonObject): JsonObject {
  return { jsonrpc: '2.0', id, error: data === undefined ? { code, message } : { code, message, data } };
}

/** Reads the one message of a POST. */
export function readCall(request: IncomingMessage, use: (call: Call) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => use(JSON.parse(Buffer.concat(chunks).toString()) as Call));
}

/** Ends a response with JSON. */
export function sendJson(response: ServerResponse, status: number, value: Json): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

/** Serves at a port of the system's choice and prints the address. */
export function serve(answer: RequestListener): void {
  const server = createServer(answer);
  // Longer than any pause of the benchmark, so that no kept connection is closed under a caller.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/mcp`);
  });
}
