/**
 * The cheapest MCP server of the 2025 era that a gateway can stand in front of: `node mock.ts [--sse]`.
 * Sessions, `tools/list`, an `echo` tool, event streams; answers as JSON, or with --sse as an event stream.
 * `GET /stats` tells how many sessions and open event streams it has.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../src/kernel/jsonrpc.ts';

const asEvents = process.argv.includes('--sse');
const sessions = new Set<string>();
const streams = new Set<ServerResponse>();
let lastSession = 0;

const tool = {
  name: 'echo',
  description: 'Echoes back the input string',
  inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
};

interface Call {
  readonly id?: string | number;
  readonly method: string;
  readonly params?: { readonly name?: string; readonly arguments?: { readonly message?: string } };
}

const server = createServer((request, response) => {
  if (request.url === '/stats') return sendJson(response, 200, { sessions: sessions.size, streams: streams.size });
  const session = request.headers['mcp-session-id'];
  const known = typeof session === 'string' && sessions.has(session);
  if (request.method === 'POST') return readCall(request, (call) => answer(call, known, response));
  if (!known) return sendJson(response, session === undefined ? 400 : 404, failure(null, -32000, 'No valid session'));
  if (request.method === 'GET') return openStream(response);
  sessions.delete(session);
  response.writeHead(200).end();
});

function readCall(request: IncomingMessage, use: (call: Call) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  // Its only clients are the benchmark's own programs, so the shape is taken as said.
  request.on('end', () => use(JSON.parse(Buffer.concat(chunks).toString()) as Call));
}

function answer(call: Call, known: boolean, response: ServerResponse): void {
  if (call.method === 'initialize') return initialize(call, response);
  if (!known) return sendJson(response, 400, failure(call.id ?? null, -32000, 'Bad Request: Server not initialized'));
  if (call.id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const reply = resultOf(call);
  if (!asEvents) return sendJson(response, 200, reply);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.end(`event: message\ndata: ${JSON.stringify(reply)}\n\n`);
}

function resultOf(call: Call): JsonObject {
  const id = call.id ?? null;
  if (call.method === 'tools/list') return { jsonrpc: '2.0', id, result: { tools: [tool] } };
  if (call.method === 'ping') return { jsonrpc: '2.0', id, result: {} };
  if (call.method !== 'tools/call') return failure(id, -32601, 'Method not found');
  if (call.params?.name !== 'echo') return failure(id, -32602, 'Unknown tool');
  const text = `Echo: ${call.params.arguments?.message ?? ''}`;
  return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } };
}

function initialize(call: Call, response: ServerResponse): void {
  lastSession += 1;
  const session = `mock-${lastSession}`;
  sessions.add(session);
  const result = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'mock', version: '1.0.0' },
  };
  response.setHeader('mcp-session-id', session);
  sendJson(response, 200, { jsonrpc: '2.0', id: call.id ?? null, result });
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

function failure(id: string | number | null, code: number, message: string): JsonObject {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

function sendJson(response: ServerResponse, status: number, value: Json): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

// Longer than any pause of the benchmark, so that no kept connection is closed under a caller.
server.keepAliveTimeout = 120_000;
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}/mcp`);
});
