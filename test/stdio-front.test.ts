import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_UNREAD_BYTES } from '../src/gateway/line-writer.ts';
import { serveStdio } from '../src/gateway/stdio-front.ts';
import type { Caller } from '../src/identity/caller.ts';
import { type FakeClock, fakeClock } from '../src/kernel/clock.ts';
import { MerlonError } from '../src/kernel/errors.ts';
import type { JsonObject, Request } from '../src/kernel/jsonrpc.ts';
import { createRateLimit } from '../src/policy/rate-limit.ts';
import { type FakeGateway, type FakeGatewayOptions, fakeUpstream, startFakeGateway } from './fake-gateway.ts';
import { type Heard, MODERN_META, speakOver, type StdioClient } from './stdio-client.ts';

const roles = { r: ['read:info', 'execute:tool'], guest: ['read:info'] };
const caller: Caller = { principal: 'local:ann', role: 'r', method: 'local', credential: 'none', expiresAt: undefined };
const call = (id: number | string, params: JsonObject = { name: 't' }) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params,
});
const codeOf = (message: Heard): string | undefined => message.error?.data?.code;

let gateway: FakeGateway;
let input: PassThrough;
let output: PassThrough;
let ended: Promise<void>;
let client: StdioClient;

interface Start extends Partial<FakeGatewayOptions> {
  /** All upstreams instead of `up`. */
  readonly all?: true;
  readonly who?: () => Caller | Promise<Caller>;
  readonly maxLineBytes?: number;
  /** Lets the client end before anything else. */
  readonly to?: Writable;
}

async function start({ all, who = () => caller, maxLineBytes = 1_000, to, ...options }: Start = {}) {
  gateway = await startFakeGateway({ upstreams: [fakeUpstream('up', echo)], roles, ...options });
  input = new PassThrough();
  output = new PassThrough();
  client = speakOver(input, output);
  const scope = all === true ? undefined : 'up';
  const front = { gate: gateway.gate, scope, caller: who, input, output: to ?? output, maxLineBytes };
  ended = serveStdio(front);
}

const echo = ({ params }: Request): JsonObject => ({ content: [], echoed: params ?? {} });

afterEach(async () => {
  input.destroy();
  await ended;
  await gateway.close();
});

const DISCOVERED = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, resultType: 'complete' };

/** An upstream whose calls wait until they are told; `arrived` resolves with the first. */
function slowUpstream() {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: told, resolve: tell } = Promise.withResolvers<JsonObject>();
  const upstream = fakeUpstream('up', ({ method }) => {
    if (method === 'server/discover') return DISCOVERED;
    if (method !== 'tools/call') return {};
    arrive();
    return told;
  });
  return { upstream, arrived, tell };
}

const called = (upstream: { received: readonly Request[] }) =>
  upstream.received.filter(({ method }) => method === 'tools/call');

