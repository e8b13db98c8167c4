import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Look } from '../look.ts';
import { ask, type Asked, type AskRules, type Heard } from './ask.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function portOf(server: TcpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function serve(listener: RequestListener): Promise<URL> {
  const server: Server = createServer(listener);
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return new URL(`http://127.0.0.1:${await portOf(server)}/mcp?a=b`);
}

/** A server that is not even HTTP: `talk` gets each connection once something came in. */
async function serveRaw(talk: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', () => talk(socket));
  });
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new URL(`http://127.0.0.1:${await portOf(server)}/mcp`);
}

function asking(url: URL, rules: Partial<AskRules> = {}, more: Partial<Asked> = {}): Promise<Look<Heard>> {
  return ask(
    { url, method: 'GET', ...more },
    { verifyTls: true, deadlineMs: 2_000, maxBodyBytes: 1_000, signal: new AbortController().signal, ...rules },
  );
}

function heard(look: Look<Heard>): Heard {
  if ('blind' in look) throw new Error(look.why.en);
  return look.saw;
}

function reason(look: Look<Heard>): string {
  return 'blind' in look ? look.blind : `saw ${look.saw.status}`;
}

describe('ask', () => {
  it('sends what it is given and nothing that was not asked for', async () => {
    const url = await serve((req, res) => {
      req.setEncoding('utf8');
      let body = '';
      req.on('data', (chunk: string) => {
        body += chunk;
      });
      req.on('end', () =>
        res.writeHead(201, { 'x-a': ['1', '2'] }).end(JSON.stringify([req.method, req.url, req.headers, body])),
      );
    });
    const { status, headers, body, isCut } = heard(
      await asking(url, {}, { method: 'POST', body: 'ä', headers: { host: 'evil.example' } }),
    );
    expect([status, headers['x-a'], isCut]).toEqual([201, '1, 2', false]);
    expect(JSON.parse(body)).toEqual([
      'POST',
      '/mcp?a=b',
      { host: 'evil.example', 'accept-encoding': 'identity', 'content-length': '2', connection: 'close' },
      'ä',
    ]);
  });

  it('connects to the pinned address and keeps the name in Host', async () => {
    const url = await serve((req, res) => res.end(req.headers.host));
    const named = new URL(`http://scanned.example:${url.port}/`);
    const { body } = heard(await asking(named, { address: { address: '127.0.0.1', family: 4 } }));
    expect(body).toBe(`scanned.example:${url.port}`);
  });

  it('follows no redirect', async () => {
    const url = await serve((_req, res) => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect(heard(await asking(url)).status).toBe(302);
  });

  it('is unreachable where nobody listens', async () => {
    const server = createTcpServer();
    const port = await portOf(server);
    await new Promise((resolve) => server.close(resolve));
    expect(reason(await asking(new URL(`http://127.0.0.1:${port}/`)))).toBe('unreachable');
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`],
    ['100,000 headers', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(100_000)}\r\n`],
    ['nothing', ''],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ])('calls %s an error', async (_name, answer) => {
    expect(reason(await asking(await serveRaw((socket) => socket.end(answer))))).toBe('error');
  });

  it('calls a TLS failure an error', async () => {
    const url = await serveRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(reason(await asking(new URL(`https://127.0.0.1:${url.port}/`)))).toBe('error');
  });

  it('calls a header that cannot be sent an error', async () => {
    const url = await serve((_req, res) => res.end());
    expect(reason(await asking(url, {}, { headers: { 'x-a': 'a\r\nb: c' } }))).toBe('error');
  });

  it('stops waiting for a head at the deadline', async () => {
    const url = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nx: '));
    expect(reason(await asking(url, { deadlineMs: 30 }))).toBe('timeout');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const url = await serveRaw(() => stop.abort());
    expect(reason(await asking(url, { signal: stop.signal }))).toBe('timeout');
    expect(reason(await asking(url, { signal: AbortSignal.abort() }))).toBe('timeout');
  });

  it('keeps an answer whose body does not end in time', async () => {
    const url = await serve((_req, res) => void res.writeHead(401).write('slow'));
    expect(heard(await asking(url, { deadlineMs: 500 }))).toMatchObject({ status: 401, body: 'slow', isCut: true });
  });

  it('keeps an answer that breaks off', async () => {
    const url = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
    expect(heard(await asking(url))).toMatchObject({ status: 200, body: 'half', isCut: true });
  });

  it('cuts a body at its bound, though it never ends', async () => {
    const url = await serve((_req, res) => {
      const flood = (): void => void (res.destroyed || res.write('a'.repeat(700), flood));
      flood();
    });
    const { body, isCut } = heard(await asking(url));
    expect([body.length, isCut]).toEqual([1_000, true]);
  });

  it('leaves an event stream that has said enough', async () => {
    const url = await serve(
      (_req, res) => void res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\ndata: 2\n\n'),
    );
    const look = await asking(url, { deadlineMs: 10_000, readUntil: (text) => text.includes('data: 2\n') });
    expect(heard(look)).toMatchObject({ body: 'data: 1\n\ndata: 2\n\n', isCut: true });
  });

  it('hears a refusal of a body that was only announced', async () => {
    const url = await serve((req, res) => void res.writeHead(413).end(req.headers['content-length']));
    const look = await asking(url, {}, { method: 'POST', body: '{', promisedBytes: 64 * 1024 * 1024 });
    expect(heard(look)).toMatchObject({ status: 413, body: '67108864' });
  });
});
