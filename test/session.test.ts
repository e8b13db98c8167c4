import { afterEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../src/kernel/clock.ts';
import { MerlonError } from '../src/kernel/errors.ts';
import type { JsonObject, Request } from '../src/kernel/jsonrpc.ts';
import type { Link, Listener } from '../src/gateway/link.ts';
import { type FakeGateway, type FakeGatewayOptions, fakeUpstream, startFakeGateway } from './fake-gateway.ts';

const roles = { r: ['read:info', 'execute:tool'] };
const call = (id: number | string, params: JsonObject = { name: 't' }) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params,
});
const echo = ({ params }: Request): JsonObject => ({ content: [], echoed: params ?? {} });

let gateway: FakeGateway;

async function start(options: Partial<FakeGatewayOptions> = {}): Promise<FakeGateway> {
  gateway = await startFakeGateway({ upstreams: [fakeUpstream('up', echo)], roles, ...options });
  return gateway;
}

afterEach(() => gateway.close());

describe('a session', () => {
  it('is as unknown to a stranger as none, whatever the stranger may do', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    expect((await gateway.post('/mcp/up', 'bob:r', call(1), session)).status).toBe(404);
    expect((await gateway.post('/mcp/up', 'bob:r', call(1), 'made-up')).status).toBe(404);
    expect((await gateway.post('/mcp', 'ann:r', call(1), session)).status).toBe(404);
    expect((await gateway.post('/mcp/up', 'ann:r', call(1))).status).toBe(400);
    expect((await gateway.post('/mcp/up', 'ann:r', call(1), session)).status).toBe(200);
    const stolen = await fetch(`${gateway.url}/mcp/up`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer bob:r', 'mcp-session-id': session },
    });
    expect(stolen.status).toBe(404);
    expect(gateway.gate.sessions.size).toBe(1);
  });

  it.each([
    ['ann:r:one', 'ann:r:two'],
    ['ann:r:one', 'ann:r'],
    ['ann:r', 'ann:r:one'],
  ])('that %s opened is as unknown as none to %s', async (owner, other) => {
    await start();
    const session = await gateway.initialize('/mcp/up', owner);
    const headers = { authorization: `Bearer ${other}`, 'mcp-session-id': session, accept: 'text/event-stream' };
    expect((await gateway.post('/mcp/up', other, call(1), session)).body?.error?.data?.code).toBe('SESSION_UNKNOWN');
    expect((await fetch(`${gateway.url}/mcp/up`, { headers })).status).toBe(404);
    expect((await fetch(`${gateway.url}/mcp/up`, { method: 'DELETE', headers })).status).toBe(404);
    expect((await gateway.post('/mcp/up', owner, call(1), session)).status).toBe(200);
    // The first is that of initialize.
    const intents = gateway.entries.flatMap((entry) => (entry.kind === 'intent' ? [entry.task?.id] : []));
    expect(intents).toEqual([owner.split(':')[2], owner.split(':')[2]]);
  });

  it('has an id that cannot be guessed and never the same twice', async () => {
    await start();
    const ids = await Promise.all(Array.from({ length: 20 }, () => gateway.initialize('/mcp/up', 'ann:r')));
    expect(new Set(ids).size).toBe(20);
    // 24 random bytes in base64url.
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it('ends when idle, when too old and when deleted, and its links with it', async () => {
    const clock = fakeClock();
    const upstream = fakeUpstream('up', echo);
    await start({ clock, upstreams: [upstream], limits: { sessionIdleMs: 10_000, sessionMaxMs: 25_000 } });
    const idle = await gateway.initialize('/mcp/up', 'ann:r');
    const old = await gateway.initialize('/mcp/up', 'ann:r');
    const deleted = await gateway.initialize('/mcp/up', 'ann:r');
    expect(upstream.links.size).toBe(3);
    const headers = { authorization: 'Bearer ann:r', 'mcp-session-id': deleted };
    expect((await fetch(`${gateway.url}/mcp/up`, { method: 'DELETE', headers })).status).toBe(204);
    clock.advance(9_000);
    expect((await gateway.post('/mcp/up', 'ann:r', call(1), old)).status).toBe(200);
    clock.advance(2_000);
    expect((await gateway.post('/mcp/up', 'ann:r', call(1), idle)).status).toBe(404);
    for (let at = 11_000; at < 24_000; at += 5_000) {
      expect((await gateway.post('/mcp/up', 'ann:r', call(1), old)).status).toBe(200);
      clock.advance(5_000);
    }
    expect((await gateway.post('/mcp/up', 'ann:r', call(1), old)).status).toBe(404);
    expect(upstream.links.size).toBe(0);
    const causes = gateway.entries.flatMap((entry) => (entry.kind === 'session' ? [entry.cause] : []));
    expect(causes.filter((cause) => cause !== 'initialize')).toEqual([
      'deleted by the client',
      'idle',
      'absolute lifetime reached',
    ]);
  });

  it('is bounded in number, per caller and in all', async () => {
    await start({ limits: { maxSessions: 3, maxSessionsPerCaller: 2 } });
    await gateway.initialize('/mcp/up', 'ann:r');
    await gateway.initialize('/mcp/up', 'ann:r');
    await expect(gateway.initialize('/mcp/up', 'ann:r')).rejects.toThrow('TOO_MANY_SESSIONS');
    await gateway.initialize('/mcp/up', 'bob:r');
    await expect(gateway.initialize('/mcp/up', 'cid:r')).rejects.toThrow('TOO_MANY_SESSIONS');
  });

  it('answers each of many callers that use the same ids at the same time with their own reply', async () => {
    await start();
    const callers = Array.from({ length: 20 }, (_, index) => `c${index}:r`);
    const sessions = await Promise.all(callers.map((caller) => gateway.initialize('/mcp/up', caller)));
    const answers = await Promise.all(
      callers.map((caller, index) =>
        gateway.post('/mcp/up', caller, call(7, { name: 't', mark: caller }), sessions[index]),
      ),
    );
    answers.forEach(({ body }, index) => {
      expect(body).toMatchObject({ id: 7, result: { echoed: { mark: callers[index] } } });
    });
  });

  it('refuses a second request under an id that is in flight', async () => {
    const { promise, resolve } = Promise.withResolvers<JsonObject>();
    await start({ upstreams: [fakeUpstream('up', () => promise)] });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const first = gateway.post('/mcp/up', 'ann:r', call(1), session);
    while (gateway.gate.flights.size === 0) await new Promise((next) => setImmediate(next));
    expect((await gateway.post('/mcp/up', 'ann:r', call(1), session)).status).toBe(400);
    resolve({ content: [] });
    expect((await first).status).toBe(200);
  });

  it('ends an open stream within a second of the revocation of the credential that opened it', async () => {
    const clock = fakeClock();
    let revoked = '';
    await start({ clock, isRevoked: (name) => name === revoked });
    const [ann, bob] = await Promise.all(['ann', 'bob'].map((name) => gateway.initialize('/mcp/up', `${name}:r`)));
    const listen = (name: string, session: string | undefined) =>
      fetch(`${gateway.url}/mcp/up`, {
        headers: { authorization: `Bearer ${name}:r`, accept: 'text/event-stream', 'mcp-session-id': session ?? '' },
      });
    const streams = await Promise.all([listen('ann', ann), listen('bob', bob)]);
    revoked = 'ann';
    clock.advance(1_000);
    // It ends, so its text is complete; the other one goes on.
    expect(await streams[0]?.text()).not.toContain('event:');
    const reader = streams[1]?.body?.getReader();
    await reader?.read();
    const next = reader?.read();
    clock.advance(15_000);
    expect(Buffer.from((await next)?.value ?? []).toString()).toContain('keep-alive');
    expect((await gateway.post('/mcp/up', 'ann:r', call(1), ann)).status).toBe(401);
  });

  it('takes no response that nobody waits for', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const forged = await gateway.post('/mcp/up', 'ann:r', { jsonrpc: '2.0', id: 1, result: {} }, session);
    expect(forged.status).toBe(400);
  });
});

