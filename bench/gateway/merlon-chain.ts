import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '../../test/gateway-process.ts';
import type { Chain, RunningChain } from './chain.ts';
import { everything } from './everything-chains.ts';
import { type Mock, startMock, stdioMock } from './mock-chains.ts';

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
export const merlonHttp: Chain = { name: 'Merlon → mock', start: () => inFrontOf('mock.ts') };

/** The same in the other era, on both sides. */
export const merlonModern: Chain = {
  name: 'modern client → Merlon → modern mock',
  caller: 'modern',
  start: () => inFrontOf('modern-mock.ts'),
};

/** Across the eras: a stateless client, an upstream with sessions. */
export const merlonModernToLegacy: Chain = {
  name: 'modern client → Merlon → mock',
  caller: 'modern',
  start: () => inFrontOf('mock.ts'),
};

/** Across the eras the other way round. */
export const merlonLegacyToModern: Chain = {
  name: 'legacy client → Merlon → modern mock',
  start: () => inFrontOf('modern-mock.ts'),
};

/** The gateway in front of a raw mock, with more configuration if need be; all calls are made with that role. */
export async function inFrontOf(upstream: Mock, more: object = {}, role = 'admin'): Promise<RunningChain> {
  const mock = await startMock(upstream);
  const [url] = mock.match;
  const gateway = await startGateway({ server, security, mcpServers: { mock: { url } }, ...more }, { program });
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await mock.stop();
  };
  return { ...(await running(gateway, 'mock', role)), upstreamPid: mock.pid, upstreamUrl: url, stop };
}

/** The gateway with every protection on, in front of one stdio server per session. */
export const merlonStdio: Chain = {
  name: 'Merlon → everything (stdio)',
  start: () => inFrontOfCommand('everything', [everything, 'stdio']),
};

/** The same with a server that costs next to nothing itself. */
export const merlonStdioMock: Chain = {
  name: 'Merlon → mock (stdio)',
  start: () => inFrontOfCommand('mock', [stdioMock]),
};

/** Stateless clients that say the same of themselves share a session, and with it one process. */
export const merlonModernToStdio: Chain = {
  name: 'modern client → Merlon → mock (stdio)',
  caller: 'modern',
  start: () => inFrontOfCommand('mock', [stdioMock]),
};

async function inFrontOfCommand(name: string, args: readonly string[]): Promise<RunningChain> {
  const upstream = { command: process.execPath, args };
  const gateway = await startGateway({ server, security, mcpServers: { [name]: upstream } }, { program });
  return await running(gateway, name);
}

async function running(gateway: GatewayProcess, upstream: string, role = 'admin'): Promise<RunningChain> {
  const headers = { authorization: `Bearer ${await gateway.key(role)}` };
  const stop = async (): Promise<void> => {
    await gateway.stop();
  };
  return { url: `${gateway.url}/mcp/${upstream}`, caFile: gateway.caFile, headers, pid: gateway.pid, stop };
}
