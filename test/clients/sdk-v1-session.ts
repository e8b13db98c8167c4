import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Session } from './drive.ts';

/** Connects SDK v1's client over a transport. */
export async function openSdkV1(transport: Parameters<Client['connect']>[0]): Promise<Session> {
  const client = new Client({ name: 'sdk-v1', version: '1.0.0' });
  await client.connect(transport);
  return {
    interactive: true,
    version: transport instanceof StreamableHTTPClientTransport ? transport.protocolVersion : undefined,
    listTools: async () => (await client.listTools()).tools,
    callTool: (call, options) => client.callTool({ ...call }, undefined, options),
    async close() {
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
      await client.close();
    },
  };
}

/** A program as SDK v1's transport takes it; what it writes to stderr is not the test's. */
export function programTransport(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): StdioClientTransport {
  return new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'ignore' });
}