describe('an upstream that asks the client', () => {
  it('gets the answer of its own session under its own id', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const stream = await fetch(`${gateway.url}/mcp/up`, {
      headers: { authorization: 'Bearer ann:r', accept: 'text/event-stream', 'mcp-session-id': session },
    });
    const [listener] = upstream.links;
    listener?.announce({ jsonrpc: '2.0', id: 1, method: 'roots/list' });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!/data: \{.*\n\n/.test(text)) text += (await reader?.read())?.value ?? '';
    const asked = JSON.parse(text.slice(text.indexOf('{')));
    expect(asked).toMatchObject({ method: 'roots/list' });
    expect(asked.id).not.toBe(1);
    const other = await gateway.initialize('/mcp/up', 'bob:r');
    const answer = { jsonrpc: '2.0', id: asked.id, result: { roots: [] } };
    expect((await gateway.post('/mcp/up', 'bob:r', answer, other)).status).toBe(400);
    expect((await gateway.post('/mcp/up', 'ann:r', answer, session)).status).toBe(202);
    expect((await gateway.post('/mcp/up', 'ann:r', answer, session)).status).toBe(400);
    await reader?.cancel();
    const relayed = gateway.entries.flatMap((entry) => (entry.kind === 'relay' ? [entry.direction] : []));
    expect(relayed).toEqual(['to_client', 'to_upstream']);
  });
});

