/**
 * The cheapest MCP server of 2026-07-28 that a gateway can stand in front of: `node modern-mock.ts`. No sessions:
 * `server/discover`, `tools/list`, an `echo` tool; every request has to bring its envelope and the headers that mirror it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { META, MODERN_VERSION } from '../../src/gateway/era.ts';
import type { JsonObject } from '../../src/kernel/jsonrpc.ts';
import { type Call, failure, readCall, replyTo, sendJson, serve } from './mock-echo.ts';

const EVERY_RESULT: JsonObject = {
  resultType: 'complete',
  _meta: { [META.serverInfo]: { name: 'modern-mock', version: '1.0.0' } },
};
const UNTIL_CHANGED: JsonObject = { ...EVERY_RESULT, ttlMs: 300_000, cacheScope: 'public' };
const discovered = { ...UNTIL_CHANGED, supportedVersions: [MODERN_VERSION], capabilities: { tools: {} } };

serve((request, response) => {
  if (request.method === 'POST') readCall(request, (call) => answer(call, request, response));
  else response.writeHead(405).end();
});

function answer(call: Call, request: IncomingMessage, response: ServerResponse): void {
  const refusal = refusalOf(request, call);
  if (refusal !== undefined) sendJson(response, 400, refusal);
  else if (call.id === undefined) response.writeHead(202).end();
  else sendJson(response, 200, resultOf(call));
}

function resultOf(call: Call): JsonObject {
  if (call.method === 'server/discover') return { jsonrpc: '2.0', id: call.id ?? null, result: discovered };
  return replyTo(call, call.method === 'tools/list' ? UNTIL_CHANGED : EVERY_RESULT);
}

/** A chain that loses the envelope or a header must not look cheap. */
function refusalOf({ headers }: IncomingMessage, call: Call): JsonObject | undefined {
  const { id = null, method, params } = call;
  const version = params?._meta?.[META.version];
  if (version !== MODERN_VERSION) {
    return failure(id, -32022, 'Unsupported protocol version', { supported: [MODERN_VERSION] });
  }
  const isMirrored =
    headers['mcp-protocol-version'] === version &&
    headers['mcp-method'] === method &&
    (method !== 'tools/call' || headers['mcp-name'] === params?.name);
  return isMirrored ? undefined : failure(id, -32020, 'A header does not say what the body says');
}
