import { join } from 'node:path';
import { installFolder } from '../../scripts/install.ts';
import { freePort } from '../../test/free-port.ts';
import { startProgram } from '../../test/program.ts';
import type { Chain, RunningChain } from './chain.ts';

const root = join(import.meta.dirname, '..', '..');
const baselines = join(root, 'bench', 'baselines');

/** The public reference server as a command, for whoever speaks stdio with it. */
export const everything = join(root, 'node_modules', '.bin', 'mcp-server-everything');

/** server-everything over its own streamable HTTP: what the gateways of the other chains stand in front of. */
export const everythingHttp: Chain = {
  name: 'direct → everything (HTTP)',
  async start() {
    const port = await freePort();
    return startAt(port, [everything, 'streamableHttp'], { PORT: String(port) });
  },
};

/** mcp-proxy: one stdio server for all callers. */
export const mcpProxy: Chain = {
  name: 'mcp-proxy → everything (stdio)',
  async start() {
    const port = await freePort();
    const options = ['--host', '127.0.0.1', '--port', String(port), '--server', 'stream', '--'];
    return startAt(port, [foreign('mcp-proxy'), ...options, process.execPath, everything, 'stdio']);
  },
};

/** supergateway in its stateful mode: one stdio server per session. */
export const supergateway: Chain = {
  name: 'supergateway → everything (stdio)',
  async start() {
    const port = await freePort();
    const options = ['--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none', '--port', String(port)];
    return startAt(port, [
      foreign('supergateway'),
      ...options,
      '--stdio',
      `"${process.execPath}" "${everything}" stdio`,
    ]);
  },
};

/** Installs the foreign gateways at first use; before anything is measured, for npm takes a whole core. */
export function installBaselines(say: (line: string) => void): void {
  installFolder(baselines, say);
}

function foreign(name: string): string {
  return join(baselines, 'node_modules', '.bin', name);
}

async function startAt(port: number, args: readonly string[], env: Record<string, string> = {}): Promise<RunningChain> {
  const program = await startProgram({ command: process.execPath, args, env, ready: port });
  const stop = async (): Promise<void> => {
    await program.stop();
  };
  return { url: `http://127.0.0.1:${port}/mcp`, pid: program.pid, stop };
}
