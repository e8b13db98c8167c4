import { MODERN_VERSION } from '../src/gateway/era.ts';
import type { JsonObject } from '../src/kernel/jsonrpc.ts';

/** A form can be shown to the user. */
export const SHOWS_FORMS: JsonObject = { elicitation: { form: {} } };

/** Body and headers of one stateless request (MCP 2026-07-28) as a well-behaved client sends it. */
export function modernRequest(
  token: string,
  method: string,
  params: JsonObject,
  capabilities: JsonObject = {},
): { readonly message: JsonObject; readonly headers: Record<string, string> } {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  };
  const { name } = params;
  return {
    message: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': MODERN_VERSION,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  };
}
