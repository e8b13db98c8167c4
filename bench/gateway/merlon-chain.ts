import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '../../test/gateway-process.ts';
import type { Chain, RunningChain } from './chain.ts';
import { everything } from './everything-chains.ts';
import { startMock } from './mock-chains.ts';

// What is published is measured, not the sources: Node's type stripping alone takes 30 MB.
const program = join(import.meta.dirname, '../../dist/cli/main.js');

/** Builds what {@link merlonHttp} and {@link merlonStdio} start. */
export function buildMerlon(say: (line: string) => void): void {
  say('building the gateway');
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build.ts')], { stdio: 'ignore' });
}

// All load comes from one caller at one address; its limits stay on and count, but never bite.
const server = { max_streams_per_caller: 10_000, max_connections_per_ip: 10_000 };
const security = { max_requests_per_minute: 1_000_000, rate_limit_burst: 1_000_000, max_sessions_per_caller: 10_000 };

/** The gateway with every protection on, in front of the raw mock over HTTP. */
export const merlonHttp: Chain = {
  name: 'Merlon → mock',
  async start() {
    const mock = await startMock();
    const gateway = await startGateway({ server, security, mcpServers: { mock: { url: mock.match[0] } } }, { program });
    const stop = async (): Promise<void> => {
      await gateway.stop();
      await mock.stop();
    };
    return { ...(await running(gateway, 'mock')), upstreamPid: mock.pid, upstreamUrl: mock.match[0], stop };
  },
};

/** The gateway with every protection on, in front of one stdio server per session. */
export const merlonStdio: Chain = {
  name: 'Merlon → everything (stdio)',
  async start() {
    const upstream = { command: process.execPath, args: [everything, 'stdio'] };
    return running(
      await startGateway({ server, security, mcpServers: { everything: upstream } }, { program }),
      'everything',
    );
  },
};

async function running(gateway: GatewayProcess, upstream: string): Promise<RunningChain> {
  const headers = { authorization: `Bearer ${await gateway.key('admin')}` };
  const stop = async (): Promise<void> => {
    await gateway.stop();
  };
  return { url: `${gateway.url}/mcp/${upstream}`, caFile: gateway.caFile, headers, pid: gateway.pid, stop };
}
