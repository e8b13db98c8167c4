import type { RequestListener, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Came, json, serveLoopback, withBody } from '../../../../../test/scan/loopback-server.ts';
import { MODERN_VERSION } from '../../../../kernel/mcp-eras.ts';
import type { DoorFacts, ProbeName } from '../../../facts/door.ts';
import type { Look } from '../../../look.ts';
import { collectDoor, type Door, type DoorRules } from './door.ts';

function collect(url: URL, rules: Partial<DoorRules> = {}): Promise<Door> {
  return collectDoor(url, {
    credential: undefined,
    verifyTls: true,
    signal: new AbortController().signal,
    now: () => Date.now(),
    step() {},
    ...rules,
  });
}

const bearer = (token: string): DoorRules['credential'] => ({
  saw: { kind: 'bearer', headers: { authorization: `Bearer ${token}` } },
});

function seen<T>(look: Look<T>): T {
  if ('blind' in look) throw new Error(look.why.en);
  return look.saw;
}

/** A probe's status, or why there is none. */
function told({ probes }: DoorFacts, era: 'legacy' | 'modern', name: ProbeName): number | string | undefined {
  const look = probes[era][name];
  if (look === undefined) return undefined;
  return 'blind' in look ? look.blind : look.saw.status;
}

const initialized = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {}, prompts: {} },
  serverInfo: { name: 'small', version: '1' },
};

/** What a small, well-meaning legacy server answers. */
function legacyResult(method: string | undefined): object | undefined {
  if (method === 'initialize') return initialized;
  if (method === 'ping') return {};
  if (method === 'tools/list') return { tools: [{ name: 'a', inputSchema: { type: 'object' } }] };
  return method === 'prompts/list' ? { prompts: [] } : undefined;
}

function reply(
  res: ServerResponse,
  id: unknown,
  result: object | undefined,
  headers: Record<string, string> = {},
): void {
  if (id === undefined) return void res.writeHead(202).end();
  const error = { code: -32601, message: 'unknown' };
  json(res, 200, { jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) }, headers);
}

/** A stateless legacy server; `turnAway` answers by itself and says so, or lets pass. */
function legacyServer(turnAway: (came: Came) => boolean = () => false): RequestListener {
  return withBody((came) => {
    if (turnAway(came)) return;
    if (came.req.method === 'POST') reply(came.res, came.message.id, legacyResult(came.message.method));
    else came.res.writeHead(405).end();
  });
}

const askForToken =
  (token: string, isGuarded: (came: Came) => boolean = () => true) =>
  (came: Came): boolean => {
    if (!isGuarded(came) || came.req.headers.authorization === `Bearer ${token}`) return false;
    json(came.res, 401, {}, { 'www-authenticate': 'Bearer' });
    return true;
  };

describe('an open endpoint', () => {
  it('has no wrong credentials, and no sessions where it opens none', async () => {
    const { door, tools } = await collect(await serveLoopback(legacyServer()));
    const facts = seen(door);
    expect(facts).toMatchObject({
      isLoopback: true,
      credential: 'none',
      eras: { legacy: { saw: { version: '2025-11-25', server: { name: 'small' } } }, modern: { blind: 'not-offered' } },
      sessionIds: { blind: 'not-offered' },
      resourceMetadata: { blind: 'not-offered' },
      burst: { saw: { sent: 20, limited: 0, retryAfter: false } },
    });
    expect(facts.probes.legacy['no-credential']).toMatchObject({ saw: { status: 200, rpc: { result: true } } });
    for (const name of [
      'wrong-credential',
      'unsigned-token',
      'unknown-session',
      'session-without-credential',
    ] as const) {
      expect(told(facts, 'legacy', name)).toBe('not-offered');
    }
    expect(facts.probes.modern).toEqual({});
    expect(seen(tools).tools).toHaveLength(1);
  });

  it('is never asked to call a tool that exists, and gets no credential in an address', async () => {
    const calls: unknown[] = [];
    const urls = new Set<string | undefined>();
    const url = await serveLoopback(
      legacyServer(({ req, message }) => {
        urls.add(req.url);
        if (message.method === 'tools/call') calls.push(message.params?.['name']);
        return false;
      }),
    );
    await collect(url, { credential: bearer('a-real-token') });
    expect(calls).toEqual([expect.stringMatching(/^merlon-scan-[0-9a-f]{16}$/)]);
    expect([...urls].join()).not.toContain('a-real-token');
  });
});

