/** Drives the MCP client of LangChain, which makes tools of its own of what a server has. */
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { drive } from './drive.ts';
import type { ServerEntry } from './plan.ts';

await drive(async (target) => {
  const mcpServers = { [target.name]: connectionTo(target.entry) };
  const client = new MultiServerMCPClient({ mcpServers });
  const tools = await client.getTools();
  return {
    listTools: async () => tools.map(({ name, description, schema }) => ({ name, description, schema })),
    async callTool({ name, arguments: args }) {
      const tool = tools.find((each) => each.name === name);
      if (tool === undefined) throw new Error('LangChain has no such tool');
      return tool.invoke({ ...args });
    },
    close: () => client.close(),
  };
});

function connectionTo(entry: ServerEntry) {
  if ('command' in entry) {
    const { command, args, env } = entry;
    return { transport: 'stdio' as const, command, args: [...args], env: { ...env }, stderr: 'ignore' as const };
  }
  return { transport: entry.type, url: entry.url, headers: { ...entry.headers } };
}
