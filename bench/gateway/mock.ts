/**
 * The cheapest MCP server of the 2025 era that a gateway can stand in front of: `node mock.ts [--sse]`.
 * Sessions, `tools/list`, an `echo` tool, event streams; answers as JSON, or with --sse as an event stream.
 * `GET /stats` tells how many sessions and open event streams it has.
 */
import type { ServerResponse } from 'node:http';
import { type Call, failure, readCall, replyTo, sendJson, serve } from './mock-echo.ts';

const asEvents = process.argv.includes('--sse');
const sessions = new Set<string>();
const streams = new Set<ServerResponse>();
let lastSession = 0;

serve((request, response) => {
  if (request.url === '/stats') return sendJson(response, 200, { sessions: sessions.size, streams: streams.size });
  const session = request.headers['mcp-session-id'];
  const known = typeof session === 'string' && sessions.has(session);
  if (request.method === 'POST') return readCall(request, (call) => answer(call, known, response));
  if (!known) return sendJson(response, session === undefined ? 400 : 404, failure(null, -32000, 'No valid session'));
  if (request.method === 'GET') return openStream(response);
  sessions.delete(session);
  response.writeHead(200).end();
});

function answer(call: Call, known: boolean, response: ServerResponse): void {
  if (call.method === 'initialize') return initialize(call, response);
  if (!known) return sendJson(response, 400, failure(call.id ?? null, -32000, 'Bad Request: Server not initialized'));
  if (call.id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const reply = replyTo(call);
  if (!asEvents) return sendJson(response, 200, reply);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.end(`event: message\ndata: ${JSON.stringify(reply)}\n\n`);
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