describe('an endpoint that asks for a credential', () => {
  it('is tried with false ones, at most ten times, and after everything that needs the right one', async () => {
    const order: string[] = [];
    const guard = askForToken('right-token');
    const url = await serveLoopback(
      legacyServer((came) => {
        const isRight = came.req.headers.authorization === 'Bearer right-token';
        order.push(came.req.method === 'OPTIONS' ? 'preflight' : isRight ? (came.message.method ?? 'broken') : 'false');
        return guard(came);
      }),
    );
    const facts = seen((await collect(url, { credential: bearer('right-token') })).door);
    for (const name of ['no-credential', 'wrong-credential', 'empty-credential', 'unsigned-token'] as const) {
      expect(told(facts, 'legacy', name)).toBe(401);
    }
    expect(
      ['expired-token', 'foreign-token', 'credential-in-query'].map((name) => told(facts, 'legacy', name as ProbeName)),
    ).toEqual([401, 401, 401]);
    expect(order.filter((what) => what === 'false').length).toBeLessThanOrEqual(10);
    const lastRight = order.findLastIndex((what) => what === 'tools/call');
    expect(order.indexOf('false')).toBeGreaterThan(lastRight);
    expect(order.slice(-20)).toEqual(Array(20).fill('ping'));
  });

  it('is closed too when it asks only behind the opening', async () => {
    const guard = askForToken('right-token', ({ message }) => message.method === 'tools/list');
    const facts = seen(
      (await collect(await serveLoopback(legacyServer(guard)), { credential: bearer('right-token') })).door,
    );
    expect(told(facts, 'legacy', 'no-credential')).toBe(401);
    expect(told(facts, 'legacy', 'wrong-credential')).toBe(401);
  });

  it('is tried from outside when there is no credential', async () => {
    const url = await serveLoopback(legacyServer(askForToken('right-token')));
    const { door, tools } = await collect(url);
    const facts = seen(door);
    expect(facts.eras).toMatchObject({ legacy: { blind: 'no-credential' }, modern: { blind: 'no-credential' } });
    expect(tools).toMatchObject({ blind: 'no-credential' });
    expect(told(facts, 'legacy', 'no-credential')).toBe(401);
    expect(told(facts, 'modern', 'no-credential')).toBe(401);
    expect(told(facts, 'legacy', 'foreign-host')).toBe('no-credential');
    expect(told(facts, 'legacy', 'unknown-tool')).toBe('no-credential');
    expect(facts.resourceMetadata).toMatchObject({ blind: 'not-offered' });
  });

  it('says that a credential was refused, or why there was none', async () => {
    const url = await serveLoopback(legacyServer(askForToken('right-token')));
    const refused = await collect(url, { credential: bearer('wrong-token') });
    expect(seen(refused.door).eras.legacy).toMatchObject({ blind: 'forbidden' });
    const none = { blind: 'unreachable', why: { en: 'No token.', zh: '无令牌。' } } as const;
    expect(seen((await collect(url, { credential: none })).door).eras.legacy).toEqual(none);
  });
});

