import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Era, MODERN_VERSION } from '../src/gateway/era.ts';
import { type FakeClock, fakeClock } from '../src/kernel/clock.ts';
import { MerlonError } from '../src/kernel/errors.ts';
import type { JsonObject, Request } from '../src/kernel/jsonrpc.ts';
import { defineRole } from '../src/policy/decide.ts';
import { eraUpstream, type EraUpstream, type EraUpstreamOptions } from './era-upstream.ts';
import { type FakeGateway, type FakeGatewayOptions, startFakeGateway } from './fake-gateway.ts';
import { settled } from './scripted-link.ts';

const ROLES = {
  admin: ['*:*'],
  reader: ['read:info', 'execute:tool/*/list', 'read:resource/up/a:1'],
};

let clock: FakeClock;
let gateway: FakeGateway;

beforeEach(() => {
  clock = fakeClock();
});
afterEach(async () => {
  await gateway.close();
});

async function start(upstreams: readonly EraUpstream[], options: Partial<FakeGatewayOptions> = {}): Promise<void> {
  gateway = await startFakeGateway({ roles: ROLES, clock, ...options, upstreams });
}

function upstreamOf(
  eras: EraUpstreamOptions['eras'],
  more: Partial<EraUpstreamOptions> = {},
  name = 'up',
): EraUpstream {
  return eraUpstream(name, { eras, clock, answer: echo, ...more });
}

function echo(request: Request): JsonObject {
  if (request.method === 'tools/list') {
    const tools = ['list', 'drop'].map((name) => ({ name, inputSchema: { type: 'object' } }));
    return { resultType: 'complete', tools, ttlMs: 60_000, cacheScope: 'public' };
  }
  return { resultType: 'complete', content: [{ type: 'text', text: request.params?.['name'] }] };
}

interface Sent {
  readonly method: string;
  readonly params?: JsonObject;
  readonly id?: string | number;
  readonly capabilities?: JsonObject;
  readonly clientName?: string;
  /** Instead of the right headers; undefined leaves one out. */
  readonly headers?: Record<string, string | undefined>;
  readonly version?: string;
  readonly signal?: AbortSignal;
}