describe('an upstream that asks too much', () => {
  it('is refused further questions while a hundred are open, and they are not recorded', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    await gateway.initialize('/mcp/up', 'ann:r');
    const [listener] = upstream.links;
    for (let id = 0; id < 1_000; id += 1) listener?.announce({ jsonrpc: '2.0', id, method: 'sampling/createMessage' });
    await expect.poll(() => upstream.answered.length).toBe(900);
    expect(upstream.answered[0]).toMatchObject({ id: 100, error: { code: -31429 } });
    expect(gateway.entries.filter(({ kind }) => kind === 'relay')).toHaveLength(100);
  });

  it('may ask anew once it has taken its questions back, or is gone with them', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const relays = () => gateway.entries.filter(({ kind }) => kind === 'relay').length;
    const askAll = (): void => {
      const [listener] = upstream.links;
      for (let id = 0; id < 100; id += 1) listener?.announce({ jsonrpc: '2.0', id, method: 'sampling/createMessage' });
    };
    const [listener] = upstream.links;
    askAll();
    for (let requestId = 0; requestId < 100; requestId += 1) {
      listener?.announce({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    }
    askAll();
    await expect.poll(relays).toBe(200);
    upstream.links.clear();
    listener?.closed('gone');
    await gateway.post('/mcp/up', 'ann:r', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, session);
    askAll();
    await expect.poll(relays).toBe(300);
    expect(upstream.answered).toEqual([]);
  });

  it('gets an answer that could not be recorded at first, once it can', async () => {
    let broken = false;
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream], auditFails: () => broken });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const [listener] = upstream.links;
    listener?.announce({ jsonrpc: '2.0', id: 7, method: 'roots/list' });
    await expect.poll(() => gateway.entries.at(-1)?.kind).toBe('relay');
    const answer = { jsonrpc: '2.0', id: 'merlon-1', result: { roots: [] } };
    broken = true;
    expect((await gateway.post('/mcp/up', 'ann:r', answer, session)).status).toBe(503);
    expect(upstream.answered).toEqual([]);
    broken = false;
    const both = [1, 2].map(() => gateway.post('/mcp/up', 'ann:r', answer, session));
    expect((await Promise.all(both)).map(({ status }) => status).toSorted()).toEqual([202, 400]);
    expect(upstream.answered).toEqual([{ jsonrpc: '2.0', id: 7, result: { roots: [] } }]);
  });
});

