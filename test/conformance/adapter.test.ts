import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createServer, type Server } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackCertificate } from '../certificate.ts';
import { type Adapter, startAdapter } from './adapter.ts';

let gateway: Server;
let gatewayHost: string;
let adapter: Adapter;
let seen: IncomingMessage[];
let answer: (req: IncomingMessage) => { head: readonly string[]; body: string };

beforeEach(async () => {
  const { ca, cert, key } = await loopbackCertificate();
  seen = [];
  answer = () => ({ head: ['X-Answer', 'yes'], body: 'ok' });
  gateway = createServer({ cert, key }, (req, res) => {
    seen.push(req);
    const { head, body } = answer(req);
    res.writeHead(418, 'Teapot', [...head]).end(body);
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  const address = gateway.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  gatewayHost = `127.0.0.1:${address.port}`;
  adapter = await startAdapter();
  adapter.connect({ url: `https://${gatewayHost}`, ca, key: 'the-key' });
});

afterEach(() => {
  adapter.close();
  gateway.close();
});

describe('the adapter', () => {
  it('adds the credential and puts the name of the gateway in the place of its own', async () => {
    await send({});
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer the-key', host: gatewayHost });
  });

  it('leaves a foreign Host and Origin for the gateway to judge', async () => {
    await send({ Host: 'evil.example.com', Origin: 'http://evil.example.com' });
    expect(seen[0]?.headers).toMatchObject({ host: 'evil.example.com', origin: 'http://evil.example.com' });
  });

  it('passes path, other headers in their spelling, status and answer as they come', async () => {
    answer = () => ({ head: ['X-Answer', 'one', 'X-Answer', 'two'], body: 'whole' });
    const response = await send({ 'MCP-METHOD': 'tools/list' }, '/mcp/fixture?a=b');
    expect(seen[0]?.url).toBe('/mcp/fixture?a=b');
    expect(seen[0]?.rawHeaders).toContain('MCP-METHOD');
    expect(response.statusCode).toBe(418);
    expect(response.headersDistinct['x-answer']).toEqual(['one', 'two']);
    expect(await text(response)).toBe('whole');
  });

  it('breaks off where the gateway is gone', async () => {
    gateway.close();
    gateway.closeAllConnections();
    await expect(send({})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

async function send(headers: Readonly<Record<string, string>>, path = '/'): Promise<IncomingMessage> {
  const out = request(`${adapter.url}${path}`, { headers, agent: false }).end();
  const [response] = (await once(out, 'response')) as [IncomingMessage];
  return response;
}