/** Sends one stateless request as a well-behaved client does, but for what `sent` says otherwise. */
async function fetchModern(path: string, token: string, sent: Sent): Promise<Response> {
  const { method, params = {}, version = MODERN_VERSION } = sent;
  const name = params['name'] ?? params['uri'];
  const _meta = {
    ...(params['_meta'] as JsonObject | undefined),
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': sent.capabilities ?? { roots: {} },
    'io.modelcontextprotocol/clientInfo': { name: sent.clientName ?? 't', version: '1' },
  };
  const headers: Record<string, string | undefined> = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': version,
    'mcp-method': method,
    'mcp-name': typeof name === 'string' ? name : undefined,
    ...sent.headers,
  };
  return await fetch(gateway.url + path, {
    method: 'POST',
    headers: Object.fromEntries(Object.entries(headers).filter((one): one is [string, string] => one[1] !== undefined)),
    body: JSON.stringify({ jsonrpc: '2.0', id: sent.id ?? 1, method, params: { ...params, _meta } }),
    ...(sent.signal === undefined ? {} : { signal: sent.signal }),
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly id: unknown;
  readonly result: JsonObject;
  readonly error: { readonly code: number; readonly data?: JsonObject };
}

async function ask(path: string, token: string, sent: Sent): Promise<Answer> {
  const response = await fetchModern(path, token, sent);
  const body = (await response.json()) as Omit<Answer, 'status' | 'headers'>;
  return { ...body, status: response.status, headers: response.headers };
}

const call = (name: string, more: JsonObject = {}): Sent => ({ method: 'tools/call', params: { name, ...more } });

describe('which era an upstream speaks', () => {
  it('is found out by a stateless client, once, and believed for ten minutes', async () => {
    const up = upstreamOf(['legacy']);
    await start([up]);
    const methods = () => up.arrived.map(({ request }) => request.method);
    const { result } = await ask('/mcp/up', 'admin', call('list'));
    expect(result).toMatchObject({ content: [{ text: 'list' }], resultType: 'complete' });
    expect(methods()).toEqual(['server/discover', 'initialize', 'tools/call']);
    await ask('/mcp/up', 'admin', { ...call('list'), clientName: 'another' });
    expect(methods().slice(3)).toEqual(['initialize', 'tools/call']);
    clock.advance(600_001);
    await ask('/mcp/up', 'admin', { ...call('list'), clientName: 'a third' });
    expect(methods().slice(5)).toEqual(['server/discover', 'initialize', 'tools/call']);
  });

  it('is what it spoke last, when it was updated before the ten minutes were over', async () => {
    const eras: Era[] = ['legacy'];
    const up = upstreamOf(eras);
    await start([up]);
    await ask('/mcp/up', 'admin', call('list'));
    eras.splice(0, 1, 'modern');
    const methodsOf = async (clientName: string): Promise<string[]> => {
      const before = up.arrived.length;
      await ask('/mcp/up', 'admin', { ...call('list'), clientName });
      return up.arrived.slice(before).map(({ request }) => request.method);
    };
    expect(await methodsOf('another')).toEqual(['initialize', 'server/discover', 'tools/call']);
    expect(await methodsOf('a third')).toEqual(['server/discover', 'tools/call']);
  });

  it('is asked again of an upstream that ended in the moment in which it answered', async () => {
    const up = upstreamOf(['modern']);
    const moments = [() => up.crash('gone')];
    await start([up], {
      auditFails({ kind }) {
        if (kind === 'outcome') moments.shift()?.();
        return false;
      },
    });
    expect((await ask('/mcp/up', 'admin', call('list'))).error.data).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect((await ask('/mcp/up', 'admin', call('list'))).status).toBe(200);
    const methods = up.arrived.map(({ request }) => request.method);
    expect(methods).toEqual(['server/discover', 'server/discover', 'tools/call']);
  });

  it('is found out by a legacy client that meets a modern upstream', async () => {
    const up = upstreamOf(['modern']);
    await start([up]);
    const session = await gateway.initialize('/mcp/up', 'admin');
    const { body } = await gateway.post('/mcp/up', 'admin', { jsonrpc: '2.0', id: 5, ...call('list') }, session);
    expect(body?.result).toEqual({ content: [{ type: 'text', text: 'list' }] });
    expect(up.arrived.map(({ request }) => request.method)).toEqual([
      'initialize',
      'server/discover',
      'tools/list',
      'tools/call',
    ]);
    await gateway.initialize('/mcp/up', 'admin');
    expect(up.arrived.at(-1)?.request.method).toBe('server/discover');
  });

  it('is the client’s own where the upstream speaks both', async () => {
    const up = upstreamOf(['legacy', 'modern']);
    await start([up]);
    await gateway.initialize('/mcp/up', 'admin');
    await ask('/mcp/up', 'admin', call('list'));
    expect(up.arrived.map(({ era, request }) => [era, request.method])).toEqual([
      ['legacy', 'initialize'],
      ['modern', 'server/discover'],
      ['modern', 'tools/call'],
    ]);
  });

  it.each([401, 403, 429, 500, 503])('is not told by HTTP %i', async (status) => {
    const up = upstreamOf(['modern']);
    up.refusal = new MerlonError('UPSTREAM_UNAVAILABLE', 'no', { data: { status } });
    await start([up]);
    expect((await ask('/mcp/up', 'admin', call('list'))).error.data).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(up.arrived).toHaveLength(1);
    expect(up.links.size).toBe(0);
    up.refusal = undefined;
    expect((await ask('/mcp/up', 'admin', call('list'))).status).toBe(200);
    expect(up.arrived.map(({ request }) => request.method)).not.toContain('initialize');
  });

  it('is offered again when it refuses the version and names it (VER-02)', async () => {
    const up = upstreamOf(['modern']);
    up.refusals.push({ code: -32022, data: { supported: [MODERN_VERSION] } });
    await start([up]);
    expect((await ask('/mcp/up', 'admin', call('list'))).status).toBe(200);
    expect(up.arrived.map(({ request }) => request.method)).toEqual([
      'server/discover',
      'server/discover',
      'tools/call',
    ]);
  });

  it.each([400, 404, 405])('is told by HTTP %i', async (status) => {
    const up = upstreamOf(['legacy']);
    up.refusal = new MerlonError('UPSTREAM_UNAVAILABLE', 'no', { data: { status } });
    await start([up]);
    await ask('/mcp/up', 'admin', call('list'));
    expect(up.arrived.map(({ request }) => request.method)).toEqual(['server/discover', 'initialize']);
  });

  it('is told by a process that stays silent or ends, not by a server that does', async () => {
    for (const code of ['UPSTREAM_TIMEOUT', 'UPSTREAM_UNAVAILABLE'] as const) {
      const process = upstreamOf(['legacy'], { kind: 'stdio' });
      const server = upstreamOf(['legacy'], {}, 'server');
      process.refusal = new MerlonError(code, 'no');
      server.refusal = process.refusal;
      await start([process, server]);
      await ask('/mcp/up', 'admin', call('list'));
      await ask('/mcp/server', 'admin', call('list'));
      expect(process.arrived).toHaveLength(2);
      expect(server.arrived).toHaveLength(1);
      if (code === 'UPSTREAM_TIMEOUT') await gateway.close();
    }
  });
});

describe('a stateless request', () => {
  it.each<[string, Partial<Sent>, number]>([
    ['without MCP-Protocol-Version (HTTP-22)', { headers: { 'mcp-protocol-version': undefined } }, -32020],
    ['with another MCP-Protocol-Version (HTTP-24)', { headers: { 'mcp-protocol-version': '2025-11-25' } }, -32020],
    ['without Mcp-Method (HTTP-28)', { headers: { 'mcp-method': undefined } }, -32020],
    ['with another Mcp-Method (HTTP-65)', { headers: { 'mcp-method': 'tools/list' } }, -32020],
    ['without Mcp-Name', { headers: { 'mcp-name': undefined } }, -32020],
    ['with another Mcp-Name', { headers: { 'mcp-name': 'drop' } }, -32020],
    ['with a broken Mcp-Name (HTTP-68)', { headers: { 'mcp-name': '=?base64?*?=' } }, -32020],
    ['of a version that is not spoken (HTTP-25)', { version: '2099-01-01' }, -32022],
  ])('%s is refused with 400 before anything else', async (_what, wrong, code) => {
    const up = upstreamOf(['modern']);
    await start([up]);
    const answer = await ask('/mcp/up', 'admin', { ...call('list'), ...wrong });
    expect([answer.status, answer.error.code]).toEqual([400, code]);
    expect(up.arrived).toEqual([]);
    expect(gateway.entries.map(({ kind }) => kind)).toEqual(['refusal']);
  });

  it('names an unusual tool in the encoded form', async () => {
    await start([upstreamOf(['modern'])]);
    const encoded = `=?base64?${Buffer.from('öl').toString('base64')}?=`;
    const answer = await ask('/mcp/up', 'admin', { ...call('öl'), headers: { 'mcp-name': encoded } });
    expect(answer.result).toMatchObject({ content: [{ text: 'öl' }] });
  });

  it('lists the versions that would be spoken', async () => {
    await start([upstreamOf(['modern'])]);
    const { error } = await ask('/mcp', 'admin', { method: 'tools/list', version: '2099-01-01' });
    expect(error.data).toMatchObject({ supported: [MODERN_VERSION], requested: '2099-01-01' });
  });

  it.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'no/such'])(
    'of the method %s is answered with 404 (HTTP-26)',
    async (method) => {
      const up = upstreamOf(['modern'], { answer: () => ({ code: -32601 }) });
      await start([up]);
      const answer = await ask('/mcp/up', 'admin', { method });
      expect([answer.status, answer.error.code]).toEqual([404, -32601]);
    },
  );

  it('needs its envelope (BASE-36)', async () => {
    await start([upstreamOf(['modern'])]);
    const headers = {
      authorization: 'Bearer admin',
      'content-type': 'application/json',
      'mcp-protocol-version': MODERN_VERSION,
      'mcp-method': 'tools/list',
    };
    const bodies = [
      {},
      { params: { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN_VERSION } } },
      {
        params: {
          _meta: { 'io.modelcontextprotocol/protocolVersion': 7, 'io.modelcontextprotocol/clientCapabilities': {} },
        },
      },
    ];
    for (const more of bodies) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', ...more });
      const response = await fetch(`${gateway.url}/mcp`, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ id: 1, error: { code: -32602 } });
    }
  });

  it.each(['toString', 'constructor', '__proto__'])('on /mcp has no method %s', async (method) => {
    const up = upstreamOf(['modern']);
    await start([up]);
    const answer = await ask('/mcp', 'admin', { method });
    expect([answer.status, answer.error.code]).toEqual([404, -32601]);
    const session = await gateway.initialize('/mcp', 'admin');
    const { body } = await gateway.post('/mcp', 'admin', { jsonrpc: '2.0', id: 5, method }, session);
    expect(body?.error?.code).toBe(-32601);
  });

  it('is judged and recorded like any other', async () => {
    const up = upstreamOf(['modern']);
    await start([up]);
    const answer = await ask('/mcp/up', 'reader', call('drop'));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('scope="execute:tool/up/drop"');
    expect(up.arrived).toEqual([]);
    const { result } = await ask('/mcp/up', 'reader', { method: 'tools/list' });
    expect(result['tools']).toMatchObject([{ name: 'list' }]);
    expect(gateway.entries.map(({ kind }) => kind)).toEqual([
      'session',
      'refusal',
      'intent',
      'outcome',
      'intent',
      'outcome',
    ]);
  });

  it('on /mcp names its upstream, and the upstream sees its own names in body and headers', async () => {
    const up = upstreamOf(['modern']);
    await start([up, upstreamOf(['legacy'], {}, 'old')]);
    const { result } = await ask('/mcp', 'admin', { method: 'tools/list' });
    expect((result['tools'] as JsonObject[]).map((tool) => tool['name'])).toEqual([
      'up__list',
      'up__drop',
      'old__list',
      'old__drop',
    ]);
    expect(result).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    expect((await ask('/mcp', 'admin', call('old__list'))).result).toMatchObject({ content: [{ text: 'list' }] });
    await ask('/mcp', 'admin', call('up__list'));
    expect(up.arrived.at(-1)?.request.params?.['name']).toBe('list');
    const discovered = await ask('/mcp', 'admin', { method: 'server/discover' });
    expect(discovered.result).toMatchObject({ supportedVersions: [MODERN_VERSION], cacheScope: 'private' });
  });

  it('is cancelled by its connection, and no other with the same id is (HTTP-20)', async () => {
    const answers: (() => void)[] = [];
    const answer = async (): Promise<JsonObject> => {
      await new Promise<void>((resolve) => void answers.push(resolve));
      return { content: [] };
    };
    const up = upstreamOf(['modern'], { answer });
    await start([up]);
    const abort = new AbortController();
    const gone = ask('/mcp/up', 'admin', { ...call('list'), id: 7, signal: abort.signal });
    const stays = ask('/mcp/up', 'admin', { ...call('list'), id: 7 });
    gone.catch(() => {});
    while (answers.length < 2) await settled();
    abort.abort();
    const calls = () => up.arrived.filter(({ request }) => request.method === 'tools/call');
    while (!calls().some(({ cancelled }) => cancelled)) await settled();
    for (const resolve of answers) resolve();
    expect((await stays).id).toBe(7);
    expect(calls().filter(({ cancelled }) => cancelled)).toHaveLength(1);
  });

  it('is another one under each task, and under none', async () => {
    const up = upstreamOf(['modern']);
    await start([up]);
    for (const token of ['admin', 'admin:admin:one', 'admin:admin:two', 'admin:admin:one', 'admin']) {
      expect((await ask('/mcp/up', token, { ...call('list'), clientName: 'same' })).status).toBe(200);
    }
    expect([...gateway.gate.sessions.values()].map(({ task }) => task)).toEqual([undefined, 'one', 'two']);
  });

  it('takes the place of an idle client of the same caller when too many have come', async () => {
    const up = upstreamOf(['modern']);
    await start([up], { limits: { maxSessionsPerCaller: 3 } });
    for (let client = 0; client < 10; client += 1) {
      expect((await ask('/mcp/up', 'admin', { ...call('list'), clientName: `c${client}` })).status).toBe(200);
    }
    expect(gateway.gate.sessions.size).toBe(3);
    await settled();
    expect(up.links.size).toBe(3);
  });
});

