/** Drives the MCP client of the AI SDK. */
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';
import { drive } from './drive.ts';
import type { ServerEntry } from './plan.ts';

await drive(async ({ entry }) => {
  const client = await createMCPClient({ transport: transportTo(entry) });
  return {
    version: client.initializeResult.protocolVersion,
    listTools: async () => (await client.listTools()).tools,
    callTool: (call) => client.callTool({ ...call }),
    close: () => client.close(),
  };
});

// What it returns is inferred: a union of types that are not installed yet would be one of unknown types.
function transportTo(entry: ServerEntry) {
  if ('command' in entry) {
    return new StdioTransport({ ...entry, args: [...entry.args], env: { ...entry.env }, stderr: 'ignore' });
  }
  return { ...entry, headers: { ...entry.headers } };
}
