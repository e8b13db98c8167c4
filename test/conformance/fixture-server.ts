/**
 * `node fixture-server.ts [--only legacy|modern]`: a server with everything that the conformance suite looks for, of both
 * eras or of one. Listens on a loopback port that the system chooses and prints its URL.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  InMemoryServerEventBus,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { makeFixture, type World } from './fixture.ts';
import { makeStateCodec } from './round-trip-tools.ts';
import { serveSessions } from './sessions.ts';
import { makeTasks } from './tasks.ts';

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const world: World = { bus: new InMemoryServerEventBus(), tasks: makeTasks(), codec: makeStateCodec() };
const sessions = serveSessions(() => makeFixture(world, { era: 'legacy' }));
const modern = createMcpHandler(({ era }) => makeFixture(world, { era }), { bus: world.bus, legacy: 'reject' });

async function answer(request: Request): Promise<Response> {
  const rejected =
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins());
  if (rejected !== undefined) return rejected;
  const isLegacy = only === undefined ? await isLegacyRequest(request) : only === 'legacy';
  return isLegacy ? sessions(request) : modern.fetch(request);
}

const handler = toNodeHandler({ fetch: answer });
const server = createServer((req, res) => {
  const { method = 'GET', url = '/' } = req;
  handler(Object.assign(req, { method, url }), res).catch(() => res.destroy());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
console.log(`http://127.0.0.1:${address.port}/mcp`);