describe('what is kept for stateless clients', () => {
  const roles = { ...ROLES, narrow: ['read:info', 'execute:tool/up/list'] };
  const discover: Sent = { method: 'server/discover' };

  it('tells a role nothing of what the same caller opened in another', async () => {
    const [up, secret] = [upstreamOf(['modern']), upstreamOf(['modern'], { capabilities: { logging: {} } }, 'secret')];
    await start([up, secret], { roles });
    expect((await ask('/mcp', 'alice:admin', discover)).result['capabilities']).toHaveProperty('logging');
    expect((await ask('/mcp', 'alice:narrow', discover)).result['capabilities']).not.toHaveProperty('logging');
    const opened = gateway.entries.filter(({ kind }) => kind === 'session');
    expect(opened.map((entry) => 'caller' in entry && entry.caller?.role)).toEqual(['admin', 'narrow']);
  });

  it('is forgotten with the upstream or the permission that it came from', async () => {
    const [up, secret] = [upstreamOf(['modern']), upstreamOf(['modern'], { capabilities: { logging: {} } }, 'secret')];
    await start([up, secret], { roles });
    await ask('/mcp', 'admin', discover);
    const before = gateway.gate.current;
    await gateway.gate.swap({ ...before, roles: new Map([['admin', defineRole('admin', roles.narrow)]]) });
    expect((await ask('/mcp', 'admin', discover)).result['capabilities']).not.toHaveProperty('logging');
    const changed = upstreamOf(['modern'], { capabilities: { completions: {} } });
    await gateway.gate.swap({ ...before, upstreams: new Map([['up', changed]]) });
    const { capabilities } = (await ask('/mcp', 'admin', discover)).result;
    expect(capabilities).toEqual({ completions: {} });
  });
});

