/** Drives SDK v2 in the mode that the plan names. */
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { drive } from './drive.ts';
import type { Era, ServerEntry } from './plan.ts';

await drive(async ({ entry }, { era }) => {
  const client = new Client({ name: 'sdk-v2', version: '1.0.0' }, { versionNegotiation: { mode: modeOf(era) } });
  const transport = transportTo(entry);
  await client.connect(transport);
  return {
    interactive: true,
    version: client.getNegotiatedProtocolVersion(),
    listTools: async () => (await client.listTools()).tools,
    callTool: (call, options) => client.callTool({ ...call }, options),
    async close() {
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
      await client.close();
    },
  };
});

function modeOf(era: Era): 'legacy' | 'auto' | { pin: string } {
  return era === 'modern' ? { pin: '2026-07-28' } : era;
}

// What it returns is inferred: a union of types that are not installed yet would be one of unknown types.
function transportTo(entry: ServerEntry) {
  if ('command' in entry) {
    return new StdioClientTransport({ ...entry, args: [...entry.args], env: { ...entry.env }, stderr: 'ignore' });
  }
  const options = { requestInit: { headers: { ...entry.headers } } };
  const Transport = entry.type === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
  return new Transport(new URL(entry.url), options);
}