describe('a client over stdio', () => {
  it('opens a session, calls, and ends it by closing its end', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    expect((await client.initialize()).result).toMatchObject({ serverInfo: { name: 'up' } });
    expect((await client.request('tools/call', { name: 't' }, 7)).result).toMatchObject({ echoed: { name: 't' } });
    expect(gateway.gate.sessions.size).toBe(1);
    input.end();
    await ended;
    expect([gateway.gate.sessions.size, upstream.links.size]).toEqual([0, 0]);
    const kinds = gateway.entries.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'intent')).toHaveLength(kinds.filter((kind) => kind === 'outcome').length);
    expect(gateway.entries.every(({ remote }) => remote === undefined || remote === 'stdio')).toBe(true);
  });

  it('may send ahead: what follows initialize waits for it, and what is in flight at the end is answered', async () => {
    await start();
    client.send(
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      call(2),
    );
    input.end();
    await ended;
    expect(client.heard.map(({ id }) => id)).toEqual([1, 2]);
    expect(client.heard[1]?.result).toBeDefined();
  });

  it('gets no session by asking for something else first', async () => {
    await start();
    expect(codeOf(await client.request('tools/list'))).toBe('SESSION_REQUIRED');
  });

  it('that initializes again has a new session, and the first one is over', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    await client.initialize();
    const [first] = gateway.gate.sessions.keys();
    await client.initialize();
    const [second, ...others] = gateway.gate.sessions.keys();
    expect([others, second === first, upstream.links.size]).toEqual([[], false, 1]);
    expect((await client.request('tools/call', { name: 't' })).result).toBeDefined();
  });

  it('is not told the id of its session', async () => {
    await start();
    await client.initialize();
    const [id] = gateway.gate.sessions.keys();
    expect(JSON.stringify(client.heard)).not.toContain(id);
  });

  it('hears what the upstream announces, before and after', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    await client.initialize();
    for (const listener of upstream.links) listener.announce({ jsonrpc: '2.0', method: 'notifications/x' });
    expect(await client.next(({ method }) => method === 'notifications/x')).toBeDefined();
  });

  it('is asked by the upstream, and its answer arrives there', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    await client.initialize();
    for (const listener of upstream.links) listener.announce({ jsonrpc: '2.0', id: 5, method: 'roots/list' });
    const question = await client.next(({ method }) => method === 'roots/list');
    client.send({ jsonrpc: '2.0', id: question.id, result: { roots: [] } });
    await expect.poll(() => upstream.answered).toEqual([{ jsonrpc: '2.0', id: 5, result: { roots: [] } }]);
  });

  it('that answers what nobody asked is not answered, and the refusal is recorded', async () => {
    await start();
    await client.initialize();
    client.send({ jsonrpc: '2.0', id: 'merlon-9', result: {} });
    await expect
      .poll(() => gateway.entries.some((one) => one.kind === 'refusal' && one.code === 'RPC_INVALID'))
      .toBe(true);
    await client.request('tools/call', { name: 't' }, 'after');
    expect(client.heard.filter(({ id }) => id === 'merlon-9')).toEqual([]);
  });
});

describe('lines that are no message', () => {
  it.each([
    ['bad JSON', '{"jsonrpc":"2.0","id":1,', 'RPC_PARSE'],
    ['bad UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'RPC_PARSE'],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 'RPC_INVALID'],
    ['nesting without end', `${'['.repeat(400)}${']'.repeat(400)}`, 'RPC_INVALID'],
    [
      'a deep parameter',
      `{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":${'['.repeat(200)}${']'.repeat(200)}}}`,
      'RPC_TOO_DEEP',
    ],
    ['an overlong line', `{"a":"${'x'.repeat(2_000)}"}`, 'BODY_TOO_LARGE'],
    ['a request for a notification', '{"jsonrpc":"2.0","id":1,"method":"notifications/initialized"}', 'RPC_INVALID'],
  ])('%s is answered with an error and skipped', async (_what, line, code) => {
    await start();
    await client.initialize();
    client.send(line, '\n');
    const answer = await client.next(({ error }) => error !== undefined);
    expect(codeOf(answer)).toBe(code);
    expect([null, 1]).toContain(answer.id);
    expect((await client.request('tools/call', { name: 't' })).result).toBeDefined();
    expect(gateway.entries).toContainEqual(expect.objectContaining({ kind: 'refusal', code, remote: 'stdio' }));
  });

  it('never make anything but MCP messages come out, whatever is sent in whatever pieces', async () => {
    const line = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', '{"jsonrpc":"2.0","id":1,"method":"toString"}', '{"jsonrpc":"2.0","method":"x"}'),
      fc
        .record({ jsonrpc: fc.constant('2.0'), id: fc.anything(), method: fc.string() })
        .map((one) => JSON.stringify(one)),
    );
    const bytes = fc.oneof(
      line.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 40 }),
    );
    await start({ maxLineBytes: 200 });
    await client.initialize();
    let last = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 10 }), fc.nat(20), async (lines, at) => {
        const all = Buffer.concat(lines.flatMap((one) => [Buffer.from(one), Buffer.from('\n')]));
        client.send(all.subarray(0, at), all.subarray(at));
        last += 1;
        expect((await client.request('tools/call', { name: 't' }, `ok-${last}`)).result).toBeDefined();
      }),
      { numRuns: 60 },
    );
    expect(client.junk).toEqual([]);
    for (const message of client.heard) expect(message).toMatchObject({ jsonrpc: '2.0' });
  });

  it('that hold line separators leave on one line', async () => {
    await start();
    await client.initialize();
    const answer = await client.request('tools/call', { name: 't', arguments: { text: 'a\u2028b\nc' } });
    expect(answer.result).toMatchObject({ echoed: { arguments: { text: 'a\u2028b\nc' } } });
    expect(client.junk).toEqual([]);
  });
});