describe('a result that asks for input', () => {
  const asks =
    (inputRequests: JsonObject) =>
    (request: Request): JsonObject => {
      const { requestState } = request.params ?? {};
      if (requestState === 'the upstream’s own') return { resultType: 'complete', content: [] };
      return { resultType: 'input_required', inputRequests, requestState: 'the upstream’s own' };
    };
  const roots = { where: { method: 'roots/list' } };
  const again = (requestState: unknown, more: JsonObject = {}): Sent =>
    call('list', { ...more, requestState: requestState as string, inputResponses: { where: { roots: [] } } });

  async function asked(): Promise<{ up: EraUpstream; state: unknown }> {
    const up = upstreamOf(['modern'], { answer: asks(roots) });
    await start([up]);
    const { result } = await ask('/mcp/up', 'admin', call('list'));
    expect(result).toMatchObject({ resultType: 'input_required', inputRequests: roots });
    return { up, state: result['requestState'] };
  }

  it('carries a sealed state, and the upstream gets its own back', async () => {
    const { up, state } = await asked();
    expect(String(state)).not.toContain('upstream');
    const { result } = await ask('/mcp/up', 'admin', again(state));
    expect(result).toMatchObject({ resultType: 'complete' });
    expect(up.arrived.at(-1)?.request.params).toMatchObject({
      requestState: 'the upstream’s own',
      inputResponses: { where: { roots: [] } },
    });
  });

  it.each<[string, (state: unknown) => [string, string, Sent]]>([
    ['from another caller (MRTR-09)', (state) => ['/mcp/up', 'mallory:admin', again(state)]],
    ['for other arguments', (state) => ['/mcp/up', 'admin', again(state, { arguments: { all: true } })]],
    [
      'for another tool',
      (state) => ['/mcp/up', 'admin', { ...again(state), params: { ...again(state).params, name: 'drop' } }],
    ],
    [
      'at another endpoint',
      (state) => ['/mcp', 'admin', { ...again(state), params: { ...again(state).params, name: 'up__list' } }],
    ],
    ['that was made up (MRTR-08)', () => ['/mcp/up', 'admin', again('the upstream’s own')]],
    ['that was changed', (state) => ['/mcp/up', 'admin', again(`${String(state).slice(0, -2)}AA`)]],
  ])('is not taken with a state %s', async (_what, wrong) => {
    const { up, state } = await asked();
    const before = up.arrived.length;
    const answer = await ask(...wrong(state));
    expect([answer.status, answer.error.code]).toEqual([400, -32602]);
    expect(up.arrived.slice(before).filter(({ request }) => request.method === 'tools/call')).toEqual([]);
  });

  it('is taken once (MRTR-11), and not for ever (MRTR-10)', async () => {
    const { state } = await asked();
    const { result } = await ask('/mcp/up', 'admin', call('list'));
    await ask('/mcp/up', 'admin', again(state));
    expect((await ask('/mcp/up', 'admin', again(state))).error.code).toBe(-32602);
    clock.advance(600_001);
    expect((await ask('/mcp/up', 'admin', again(result['requestState']))).error.code).toBe(-32602);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['what the client did not offer', {}, roots],
    ['what nobody may ask', { roots: {} }, { x: { method: 'tools/call', params: { name: 'drop' } } }],
    ['nothing at all', { roots: {} }, { x: 7 }],
    [
      'too much at once',
      { roots: {} },
      Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`${at}`, roots.where])),
    ],
  ])('is withheld when it asks for %s (MRTR-06, MRTR-13)', async (_what, capabilities, inputRequests) => {
    await start([upstreamOf(['modern'], { answer: asks(inputRequests) })]);
    const answer = await ask('/mcp/up', 'admin', { ...call('list'), capabilities });
    expect(answer.error.data).toMatchObject({ code: 'UPSTREAM_INVALID' });
    expect(gateway.entries.at(-1)).toMatchObject({ kind: 'outcome', status: 'withheld' });
  });

  it('is withheld when its state is no text', async () => {
    await start([upstreamOf(['modern'], { answer: () => ({ resultType: 'input_required', requestState: { a: 1 } }) })]);
    expect((await ask('/mcp/up', 'admin', call('list'))).error.data).toMatchObject({ code: 'UPSTREAM_INVALID' });
  });

  it('is recorded: that the client was asked, and for what', async () => {
    await asked();
    expect(gateway.entries.slice(-2)).toMatchObject([
      { kind: 'relay', direction: 'to_client', method: 'roots/list' },
      { kind: 'outcome', status: 'input_required' },
    ]);
  });

  it('is a result like any other where the upstream and the client have sessions', async () => {
    await start([upstreamOf(['legacy'], { answer: asks(roots) })]);
    const session = await gateway.initialize('/mcp/up', 'admin');
    const answer = await gateway.post('/mcp/up', 'admin', { jsonrpc: '2.0', id: 5, ...call('list') }, session);
    expect(answer.body?.result).toMatchObject({ inputRequests: roots });
    expect(gateway.entries.slice(-2)).toMatchObject([{ kind: 'intent' }, { kind: 'outcome', status: 'ok' }]);
  });

  it('holds the call of a legacy upstream, whichever client comes back, and for nobody else', async () => {
    const { promise, resolve } = Promise.withResolvers<JsonObject>();
    const up = upstreamOf(['legacy'], {
      answer: (_request, say) => {
        say({ jsonrpc: '2.0', id: 1, method: 'roots/list' });
        return promise;
      },
    });
    await start([up]);
    const { result } = await ask('/mcp/up', 'admin', call('list'));
    expect(result['resultType']).toBe('input_required');
    const state = result['requestState'];
    expect((await ask('/mcp/up', 'mallory:admin', again(state))).error.code).toBe(-32602);
    const key = Object.keys(result['inputRequests'] as JsonObject)[0] ?? '';
    const more = { requestState: state as string, inputResponses: { [key]: { roots: [] } } };
    const second = ask('/mcp/up', 'admin', call('list', more));
    await settled();
    resolve({ content: [] });
    expect((await second).result).toMatchObject({ resultType: 'complete' });
    expect(up.arrived.filter(({ request }) => request.method === 'tools/call')).toHaveLength(1);
  });
});

