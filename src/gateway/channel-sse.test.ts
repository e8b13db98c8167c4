import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../kernel/clock.ts';
import { openSseChannel } from './channel-sse.ts';
import { createHttpClient } from './http-client.ts';
import type { Channel } from './hub.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A legacy server that names `endpoint` first; what is POSTed to it goes to `take`. */
async function open(endpoint: string, take: (body: string, stream: ServerResponse, res: ServerResponse) => void) {
  const posts: { url: string | undefined; key: IncomingMessage['headers'][string]; body: string }[] = [];
  let stream: ServerResponse | undefined;
  const server = createServer((req, res) => {
    if (req.method === 'GET') {
      stream = res.writeHead(200, { 'content-type': 'text/event-stream' });
      stream.write(`event: endpoint\ndata: ${endpoint}\n\n`);
      return;
    }
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      posts.push({ url: req.url, key: req.headers['x-key'], body });
      if (stream !== undefined) take(body, stream, res);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/sse`);
  const client = createHttpClient({ clock: fakeClock() });
  const messages: string[] = [];
  const closed: string[] = [];
  const channel: Channel = openSseChannel(
    { url, headers: { 'X-Key': 'own' }, client },
    { message: (json) => messages.push(json), closed: (cause) => closed.push(cause) },
  );
  cleanups.push(async () => {
    await channel.close('test over');
    await client.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { channel, posts, messages, closed };
}

const accept = (_body: string, _stream: ServerResponse, res: ServerResponse): void => void res.writeHead(202).end();

describe('the legacy HTTP+SSE transport', () => {
  it('holds what is sent until the server has named its endpoint, then sends it there in order', async () => {
    const { channel, posts, messages } = await open('/messages?id=1', (body, stream, res) => {
      accept(body, stream, res);
      stream.write(`data: {"echo":${body}}\n\n`);
    });
    expect([channel.send('{"n":1}'), channel.send('{"n":2}')]).toEqual([true, true]);
    await expect.poll(() => messages.toSorted()).toEqual(['{"echo":{"n":1}}', '{"echo":{"n":2}}']);
    expect(posts.map(({ url, key }) => ({ url, key }))).toEqual([
      { url: '/messages?id=1', key: 'own' },
      { url: '/messages?id=1', key: 'own' },
    ]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:1/messages',
    '//evil.example/messages',
    'https://evil.example/',
    'http://[',
  ])('sends nothing, and no credential, to the foreign endpoint %s', async (endpoint) => {
    const { channel, posts, closed } = await open(endpoint, accept);
    channel.send('{"n":1}');
    await expect.poll(() => closed).toEqual(['named a foreign endpoint']);
    expect(channel.send('{"n":2}')).toBe(false);
    expect(posts).toEqual([]);
  });

  it('does not hold without bound what cannot be sent', async () => {
    const { channel } = await open('', accept);
    const taken = Array.from({ length: 200 }, () => channel.send('{}'));
    expect(taken.filter(Boolean)).toHaveLength(100);
  });

  it('ends when the server refuses a message', async () => {
    const { channel, closed } = await open('/messages', (_body, _stream, res) => void res.writeHead(403).end());
    channel.send('{}');
    await expect.poll(() => closed).toEqual(['answered HTTP 403']);
  });

  it('ends when the server ends its stream', async () => {
    const { channel, closed } = await open('/messages', (body, stream, res) => {
      accept(body, stream, res);
      stream.end();
    });
    channel.send('{}');
    await expect.poll(() => closed).toEqual(['ended its stream']);
  });
});
