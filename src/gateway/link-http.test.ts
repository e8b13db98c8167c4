import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Request } from '../kernel/jsonrpc.ts';
import { createHttpClient } from './http-client.ts';
import type { Announcement, Link } from './link.ts';
import { type HttpLinkOptions, openHttpLink } from './link-http.ts';

interface Seen {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly message: Request;
}
type Script = (seen: Seen, res: ServerResponse) => void;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function open(script: Script, modern: Partial<HttpLinkOptions> = {}) {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      const one = { method: req.method ?? '', headers: req.headers, message: body === '' ? {} : JSON.parse(body) };
      seen.push(one);
      script(one, res);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/mcp?x=1`);
  const clock = fakeClock();
  const client = createHttpClient({ clock });
  const announced: Announcement[] = [];
  const closed: string[] = [];
  const link: Link = openHttpLink(
    {
      upstream: 'up',
      url,
      headers: { 'X-Key': 'own' },
      client,
      clock,
      era: 'legacy',
      paramHeaders: () => undefined,
      maxReplyBytes: 10_000,
      ...modern,
    },
    { announce: (message) => announced.push(message), closed: (cause) => closed.push(cause) },
  );
  cleanups.push(async () => {
    await link.close('test over');
    await client.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { link, seen, announced, closed, clock };
}

function json(res: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

const request = (id: number | string, params = {}): Request => ({ jsonrpc: '2.0', id, method: 'tools/call', params });
const ignore = (): void => undefined;

async function codeOf(reply: Promise<unknown>): Promise<string> {
  return await reply.then(
    () => 'none',
    (error: unknown) => (error instanceof MerlonError ? error.code : 'foreign'),
  );
}

describe('a link to a streamable HTTP upstream', () => {
  it("replaces ids and gives the reply back under the caller's", async () => {
    const { link, seen } = await open(({ message }, res) =>
      json(res, { jsonrpc: '2.0', id: message.id, result: { n: message.id } }),
    );
    const replies = await Promise.all([1, 1, 'x'].map((id) => link.request(request(id), ignore).reply));
    expect(replies.map(({ id }) => id)).toEqual([1, 1, 'x']);
    expect(new Set(seen.map(({ message }) => message.id)).size).toBe(3);
    expect(seen[0]?.headers['x-key']).toBe('own');
  });

  it('takes up the session and the version that the upstream names, and deletes the session at the end', async () => {
    const { link, seen } = await open(({ message, method }, res) => {
      if (method === 'DELETE') {
        res.writeHead(200).end();
        return;
      }
      const result = message.method === 'initialize' ? { protocolVersion: '2025-06-18' } : {};
      json(res, { jsonrpc: '2.0', id: message.id, result }, 200, { 'mcp-session-id': 's-1' });
    });
    await link.request({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }, ignore).reply;
    await link.request(request(2), ignore).reply;
    expect(seen[0]?.headers['mcp-session-id']).toBeUndefined();
    expect(seen[1]?.headers).toMatchObject({ 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-06-18' });
    await link.close('done');
    expect(seen.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'mcp-session-id': 's-1' } });
  });

  it('hands over what comes before the reply, with the progress token of the caller', async () => {
    const { link, seen } = await open(({ message }, res) => {
      const token = (message.params?.['_meta'] as { progressToken?: number } | undefined)?.progressToken;
      const progress = {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: token, progress: 1 },
      };
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      res.write(`event: message\ndata: ${JSON.stringify(progress)}\n\n`);
      res.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} })}\n\n`);
    });
    const related: Announcement[] = [];
    const flight = link.request(request(1, { _meta: { progressToken: 'mine' } }), (message) => related.push(message));
    expect((await flight.reply).id).toBe(1);
    expect(related).toEqual([
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'mine', progress: 1 } },
    ]);
    expect(seen[0]?.message.params).not.toEqual({ _meta: { progressToken: 'mine' } });
  });

  it('takes no reply that belongs to another request', async () => {
    const { link } = await open(({ message }, res) =>
      json(res, { jsonrpc: '2.0', id: Number(message.id) + 1, result: {} }),
    );
    expect(await codeOf(link.request(request(1), ignore).reply)).toBe('UPSTREAM_INVALID');
  });

  it.each<[string, string, Script]>([
    ['no JSON', 'UPSTREAM_INVALID', (_seen, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['no UTF-8', 'UPSTREAM_INVALID', (_seen, res) => res.writeHead(200).end(Buffer.from([0xff, 0xfe]))],
    [
      'a redirect',
      'UPSTREAM_UNAVAILABLE',
      (_seen, res) => res.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
    ],
    ['401', 'UPSTREAM_UNAVAILABLE', (_seen, res) => res.writeHead(401, { 'www-authenticate': 'Bearer' }).end()],
    ['500', 'UPSTREAM_UNAVAILABLE', (_seen, res) => res.writeHead(500).end('stack trace')],
    ['too much', 'UPSTREAM_INVALID', (_seen, res) => res.writeHead(200).end('x'.repeat(20_000))],
    ['a cut connection', 'UPSTREAM_UNAVAILABLE', (_seen, res) => res.socket?.destroy()],
    [
      'a stream that ends early',
      'UPSTREAM_UNAVAILABLE',
      (_seen, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n'),
    ],
    [
      'a stream of nonsense',
      'UPSTREAM_INVALID',
      (_seen, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: nonsense\n\n'),
    ],
  ])('answers %s with %s', async (_what, code, script) => {
    const { link } = await open((seen, res) => (seen.method === 'POST' ? script(seen, res) : void res.end()));
    expect(await codeOf(link.request(request(1), ignore).reply)).toBe(code);
  });

  it("passes on the upstream's own JSON-RPC error, whatever the HTTP status", async () => {
    const { link } = await open(({ message }, res) =>
      json(res, { jsonrpc: '2.0', id: message.id, error: { code: -32602, message: 'bad' } }, 400),
    );
    expect(await link.request(request(9), ignore).reply).toMatchObject({ id: 9, error: { code: -32602 } });
  });

  it('ends when the upstream has forgotten the session', async () => {
    const { link, closed } = await open(({ message }, res) => {
      if (message.method !== 'initialize') {
        res.writeHead(404).end();
        return;
      }
      json(res, { jsonrpc: '2.0', id: message.id, result: {} }, 200, { 'mcp-session-id': 's' });
    });
    await link.request({ jsonrpc: '2.0', id: 1, method: 'initialize' }, ignore).reply;
    expect(await codeOf(link.request(request(2), ignore).reply)).toBe('UPSTREAM_UNAVAILABLE');
    expect(closed).toHaveLength(1);
    expect(await codeOf(link.request(request(3), ignore).reply)).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('cancels upstream under the id that the upstream knows', async () => {
    const { promise, resolve } = Promise.withResolvers<Seen>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<Seen>();
    const { link } = await open((seen, res) => {
      if (seen.message.method === 'tools/call') return arrive(seen);
      res.writeHead(202).end();
      resolve(seen);
    });
    const flight = link.request(request('mine'), ignore);
    const { message } = await arrived;
    flight.cancel(new MerlonError('CANCELLED', 'Enough.'));
    expect(await codeOf(flight.reply)).toBe('CANCELLED');
    expect((await promise).message).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: message.id },
    });
  });

  it('hears what the upstream announces of its own accord', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { link, announced } = await open(({ method }, res) => {
      if (method !== 'GET') {
        res.end();
        return;
      }
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })}\n\n`);
      resolve();
    });
    link.listen();
    await promise;
    await expect.poll(() => announced).toHaveLength(1);
  });
});

/** Lets time pass until `done` says so. */
async function until(clock: FakeClock, done: () => boolean, stepMs = 100): Promise<void> {
  while (!done()) {
    clock.advance(stepMs);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

describe('a stream that ends before its reply', () => {
  it('is gone on with after the time that the upstream asks for, from where it was cut (LEG-HTTP-14, LEG-HTTP-27)', async () => {
    const ids: unknown[] = [];
    const { link, seen, clock } = await open(({ method, message, headers }, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      if (method === 'POST') {
        ids.push(message.id);
        res.end('id: s-1\nretry: 500\ndata: \n\n');
      } else if (headers['last-event-id'] === 's-1') res.end(`id: s-2\ndata: \n\n`);
      else res.end(`id: s-3\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: ids[0], result: { done: true } })}\n\n`);
    });
    const { reply } = link.request(request('c'), ignore);
    await until(clock, () => seen.length === 3);
    expect(await reply).toEqual({ jsonrpc: '2.0', id: 'c', result: { done: true } });
    expect(seen.map(({ method, headers }) => [method, headers['last-event-id']])).toEqual([
      ['POST', undefined],
      ['GET', 's-1'],
      ['GET', 's-2'],
    ]);
  });

  it('loses nothing when it is cut within an event', async () => {
    const ids: unknown[] = [];
    const answer = (): string => `id: s-2\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: ids[0], result: {} })}\n\n`;
    const { link, seen, clock } = await open(({ method, message, headers }, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      if (method === 'POST') {
        ids.push(message.id);
        res.end(`id: s-1\ndata: \n\n${answer().slice(0, 20)}`);
      } else {
        res.end(headers['last-event-id'] === 's-1' ? answer() : 'id: s-3\ndata: \n\n');
      }
    });
    const { reply } = link.request(request('c'), ignore);
    await until(clock, () => seen.length === 2);
    expect(await reply).toEqual({ jsonrpc: '2.0', id: 'c', result: {} });
  });

  it.each([
    [0, 100],
    [5_000, 5_000],
  ])('is gone on with each time after the %i ms last named, but not at once', async (retryMs, least) => {
    const times: number[] = [];
    const { link, clock } = await open(({ method }, res) => {
      times.push(clock.now());
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end(method === 'POST' ? `id: s-0\nretry: ${retryMs}\ndata: \n\n` : `id: s-${times.length}\ndata: \n\n`);
    });
    const flight = link.request(request('c'), ignore);
    flight.reply.catch(ignore);
    await until(clock, () => times.length === 4, 10);
    flight.cancel(new MerlonError('CANCELLED', 'enough'));
    for (const [index, time] of times.slice(1).entries()) {
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(least);
    }
  });

  it('belongs to the session that it opens', async () => {
    const ids: unknown[] = [];
    const { link, seen, clock } = await open(({ method, message }, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': 'new' });
      if (method === 'POST') ids.push(message.id);
      const answer = `data: ${JSON.stringify({ jsonrpc: '2.0', id: ids[0], result: {} })}\n\n`;
      res.end(method === 'GET' ? answer : 'id: s-1\ndata: \n\n');
    });
    const { reply } = link.request({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }, ignore);
    await until(clock, () => seen.length === 2);
    expect(await reply).toMatchObject({ result: {} });
    expect(seen[1]?.headers['mcp-session-id']).toBe('new');
  });

  it('is given up when the upstream does not know it any more, or brings nothing new', async () => {
    const cut = 'id: s-1\ndata: \n\n';
    const gone = await open(({ method }, res) => {
      if (method === 'GET') res.writeHead(400).end();
      else res.writeHead(200, { 'content-type': 'text/event-stream' }).end(cut);
    });
    const first = codeOf(gone.link.request(request(1), ignore).reply);
    await until(gone.clock, () => gone.seen.length === 2);
    expect(await first).toBe('UPSTREAM_UNAVAILABLE');

    const idle = await open(({ method }, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end(method === 'GET' ? '' : cut);
    });
    let isOver = false;
    const second = codeOf(idle.link.request(request(1), ignore).reply).finally(() => {
      isOver = true;
    });
    await until(idle.clock, () => isOver);
    expect(await second).toBe('UPSTREAM_UNAVAILABLE');
    expect(idle.seen).toHaveLength(6);
  });

  it('is not gone on with when nobody waits any more', async () => {
    const { link, seen, clock } = await open((_seen, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: s-1\ndata: \n\n');
    });
    const flight = link.request(request(1), ignore);
    flight.reply.catch(ignore);
    await until(clock, () => seen.length > 1);
    flight.cancel(new MerlonError('CANCELLED', 'gone'));
    const before = seen.filter(({ method }) => method === 'GET').length;
    for (let turn = 0; turn < 50; turn += 1) await until(clock, () => true);
    clock.advance(60_000);
    expect(seen.filter(({ method }) => method === 'GET')).toHaveLength(before);
  });
});

describe('a stateless link', () => {
  const modern = { era: 'modern' } as const;

  it('mirrors each request in its headers, and has no session', async () => {
    const declared = [{ header: 'Region', path: ['region'], type: 'string' }] as const;
    const paramHeaders = (tool: string) => (tool === 'greet' ? declared : undefined);
    const { link, seen } = await open(
      ({ message }, res) => json(res, { jsonrpc: '2.0', id: message.id, result: {} }, 200, { 'mcp-session-id': 's' }),
      { ...modern, paramHeaders },
    );
    const params = { name: 'greet', arguments: { region: 'öst' } };
    await link.request(request(1, params), ignore, {
      forwarded: ['Mcp-Param-Other', 'x'],
      opened: ignore,
      paused: ignore,
    }).reply;
    await link.request(request(2, { name: 'other' }), ignore).reply;
    expect(seen[0]?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'greet',
      'mcp-param-region': '=?base64?w7ZzdA==?=',
      'mcp-param-other': 'x',
      'x-key': 'own',
    });
    expect(seen[1]?.headers['mcp-session-id']).toBeUndefined();
    await link.close('done');
    expect(seen).toHaveLength(2);
  });

  it('cancels by closing the stream, and says nothing more (HTTP-20)', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { link, seen } = await open((_seen, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      res.once('close', resolve);
    }, modern);
    const flight = link.request(request(1), ignore);
    while (seen.length === 0) await new Promise<void>((done) => void setImmediate(done));
    flight.cancel(new MerlonError('CANCELLED', 'gone'));
    await expect(flight.reply).rejects.toThrow('gone');
    await promise;
    expect(seen).toHaveLength(1);
  });

  it('passes no request of an upstream on (HTTP-17), and nothing of the session transport', async () => {
    const heard: Announcement[] = [];
    const { link, seen } = await open(({ message }, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'roots/list' })}\n\n`);
      res.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} })}\n\n`);
    }, modern);
    link.listen();
    await link.request(request(1), (message) => heard.push(message)).reply;
    expect(heard).toEqual([]);
    expect(seen).toHaveLength(1);
  });

  it('says which status an upstream refused with, so that its era can be told', async () => {
    const { link } = await open((_seen, res) => res.writeHead(405).end(), modern);
    await expect(link.request(request(1), ignore).reply).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      data: { status: 405 },
    });
  });

  it('keeps nothing of a request whose method no header can hold (HTTP-68)', async () => {
    const { link, seen } = await open(() => {}, { era: 'modern' });
    expect(() => link.request({ jsonrpc: '2.0', id: 1, method: 'a\r\nb' }, ignore)).toThrow(MerlonError);
    await link.retire('replaced');
    expect(link.closed).toBe(true);
    expect(seen).toEqual([]);
  });

  it('ends with its subscriptions when it is retired', async () => {
    const { link } = await open((_seen, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
    }, modern);
    const flight = link.request({ jsonrpc: '2.0', id: 's', method: 'subscriptions/listen', params: {} }, ignore);
    const ended = codeOf(flight.reply);
    await link.retire('new configuration');
    expect(await ended).toBe('UPSTREAM_UNAVAILABLE');
    expect(link.closed).toBe(true);
  });
});