describe('a task (io.modelcontextprotocol/tasks)', () => {
  const answer = ({ method, params }: Request): JsonObject =>
    method === 'tools/call'
      ? { resultType: 'task', taskId: 't1', status: 'working', ttlMs: 60_000 }
      : { resultType: 'complete', taskId: params?.['taskId'], status: 'completed', result: { content: [] } };
  const get = (taskId: string): Sent => ({
    method: 'tasks/get',
    params: { taskId },
    headers: { 'mcp-name': taskId },
  });

  it('is asked for under the name it was given, on both endpoints', async () => {
    const up = upstreamOf(['modern'], { answer });
    await start([up]);
    expect((await ask('/mcp', 'admin', call('up__list'))).result).toMatchObject({ taskId: 'up__t1' });
    expect((await ask('/mcp', 'admin', get('up__t1'))).result).toMatchObject({ taskId: 'up__t1' });
    expect((await ask('/mcp/up', 'admin', get('t1'))).result).toMatchObject({ taskId: 't1' });
    const asked = up.arrived.filter(({ request }) => request.method === 'tasks/get');
    expect(asked.map(({ request }) => request.params?.['taskId'])).toEqual(['t1', 't1']);
  });

  it('is its caller’s alone, on every way to it (TASK-52)', async () => {
    const up = upstreamOf(['modern'], { answer, capabilities: { tools: { listChanged: true } } });
    await start([up]);
    await ask('/mcp/up', 'admin', call('list'));
    const before = up.arrived.length;
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      expect((await ask('/mcp/up', 'mallory:admin', { ...get('t1'), method })).error.code).toBe(-32602);
      expect((await ask('/mcp', 'mallory:admin', { ...get('up__t1'), method })).error.code).toBe(-32602);
    }
    const listen = { method: 'subscriptions/listen', params: { notifications: { taskIds: ['t1'] } } };
    expect((await ask('/mcp/up', 'mallory:admin', listen)).error.code).toBe(-32602);
    expect(up.arrived.slice(before)).toEqual([]);
  });

  it('needs the permission for its method', async () => {
    await start([upstreamOf(['modern'], { answer })]);
    const refused = await ask('/mcp/up', 'reader', get('t1'));
    expect(refused.headers.get('www-authenticate')).toContain('execute:method/up/tasks/get');
  });
});