describe('sessions', () => {
  it('are opened one after another, used as a stranger would, and all ended', async () => {
    const open = new Map<string, boolean>();
    const url = await serveLoopback(
      withBody(({ req, res, message }) => {
        const id = String(req.headers['mcp-session-id'] ?? '');
        if (req.method === 'DELETE') return void res.writeHead(open.delete(id) ? 204 : 404).end();
        if (req.method !== 'POST') return void res.writeHead(405).end();
        if (message.method === 'initialize') {
          // Takes over what the client chose.
          const given = id === '' ? `s${open.size + 1}-${Math.random()}` : id;
          open.set(given, true);
          return reply(res, message.id, initialized, { 'mcp-session-id': given });
        }
        if (!open.has(id)) return json(res, 404, {});
        reply(res, message.id, legacyResult(message.method));
      }),
    );
    const facts = seen((await collect(url)).door);
    const ids = seen(facts.sessionIds);
    expect([ids.length, new Set(ids).size]).toEqual([3, 3]);
    expect(ids).not.toContain(facts.chosenSession);
    expect(facts.probes.legacy['chosen-session']).toMatchObject({
      saw: { headers: { 'mcp-session-id': facts.chosenSession } },
    });
    expect(told(facts, 'legacy', 'unknown-session')).toBe(404);
    expect(told(facts, 'legacy', 'session-after-delete')).toBe(404);
    expect(open.size).toBe(0);
  });
});

describe('the modern era', () => {
  it('is spoken with its envelope and its headers, and contradicted once', async () => {
    const url = await serveLoopback(
      withBody(({ req, res, message }) => {
        const { id, method, params } = message;
        if (params?.['_meta'] === undefined)
          return json(res, 400, { jsonrpc: '2.0', id: null, error: { code: -32602, message: 'no' } });
        if (req.headers['mcp-method'] !== method) {
          return json(res, 400, { jsonrpc: '2.0', id, error: { code: -32020, message: 'no' } });
        }
        if (req.headers['mcp-protocol-version'] !== MODERN_VERSION) {
          return json(res, 400, { jsonrpc: '2.0', id, error: { code: -32022, message: 'no' } });
        }
        const discovered = { supportedVersions: [MODERN_VERSION], capabilities: {}, instructions: 'x'.repeat(100_000) };
        reply(res, id, method === 'server/discover' ? discovered : method === 'tools/list' ? { tools: [] } : undefined);
      }),
    );
    const { door, tools } = await collect(url);
    const facts = seen(door);
    expect(facts.eras).toMatchObject({
      legacy: { blind: 'not-offered' },
      modern: { saw: { version: MODERN_VERSION } },
    });
    expect(seen(facts.eras.modern).instructions).toHaveLength(65_536);
    expect(facts.probes.modern['header-mismatch']).toMatchObject({
      saw: { status: 400, rpc: { error: { code: -32020 } } },
    });
    expect(facts.probes.modern['version-unknown']).toMatchObject({
      saw: { status: 400, rpc: { error: { code: -32022 } } },
    });
    expect(facts.probes.legacy).toEqual({});
    expect(seen(tools).tools).toEqual([]);
  });
});

