/** Drives the Inspector's CLI, one process a request. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Printed, runCommand } from './command.ts';
import { drive } from './drive.ts';
import type { ServerEntry, Tool } from './plan.ts';

interface Envelope {
  readonly result?: { readonly tools?: readonly Tool[]; readonly content?: readonly unknown[] };
  readonly error?: { readonly code?: string; readonly message?: string };
}

await drive(async ({ name, entry }, { era, folder }) => {
  const config = join(folder, `inspector-${name}.json`);
  await writeFile(config, JSON.stringify({ mcpServers: { [name]: inspectorEntry(entry) } }));
  const target = ['--cli', '--config', config, '--server', name, '--protocol-era', era, '--format', 'json'];
  return {
    async listTools() {
      const printed = await runCommand('inspector', [...target, '--method', 'tools/list']);
      return resultOf(printed).tools ?? [];
    },
    async callTool({ name: tool, arguments: args }) {
      const options = ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)];
      return resultOf(await runCommand('inspector', [...target, ...options]));
    },
    close: async () => {},
  };
});

function inspectorEntry(entry: ServerEntry): unknown {
  if ('command' in entry) return { ...entry, type: 'stdio' };
  return { ...entry, type: entry.type === 'sse' ? 'sse' : 'streamable-http' };
}

/** The result on stdout, or what the error on stderr says. */
function resultOf({ stdout, stderr }: Printed): NonNullable<Envelope['result']> {
  const result = lastObject(stdout)?.result;
  if (result !== undefined) return result;
  const error = lastObject(stderr)?.error;
  throw new Error(error === undefined ? stderr.slice(-500) : `${error.code}: ${error.message}`);
}

/** The last line that is a JSON object; the CLI may write advice before it. */
function lastObject(text: string): Envelope | undefined {
  const line = text.split('\n').findLast((each) => each.startsWith('{'));
  return line === undefined ? undefined : (JSON.parse(line) as Envelope);
}