describe('a result that says how long it is good', () => {
  const lists = (up: EraUpstream): number => up.arrived.filter(({ request }) => request.method === 'tools/list').length;

  it('is asked for again only after that, is private to the client, and cut down for each caller', async () => {
    const up = upstreamOf(['modern']);
    await start([up]);
    const first = await ask('/mcp/up', 'admin', { method: 'tools/list' });
    expect(first.result).toMatchObject({ cacheScope: 'private', tools: [{ name: 'list' }, { name: 'drop' }] });
    const second = await ask('/mcp/up', 'reader', { method: 'tools/list' });
    expect(second.result).toMatchObject({ cacheScope: 'private', tools: [{ name: 'list' }] });
    expect(lists(up)).toBe(1);
    clock.advance(60_001);
    await ask('/mcp/up', 'admin', { method: 'tools/list' });
    expect(lists(up)).toBe(2);
  });

  it('is no answer to a call: a tool runs each time, whatever the upstream says (CACHE-01 to CACHE-06)', async () => {
    const answer = (): JsonObject => ({ resultType: 'complete', content: [], ttlMs: 60_000, cacheScope: 'public' });
    const up = upstreamOf(['modern'], { answer });
    await start([up]);
    await ask('/mcp/up', 'admin', call('list'));
    await ask('/mcp/up', 'admin', call('list'));
    expect(up.arrived.filter(({ request }) => request.method === 'tools/call')).toHaveLength(2);
  });

  it('is recorded as if it had been asked for', async () => {
    await start([upstreamOf(['modern'])]);
    await ask('/mcp/up', 'admin', { method: 'tools/list' });
    const before = gateway.entries.length;
    await ask('/mcp/up', 'admin', { method: 'tools/list' });
    expect(gateway.entries.slice(before).map(({ kind }) => kind)).toEqual(['intent', 'outcome']);
  });

  it('is good no longer than the definition of the upstream that gave it', async () => {
    const { promise: lastCall, resolve } = Promise.withResolvers<void>();
    const [before, after] = [upstreamOf(['modern']), upstreamOf(['modern'])];
    const open = before.open.bind(before);
    before.open = async (...how) => ({ ...(await open(...how)), retire: () => lastCall });
    await start([before]);
    await ask('/mcp/up', 'admin', { method: 'tools/list' });
    const swapped = gateway.gate.swap({ ...gateway.gate.current, upstreams: new Map([['up', after]]) });
    await ask('/mcp/up', 'admin', { method: 'tools/list' });
    expect(lists(after)).toBe(1);
    resolve();
    await swapped;
  });

  it('is never shared when it is private (CACHE-17)', async () => {
    const answer = (request: Request): JsonObject => ({ ...echo(request), cacheScope: 'private' });
    const up = upstreamOf(['modern'], { answer });
    await start([up]);
    for (const caller of ['alice:admin', 'bob:admin', 'alice:admin']) {
      await ask('/mcp/up', caller, { method: 'tools/list' });
    }
    expect(lists(up)).toBe(2);
  });
});

