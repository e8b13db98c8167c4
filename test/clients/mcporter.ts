/** Drives mcporter's command line, one process a request. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { drive } from './drive.ts';
import type { Tool } from './plan.ts';

// Its daemon would keep servers alive after the test.
const env = { MCPORTER_DISABLE_KEEPALIVE: '*' };

await drive(async ({ name, entry }, { folder }) => {
  const config = join(folder, `mcporter-${name}.json`);
  await writeFile(config, JSON.stringify({ mcpServers: { [name]: entry }, imports: [] }));
  const run = async (...args: string[]): Promise<unknown> => {
    const { stdout, stderr } = await runCommand('mcporter', ['--config', config, ...args], env);
    try {
      return JSON.parse(stdout);
    } catch {
      throw new Error(`${stdout}${stderr}`.slice(-500));
    }
  };
  return {
    async listTools() {
      const listed = (await run('list', name, '--schema', '--json')) as { tools?: readonly Tool[]; error?: string };
      if (listed.tools === undefined) throw new Error(listed.error ?? 'no list');
      return listed.tools;
    },
    callTool: (call) =>
      run('call', `${name}.${call.name}`, '--args', JSON.stringify(call.arguments), '--output', 'json', '--no-oauth'),
    close: async () => {},
  };
});