describe('what is no MCP endpoint', () => {
  it.each<[string, RequestListener]>([
    ['a web site', (_req, res) => void res.writeHead(404, { 'content-type': 'text/html' }).end('<h1>No</h1>')],
    [
      'a page for everything',
      (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    ],
    ['a redirect', (_req, res) => void res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    [
      'an answer to somebody else',
      withBody(({ res }) => json(res, 200, { jsonrpc: '2.0', id: 4711, result: initialized })),
    ],
    ['a malformed answer', withBody(({ res, message }) => reply(res, message.id, { protocolVersion: '1\r\n2' }))],
    [
      'the transport of 2024',
      (req, res) => {
        if (req.method === 'POST') res.writeHead(404).end();
        else res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /messages\n\n');
      },
    ],
  ])('is unreadable: %s', async (_name, listener) => {
    const { door, tools } = await collect(await serveLoopback(listener));
    expect(door).toMatchObject({ blind: 'unreadable' });
    expect(tools).toEqual(door);
  });

  it('is unreachable where nobody listens', async () => {
    expect((await collect(new URL('http://127.0.0.1:1/mcp'))).door).toMatchObject({ blind: 'unreachable' });
  });

  it('is an error where everything fails', async () => {
    const url = await serveLoopback((_req, res) => void res.writeHead(500).end());
    expect((await collect(url)).door).toMatchObject({ blind: 'error' });
  });
});

describe('a hostile server', () => {
  const hurry = { deadlineMs: 60, overallMs: 1_500 };

  it.each<[string, RequestListener]>([
    ['says nothing at all', () => {}],
    ['drips its body', (_req, res) => drip(res, 'application/json', ' ')],
    ['drips comments', (_req, res) => drip(res, 'text/event-stream', ': still here\n\n')],
    [
      'drips events of no use',
      (_req, res) => drip(res, 'text/event-stream', 'data: {"jsonrpc":"2.0","id":99,"result":{}}\n\n'),
    ],
    ['floods', (_req, res) => flood(res, 'text/event-stream', `: ${'a'.repeat(16_384)}\n`)],
    ['floods with one line', (_req, res) => flood(res, 'text/event-stream', 'a'.repeat(16_384))],
    ['floods with brackets', (_req, res) => flood(res, 'application/json', '['.repeat(16_384))],
    ['breaks every connection', (req) => void req.socket.destroy()],
  ])('that %s is left alone in time', async (_name, listener) => {
    const { door } = await collect(await serveLoopback(listener), hurry);
    expect(door).toHaveProperty('blind');
  });

  it('that opens and then falls silent is left when the time for all of it is over', async () => {
    const url = await serveLoopback(
      withBody(({ res, message }) => {
        if (message.method === 'initialize') reply(res, message.id, initialized, { 'mcp-session-id': 'abc' });
      }),
    );
    const { door, tools } = await collect(url, { deadlineMs: 60_000, overallMs: 300 });
    expect(tools).toMatchObject({ blind: 'timeout' });
    expect(told(seen(door), 'legacy', 'unknown-tool')).toBe('timeout');
  });

  it('with lists that never end is read up to a bound', async () => {
    let page = 0;
    const url = await serveLoopback(
      legacyServer(({ res, message }) => {
        if (message.method !== 'tools/list') return false;
        page += 1;
        reply(res, message.id, { tools: [{ name: `\u001b[31m${page}` }], nextCursor: `${page}` });
        return true;
      }),
    );
    const facts = seen((await collect(url)).tools);
    expect([facts.tools.length, facts.isCut]).toEqual([50, true]);
  });

  it('that sends the credential back gets none of it into the facts', async () => {
    const url = await serveLoopback(
      legacyServer(({ req, res, message }) => {
        res.setHeader('set-cookie', `sid=${'0'.repeat(8)}; HttpOnly`);
        if (message.method !== 'tools/list') return false;
        reply(res, message.id, { tools: [{ name: 'a', description: req.headers.authorization ?? 'none' }] });
        return true;
      }),
    );
    const found = await collect(url, { credential: bearer('right-token') });
    expect(JSON.stringify(found)).not.toContain('right-token');
    expect(seen(found.tools).tools[0]?.description).toBe('Bearer [credential]');
    expect(seen(found.door).probes.legacy['unknown-tool']).toMatchObject({
      saw: { headers: { 'set-cookie': 'sid=; HttpOnly' } },
    });
  });

  it('that sends us elsewhere is not followed', async () => {
    let visits = 0;
    const elsewhere = await serveLoopback((_req, res) => {
      visits += 1;
      res.end();
    });
    const url = await serveLoopback(
      legacyServer(({ res, message }) => {
        if (message.method === 'initialize' || message.method === 'ping') return false;
        res.writeHead(307, { location: elsewhere.href }).end();
        return true;
      }),
    );
    const { door } = await collect(url);
    expect(told(seen(door), 'legacy', 'unknown-tool')).toBe(307);
    expect(visits).toBe(0);
  });

  it('is left at once when the scan is ended', async () => {
    const stop = new AbortController();
    const url = await serveLoopback(() => stop.abort());
    expect((await collect(url, { signal: stop.signal })).door).toMatchObject({ blind: 'timeout' });
  });
});

function drip(res: ServerResponse, type: string, text: string): void {
  res.writeHead(200, { 'content-type': type });
  const timer = setInterval(() => res.write(text), 5);
  res.on('close', () => clearInterval(timer));
}

function flood(res: ServerResponse, type: string, text: string): void {
  res.writeHead(200, { 'content-type': type });
  const more = (): void => {
    if (!res.destroyed) res.write(text, more);
  };
  more();
}