describe('a subscription', () => {
  const served = { tools: { listChanged: true }, resources: { subscribe: true } };

  /** Opens one, and reads its events as they come. */
  async function listen(path: string, token: string, notifications: JsonObject) {
    const abort = new AbortController();
    const response = await fetchModern(path, token, {
      method: 'subscriptions/listen',
      params: { notifications },
      id: 'sub',
      signal: abort.signal,
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    const next = async (): Promise<JsonObject | undefined> => {
      for (;;) {
        const end = rest.indexOf('\n\n');
        if (end !== -1) {
          const event = rest.slice(0, end);
          rest = rest.slice(end + 2);
          const data = event.split('\n').find((line) => line.startsWith('data: '));
          if (data !== undefined && data !== 'data: ') return JSON.parse(data.slice(6)) as JsonObject;
          continue;
        }
        const chunk = await reader?.read();
        if (chunk === undefined || chunk.done) return undefined;
        rest += chunk.value;
      }
    };
    return { next, abort };
  }
  const mark = { 'io.modelcontextprotocol/subscriptionId': 'sub' };

  it('needs the permission for every resource, and names all that is missing', async () => {
    const up = upstreamOf(['modern'], { capabilities: served });
    await start([up]);
    const params = { notifications: { resourceSubscriptions: ['a:1', 'a:2', 'a:3'] } };
    const answer = await ask('/mcp/up', 'reader', { method: 'subscriptions/listen', params });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('scope="read:resource/up/a:2 read:resource/up/a:3"');
    expect(up.arrived.map(({ request }) => request.method)).not.toContain('subscriptions/listen');
  });

  it.each(['modern', 'legacy'] as const)('is nothing that a session can ask for, before a %s upstream', async (era) => {
    const up = upstreamOf([era], { capabilities: served });
    await start([up]);
    const session = await gateway.initialize('/mcp/up', 'reader');
    const params = { notifications: { resourceSubscriptions: ['a:2'] } };
    const message = { jsonrpc: '2.0', id: 5, method: 'subscriptions/listen', params };
    expect((await gateway.post('/mcp/up', 'reader', message, session)).body?.error?.code).toBe(-32601);
    expect(up.arrived.map(({ request }) => request.method)).not.toContain('subscriptions/listen');
    expect(gateway.entries.at(-1)).toMatchObject({ kind: 'refusal', code: 'METHOD_UNKNOWN' });
  });

  it('passes what the upstream sends, under the client’s own mark, and ends with the client', async () => {
    const up = upstreamOf(['modern'], { capabilities: served });
    await start([up]);
    const { next, abort } = await listen('/mcp/up', 'admin', { toolsListChanged: true });
    expect(await next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true }, _meta: mark },
    });
    up.publish({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: mark } });
    expect(await next()).toMatchObject({ method: 'notifications/tools/list_changed', params: { _meta: mark } });
    abort.abort();
    while (!up.arrived.some(({ request, cancelled }) => request.method === 'subscriptions/listen' && cancelled)) {
      await settled();
    }
    expect(gateway.entries.at(-1)).toMatchObject({ kind: 'outcome', status: 'cancelled' });
  });

  it('on /mcp is one for all upstreams of both eras, acknowledged once, with public names', async () => {
    const up = upstreamOf(['modern'], { capabilities: served });
    const old = upstreamOf(['legacy'], { capabilities: served, answer: () => ({}) }, 'old');
    const deaf = upstreamOf(['modern'], {}, 'deaf');
    deaf.refusal = new MerlonError('UPSTREAM_UNAVAILABLE', 'no');
    await start([up, old, deaf]);
    const { next, abort } = await listen('/mcp', 'admin', {
      toolsListChanged: true,
      resourceSubscriptions: ['up+a:1', 'old+b:1'],
    });
    const acknowledged = await next();
    expect(acknowledged).toMatchObject({ method: 'notifications/subscriptions/acknowledged', params: { _meta: mark } });
    const { notifications } = (acknowledged?.['params'] ?? {}) as { notifications: JsonObject };
    expect(notifications['toolsListChanged']).toBe(true);
    expect([...(notifications['resourceSubscriptions'] as string[])].toSorted()).toEqual(['old+b:1', 'up+a:1']);
    up.publish({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a:1' } });
    expect(await next()).toMatchObject({ params: { uri: 'up+a:1', _meta: mark } });
    for (const listener of old.links) {
      listener.announce({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'b:1' } });
    }
    expect(await next()).toMatchObject({ params: { uri: 'old+b:1', _meta: mark } });
    abort.abort();
  });

  it('on /mcp outlives an upstream that turns it down while another has not answered yet', async () => {
    const silent = upstreamOf(['legacy'], { capabilities: served, answer: () => new Promise(() => {}) }, 'silent');
    const deaf = upstreamOf(['modern'], {}, 'deaf');
    deaf.refusal = new MerlonError('UPSTREAM_UNAVAILABLE', 'no');
    await start([silent, deaf]);
    const opening = listen('/mcp', 'admin', { toolsListChanged: true, resourceSubscriptions: ['silent+a:1'] });
    while (!silent.arrived.some(({ request }) => request.method === 'resources/subscribe')) await settled();
    await settled();
    clock.advance(10_000);
    const { next, abort } = await opening;
    expect(await next()).toMatchObject({ params: { notifications: {}, _meta: mark } });
    abort.abort();
  });

  it('ends when its credential counts no more', async () => {
    const revoked = new Set<string>();
    const up = upstreamOf(['modern'], { capabilities: served });
    await start([up], { isRevoked: (name) => revoked.has(name) });
    const { next } = await listen('/mcp/up', 'admin', { toolsListChanged: true });
    await next();
    revoked.add('admin');
    clock.advance(1_000);
    expect(await next()).toBeUndefined();
  });

  it('on /mcp keeps a hundred messages until it is acknowledged, and no more', async () => {
    const silent = upstreamOf(['legacy'], { capabilities: served, answer: () => new Promise(() => {}) }, 'silent');
    const noisy = upstreamOf(['modern'], { capabilities: served }, 'noisy');
    await start([silent, noisy]);
    const opening = listen('/mcp', 'admin', { resourceSubscriptions: ['silent+a:1', 'noisy+a:1'] });
    const hasListened = () => noisy.arrived.some(({ request }) => request.method === 'subscriptions/listen');
    while (!hasListened() || silent.arrived.length < 3) await settled();
    const say = (name: string): void =>
      noisy.publish({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: `a:${name}` } });
    for (let one = 0; one < 500; one += 1) say(String(one));
    clock.advance(10_000);
    const { next, abort } = await opening;
    expect(await next()).toMatchObject({ params: { notifications: { resourceSubscriptions: ['noisy+a:1'] } } });
    await settled();
    say('last');
    for (let one = 0; one < 100; one += 1) expect(await next()).toMatchObject({ params: { uri: `noisy+a:${one}` } });
    expect(await next()).toMatchObject({ params: { uri: 'noisy+a:last' } });
    abort.abort();
  });

  it.each(['resourceSubscriptions', 'taskIds'])('names no more than a thousand %s', async (list) => {
    await start([upstreamOf(['modern'], { capabilities: served })]);
    const params = { notifications: { [list]: Array.from({ length: 1_001 }, (_, at) => `up+a:${at}`) } };
    const answer = await ask('/mcp', 'admin', { method: 'subscriptions/listen', params });
    expect([answer.status, answer.error.data]).toMatchObject([400, { code: 'PARAMS_INVALID' }]);
    expect(gateway.entries.at(-1)).toMatchObject({ kind: 'refusal', code: 'PARAMS_INVALID' });
  });

  it('ends when its role may no longer read what it is told of', async () => {
    const up = upstreamOf(['modern'], { capabilities: served });
    await start([up]);
    const before = gateway.gate.current;
    const { next } = await listen('/mcp/up', 'reader', { resourceSubscriptions: ['a:1'] });
    await next();
    const swap = async (permissions: string[]): Promise<void> => {
      await gateway.gate.swap({ ...before, roles: new Map([['reader', defineRole('reader', permissions)]]) });
      clock.advance(1_000);
      await settled();
    };
    await swap([...ROLES.reader, 'read:resource/up/a:2']);
    up.publish({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a:1', _meta: mark } });
    expect(await next()).toMatchObject({ params: { uri: 'a:1' } });
    await swap(['read:info', 'execute:tool/up/list']);
    expect(await next()).toBeUndefined();
  });

  it('does not hold up the end of the gateway, and is told of it (SUB-06)', async () => {
    const up = upstreamOf(['modern'], { capabilities: served });
    await start([up]);
    const { next } = await listen('/mcp/up', 'admin', { toolsListChanged: true });
    await next();
    await gateway.gate.close(3_600_000);
    expect(await next()).toMatchObject({ id: 'sub', result: { resultType: 'complete', _meta: mark } });
    expect(await next()).toBeUndefined();
  });

  it('counts among the caller’s streams', async () => {
    const up = upstreamOf(['modern'], { capabilities: served });
    await start([up], { limits: { maxStreamsPerCaller: 1 } });
    const { abort } = await listen('/mcp/up', 'admin', { toolsListChanged: true });
    const params = { notifications: { toolsListChanged: true } };
    expect((await ask('/mcp/up', 'admin', { method: 'subscriptions/listen', params })).status).toBe(429);
    abort.abort();
  });

  it('drops what is known of a list that has changed', async () => {
    const up = upstreamOf(['modern'], { capabilities: served });
    await start([up]);
    const { next, abort } = await listen('/mcp/up', 'admin', { toolsListChanged: true });
    await next();
    await ask('/mcp/up', 'admin', { method: 'tools/list' });
    up.publish({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: mark } });
    await next();
    await ask('/mcp/up', 'admin', { method: 'tools/list' });
    expect(up.arrived.filter(({ request }) => request.method === 'tools/list')).toHaveLength(2);
    abort.abort();
  });
});