describe('a call that ends early', () => {
  it('is cancelled upstream when the client disconnects, and recorded so', async () => {
    const { promise: reached, resolve: sent } = Promise.withResolvers<void>();
    await start({
      upstreams: [
        fakeUpstream('up', () => {
          sent();
          return new Promise<JsonObject>(() => {});
        }),
      ],
    });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const abort = new AbortController();
    const headers = {
      authorization: 'Bearer ann:r',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
    };
    const gone = fetch(`${gateway.url}/mcp/up`, {
      method: 'POST',
      headers,
      body: JSON.stringify(call(1)),
      signal: abort.signal,
    });
    await reached;
    abort.abort();
    await expect(gone).rejects.toThrow('aborted');
    await gateway.gate.flights.idle();
    await expect
      .poll(() => gateway.entries.at(-1))
      .toMatchObject({ kind: 'outcome', status: 'cancelled', code: 'CANCELLED' });
  });

  it('leaves no session when the client is gone before the session is open, and sends nothing', async () => {
    const { promise: opening, resolve: open } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const upstream = fakeUpstream('up', echo);
    const slow = {
      ...upstream,
      async open(listener: Listener): Promise<Link> {
        ask();
        await opening;
        return await upstream.open(listener, 'legacy');
      },
    };
    await start({ upstreams: [slow] });
    const abort = new AbortController();
    const gone = fetch(`${gateway.url}/mcp/up`, {
      method: 'POST',
      headers: { authorization: 'Bearer ann:r', 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }),
      signal: abort.signal,
    });
    await asked;
    expect(gateway.gate.sessions.size).toBe(1);
    abort.abort();
    await expect(gone).rejects.toThrow('aborted');
    await expect.poll(() => gateway.gate.sessions.size).toBe(0);
    open();
    const cancelled = expect.objectContaining({ kind: 'outcome', status: 'cancelled' });
    await expect.poll(() => gateway.entries).toContainEqual(cancelled);
    await expect.poll(() => upstream.links.size).toBe(0);
    expect(upstream.received).toEqual([]);
  });

  it('times out by the clock', async () => {
    const clock = fakeClock();
    const { promise: reached, resolve: sent } = Promise.withResolvers<void>();
    await start({
      clock,
      upstreams: [
        fakeUpstream('up', () => {
          sent();
          return new Promise<JsonObject>(() => {});
        }),
      ],
    });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const answer = gateway.post('/mcp/up', 'ann:r', call(1), session);
    await reached;
    clock.advance(61_000);
    expect((await answer).body).toMatchObject({ error: { data: { code: 'UPSTREAM_TIMEOUT' } } });
    expect(gateway.entries.at(-1)).toMatchObject({ kind: 'outcome', status: 'timeout' });
  });
});

describe('a gate whose audit log cannot be written', () => {
  it('lets no call leave: 503 with a code, and the upstream sees nothing', async () => {
    let broken = false;
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream], auditFails: () => broken });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const before = upstream.received.length;
    broken = true;
    const refused = await gateway.post('/mcp/up', 'ann:r', call(1), session);
    expect(refused.status).toBe(503);
    expect(refused.body?.error?.data?.code).toBe('AUDIT_UNAVAILABLE');
    expect(upstream.received).toHaveLength(before);
    broken = false;
    expect((await gateway.post('/mcp/up', 'ann:r', call(1), session)).status).toBe(200);
  });

  it('keeps a reply inside whose outcome cannot be recorded', async () => {
    await start({ auditFails: ({ kind }) => kind === 'outcome' && gateway.entries.length > 3 });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const withheld = await gateway.post('/mcp/up', 'ann:r', call(1, { name: 't', secret: 'reply' }), session);
    expect(withheld.status).toBe(503);
    expect(JSON.stringify(withheld.body)).not.toContain('reply');
  });
});

describe('an upstream that fails', () => {
  it('is said in JSON-RPC, under HTTP 200, so that a client does not take its session for lost', async () => {
    const fails = fakeUpstream('up', () => Promise.reject(new MerlonError('UPSTREAM_UNAVAILABLE', 'Gone.')));
    await start({ upstreams: [fails] });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const answer = await gateway.post('/mcp/up', 'ann:r', call(1), session);
    expect(answer.status).toBe(200);
    expect(answer.body?.error?.data?.code).toBe('UPSTREAM_UNAVAILABLE');
    const unknown = await gateway.post('/mcp', 'ann:r', call(1), await gateway.initialize('/mcp', 'ann:r'));
    expect(unknown.status).toBe(200);
    expect(unknown.body?.error?.data?.code).toBe('PARAMS_INVALID');
  });

  it('shows nothing of an error that nobody foresaw', async () => {
    await start({ upstreams: [fakeUpstream('up', () => Promise.reject(new Error('secret detail /etc/x')))] });
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const answer = await gateway.post('/mcp/up', 'ann:r', call(1), session);
    expect(answer.body?.error?.data?.code).toBe('INTERNAL');
    expect(JSON.stringify(answer.body)).not.toContain('secret detail');
  });
});