describe('cancelling over stdio', () => {
  const cancelled = (requestId: unknown) => ({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId },
  });

  it('ends the call, which is not answered any more (STDIO-10)', async () => {
    const { upstream, arrived, tell } = slowUpstream();
    await start({ upstreams: [upstream] });
    await client.initialize();
    client.send(call(5));
    await arrived;
    client.send(cancelled(5));
    await expect
      .poll(() => gateway.entries.some((one) => one.kind === 'outcome' && one.status === 'cancelled'))
      .toBe(true);
    tell({ content: [] });
    expect((await client.request('ping', undefined, 'after')).id).toBe('after');
    expect(client.heard.filter(({ id }) => id === 5)).toEqual([]);
  });

  it('in the same breath sends nothing to the upstream', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream] });
    await client.initialize();
    client.send(`${JSON.stringify(call(5))}\n${JSON.stringify(cancelled(5))}\n`);
    await client.request('tools/call', { name: 't' }, 'after');
    expect(called(upstream).map(({ id }) => id)).toEqual(['after']);
    expect(client.heard.filter(({ id }) => id === 5)).toEqual([]);
  });

  it('of what is unknown, over, malformed, or initialize itself means nothing (CANC-22 to CANC-24)', async () => {
    await start();
    client.send({ jsonrpc: '2.0', id: 'i', method: 'initialize', params: {} });
    client.send(cancelled('i'), cancelled('nobody'), cancelled({}), {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
    });
    expect((await client.next(({ id }) => id === 'i')).result).toBeDefined();
    await client.request('tools/call', { name: 't' }, 1);
    client.send(cancelled(1));
    expect((await client.request('tools/call', { name: 't' }, 2)).result).toBeDefined();
    expect(client.heard.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it('of one of two same ids is not possible: the second one is refused', async () => {
    const { upstream, arrived, tell } = slowUpstream();
    await start({ upstreams: [upstream] });
    await client.initialize();
    client.send(call(5));
    await arrived;
    client.send(call(5));
    expect(codeOf(await client.next(({ id }) => id === 5))).toBe('RPC_INVALID');
    tell({ content: [] });
    expect(await client.next(({ id, result }) => id === 5 && result !== undefined)).toBeDefined();
    expect(called(upstream)).toHaveLength(1);
  });

  it('of a stateless request works by its id too (CANC-05)', async () => {
    const { upstream, arrived } = slowUpstream();
    await start({ upstreams: [upstream] });
    client.send(call('m', { name: 't', _meta: MODERN_META }));
    await arrived;
    client.send(cancelled('m'));
    await expect
      .poll(() => gateway.entries.some((one) => one.kind === 'outcome' && one.status === 'cancelled'))
      .toBe(true);
    expect(client.heard).toEqual([]);
  });
});

describe('what guards the way in over stdio', () => {
  it('who asks is asked for every message, so that a credential that ends stops the next one', async () => {
    let isRevoked = false;
    const who = (): Caller => {
      if (isRevoked) throw new MerlonError('AUTH_INVALID', 'No longer.');
      return caller;
    };
    await start({ who });
    await client.initialize();
    isRevoked = true;
    expect(codeOf(await client.request('tools/call', { name: 't' }))).toBe('AUTH_INVALID');
    expect(gateway.entries).toContainEqual(expect.objectContaining({ kind: 'refusal', code: 'AUTH_INVALID' }));
  });

  it('a garbled line of nobody in particular is refused for that, not for being garbled', async () => {
    await start({ who: () => Promise.reject(new MerlonError('AUTH_INVALID', 'Who?')) });
    client.send('nonsense\n');
    expect(codeOf(await client.next(() => true))).toBe('AUTH_INVALID');
  });

  it('the rate limit counts messages, and garbled ones', async () => {
    await start();
    const mcpLimiter = createRateLimit({ perMinute: 1, burst: 3 });
    gateway.gate.current = { ...gateway.gate.current, mcpLimiter };
    client.send('garbled\n', { jsonrpc: '2.0', method: 'notifications/x' }, call(1), call(2));
    expect(codeOf(await client.next(({ id }) => id === 1))).toBe('SESSION_REQUIRED');
    expect(codeOf(await client.next(({ id }) => id === 2))).toBe('RATE_LIMITED');
  });

  it('a role that may use nothing of the upstream finds none; on all of them it sees an empty list', async () => {
    const guest = (): Caller => ({ ...caller, role: 'guest' });
    await start({ who: guest });
    expect(codeOf(await client.initialize())).toBe('NOT_FOUND');
    input.destroy();
    await ended;
    await gateway.close();
    await start({ who: guest, all: true });
    await client.initialize();
    expect((await client.request('tools/list')).result).toEqual({ tools: [] });
    expect(codeOf(await client.request('tools/call', { name: 'up__t' }))).toBe('PARAMS_INVALID');
  });

  it('a call that cannot be recorded is refused and does not leave', async () => {
    const upstream = fakeUpstream('up', echo);
    await start({ upstreams: [upstream], auditFails: (entry) => entry.method === 'tools/call' });
    await client.initialize();
    expect(codeOf(await client.request('tools/call', { name: 't' }))).toBe('AUDIT_UNAVAILABLE');
    expect(called(upstream)).toEqual([]);
  });

  it('a gateway that stops says so', async () => {
    await start();
    await client.initialize();
    const closing = gateway.gate.close(0);
    expect(codeOf(await client.request('tools/call', { name: 't' }))).toBe('SHUTTING_DOWN');
    await closing;
  });

  it('a client that sends on without waiting is refused beyond the bound', async () => {
    const { upstream, arrived, tell } = slowUpstream();
    await start({ upstreams: [upstream] });
    await client.initialize();
    for (let id = 1; id <= 1_001; id += 1) client.send(call(id));
    await arrived;
    expect(codeOf(await client.next(({ id }) => id === 1_001))).toBe('RATE_LIMITED');
    tell({ content: [] });
    await client.next(({ id }) => id === 1_000);
    expect((await client.request('tools/call', { name: 't' }, 'later')).result).toBeDefined();
  });
});

describe('the end over stdio', () => {
  it('does not wait for ever for what is in flight, and records how it ended', async () => {
    const { upstream, arrived } = slowUpstream();
    const clock: FakeClock = fakeClock();
    await start({ upstreams: [upstream], clock });
    await client.initialize();
    client.send(call(1));
    await arrived;
    input.end();
    await once(input, 'end');
    expect(gateway.gate.sessions.size).toBe(1);
    clock.advance(1_000);
    await ended;
    expect(gateway.entries).toContainEqual(expect.objectContaining({ kind: 'outcome', status: 'cancelled' }));
    expect(gateway.gate.sessions.size).toBe(0);
  });

  it('comes at once when the input is destroyed, also in the middle of initialize', async () => {
    const never = fakeUpstream('up', echo);
    const clock: FakeClock = fakeClock();
    await start({ upstreams: [{ ...never, open: () => new Promise(() => {}) }], clock });
    client.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
    await expect.poll(() => gateway.gate.sessions.size).toBe(1);
    input.destroy();
    await expect.poll(() => gateway.gate.sessions.size).toBe(0);
    // That opening never ends, and is not waited for.
    clock.advance(5_000);
    await ended;
  });

  it('comes quietly when the client has closed its end (EPIPE)', async () => {
    const to = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    await start({ to });
    client.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
    await ended;
    expect(gateway.gate.sessions.size).toBe(0);
  });

  it('comes for a client that never reads, before it costs more memory than the bound', async () => {
    let taken = 0;
    const to = new Writable({
      // Takes the first piece and never another one.
      write(chunk: Buffer) {
        taken += chunk.length;
      },
    });
    const large = 'x'.repeat(8 << 20);
    await start({ to, upstreams: [fakeUpstream('up', () => ({ content: [], large }))] });
    client.send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: {} });
    for (let id = 1; id <= 30; id += 1) client.send(call(id));
    await ended;
    expect(taken).toBeLessThan(large.length);
    expect(to.writableLength).toBeGreaterThan(MAX_UNREAD_BYTES);
    expect(to.writableLength).toBeLessThan(MAX_UNREAD_BYTES + 2 * large.length);
    expect(gateway.gate.sessions.size).toBe(0);
  });
});
