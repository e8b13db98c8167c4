import type { ServerEntryFacts } from '../../facts/client.ts';
import type { DeploymentFacts } from '../../facts/deployment.ts';
import type { ToolFacts } from '../../facts/tools.ts';

/** A tool of a fixture, with these properties in its schema. */
export function tool(name: string, description: string, properties: Readonly<Record<string, unknown>> = {}): ToolFacts {
  return { name, title: undefined, description, inputSchema: { type: 'object', properties }, annotations: {} };
}

/** A deployment of servers, by name. */
export function servers(tools: Readonly<Record<string, readonly ToolFacts[]>>): DeploymentFacts {
  return {
    tools: Object.entries(tools).map(([server, list]) => ({
      target: `tools:${server}`,
      tools: { server, instructions: undefined, tools: list, prompts: [], isCut: false },
    })),
    entries: [],
  };
}

/** An entry of a client's file that starts a package of npm. */
export function entry(
  client: string,
  name: string,
  packageName: string,
  version = '1.0.0',
): DeploymentFacts['entries'][number] {
  const file = `~/.${client}/mcp.json`;
  const started: ServerEntryFacts = {
    name,
    where: { file, line: 3 },
    transport: 'stdio',
    disabled: false,
    command: 'npx',
    args: ['-y', `${packageName}@${version}`],
    url: undefined,
    values: [],
    approvals: [],
    package: { runner: 'npx', name: packageName, version, isPinned: true },
    behindMerlon: false,
  };
  return { target: `client-config:${file}`, client, entry: started };
}
