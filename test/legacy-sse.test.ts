import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { type Http, speakTo } from './mcp-client.ts';

// server-everything over the transport of MCP 2024-11-05, started by the gateway on a port of its own.
const root = join(import.meta.dirname, '..');
let gateway: GatewayProcess;
let http: Http;

beforeAll(async () => {
  gateway = await startGateway({
    mcpServers: {
      legacy: {
        type: 'sse',
        command: process.execPath,
        args: [
          '--import',
          join(root, 'examples/quickstart/loopback-only.mjs'),
          join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'),
          'sse',
        ],
        env: { PORT: '${port}' },
        url: 'http://127.0.0.1:${port}/sse',
      },
    },
  });
  http = speakTo(gateway);
});

afterAll(async () => {
  await http.close();
  await gateway.stop();
});

it('lists and calls over the legacy SSE transport, two sessions apart from each other', async () => {
  const token = await gateway.key('user');
  const sessions = [await http.open('/mcp/legacy', token), await http.open('/mcp/legacy', token)];
  const listed = await sessions[0]?.request('tools/list');
  expect(JSON.stringify(listed?.result)).toContain('"name":"echo"');
  const texts = await Promise.all(
    sessions.map((session, index) => session.call('echo', { message: `number ${index}` })),
  );
  expect(texts.map(({ result }) => result?.['content'])).toEqual([
    [{ type: 'text', text: 'Echo: number 0' }],
    [{ type: 'text', text: 'Echo: number 1' }],
  ]);
  expect(await Promise.all(sessions.map((session) => session.remove()))).toEqual([204, 204]);
});
