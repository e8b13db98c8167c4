/** Drives the MCP client of the OpenAI Agents SDK; no agent and no model has a part in it. */
import { MCPServerSSE, MCPServerStdio, MCPServerStreamableHttp } from '@openai/agents';
import { drive } from './drive.ts';
import type { ServerEntry } from './plan.ts';

await drive(async ({ entry }) => {
  const server = serverOf(entry);
  await server.connect();
  return {
    listTools: () => server.listTools(),
    callTool: ({ name, arguments: args }) => server.callToolResult(name, { ...args }),
    close: () => server.close(),
  };
});

// What it returns is inferred: a union of types that are not installed yet would be one of unknown types.
function serverOf(entry: ServerEntry) {
  // Its 5 s are short where two test files share two cores.
  const clientSessionTimeoutSeconds = 30;
  if ('command' in entry) {
    const { command, args, env } = entry;
    return new MCPServerStdio({ command, args: [...args], env: { ...env }, clientSessionTimeoutSeconds });
  }
  const Server = entry.type === 'sse' ? MCPServerSSE : MCPServerStreamableHttp;
  return new Server({ url: entry.url, requestInit: { headers: { ...entry.headers } }, clientSessionTimeoutSeconds });
}
