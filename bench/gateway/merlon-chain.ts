import { type GatewayProcess, startGateway } from '../../test/gateway-process.ts';
import type { Chain, RunningChain } from './chain.ts';
import { everything } from './everything-chains.ts';
import { startMock } from './mock-chains.ts';

// Limits stay on and count, but never bite.
const security = { max_requests_per_minute: 1_000_000, rate_limit_burst: 1_000_000 };

/** The gateway with every protection on, in front of the raw mock over HTTP. */
export const merlonHttp: Chain = {
  name: 'Merlon → mock',
  async start() {
    const mock = await startMock();
    const gateway = await startGateway({ security, mcpServers: { mock: { url: mock.match[0] } } });
    return {
      ...(await running(gateway, 'mock')),
      upstreamPid: mock.pid,
      upstreamUrl: mock.match[0],
      stop: () => endBoth(gateway, mock),
    };
  },
};

/** The gateway with every protection on, in front of one stdio server per session. */
export const merlonStdio: Chain = {
  name: 'Merlon → everything (stdio)',
  async start() {
    const server = { command: process.execPath, args: [everything, 'stdio'] };
    const gateway = await startGateway({ security, mcpServers: { everything: server } });
    return running(gateway, 'everything');
  },
};

async function running(gateway: GatewayProcess, upstream: string): Promise<RunningChain> {
  const headers = { authorization: `Bearer ${await gateway.key('admin')}` };
  const stop = async (): Promise<void> => {
    await gateway.stop();
  };
  return { url: `${gateway.url}/mcp/${upstream}`, caFile: gateway.caFile, headers, pid: gateway.pid, stop };
}

async function endBoth(gateway: GatewayProcess, mock: { stop(): Promise<unknown> }): Promise<void> {
  await gateway.stop();
  await mock.stop();
}
