import { afterEach, describe, expect, it } from 'vitest';
import type { Announcement } from '../src/gateway/link.ts';
import { createSseReader } from '../src/gateway/sse.ts';
import { fakeClock } from '../src/kernel/clock.ts';
import { isObject, type JsonObject } from '../src/kernel/jsonrpc.ts';
import {
  type FakeGateway,
  type FakeGatewayOptions,
  type FakeUpstream,
  fakeUpstream,
  startFakeGateway,
} from './fake-gateway.ts';

const roles = { r: ['read:info', 'execute:tool'] };
const ANN = 'ann:r';
const INITIALIZE = { capabilities: {}, clientInfo: { name: 't', version: '1' } };

let gateway: FakeGateway;
let arrived: Arrived[] = [];

afterEach(async () => {
  // The gateway waits for calls in flight by a clock that stands still.
  for (const call of arrived) call.answer({});
  await gateway.close();
});

/** One call that has reached the upstream, as the upstream sees it. */
interface Arrived {
  say(message: Announcement): void;
  progress(progress: number): void;
  answer(result: JsonObject): void;
}

/** A gateway with an upstream whose calls answer when the test says so. */
async function start(options: Partial<FakeGatewayOptions> = {}) {
  const calls: Arrived[] = [];
  arrived = calls;
  const upstream: FakeUpstream = fakeUpstream('up', ({ method }, _link, say) => {
    if (method !== 'tools/call') return {};
    const { promise, resolve } = Promise.withResolvers<JsonObject>();
    const progress = (value: number): void =>
      say({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: value } });
    calls.push({ say, progress, answer: resolve });
    return promise;
  });
  gateway = await startFakeGateway({ upstreams: [upstream], roles, ...options });
  return { upstream };
}

/** A response of the gateway that is read event by event. */
class Stream {
  readonly response: Response;
  readonly messages: JsonObject[] = [];
  readonly ids: string[] = [];
  readonly #abort: AbortController;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #events = createSseReader(({ data, id }) => {
    if (id !== undefined) this.ids.push(id);
    const message: unknown = data === '' ? undefined : JSON.parse(data);
    if (isObject(message)) this.messages.push(message);
  });

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
  }

  get lastId(): string {
    return this.ids.at(-1) ?? '';
  }

  /** Reads until so many messages have come; with none given, to the end. */
  async read(count = Infinity): Promise<JsonObject[]> {
    this.#reader ??= this.response.body?.getReader();
    while (this.messages.length < count) {
      const { value, done } = (await this.#reader?.read()) ?? { value: undefined, done: true };
      if (done) break;
      this.#events.push(Buffer.from(value ?? []));
    }
    return this.messages;
  }

  /** Reads until an id has come. */
  async readId(): Promise<void> {
    this.#reader ??= this.response.body?.getReader();
    while (this.ids.length === 0) this.#events.push(Buffer.from((await this.#reader?.read())?.value ?? []));
  }

  /** The whole of an answer that is no stream, and the code of the error in it. */
  async refusal(): Promise<{ status: number; code: string; text: string }> {
    const text = await this.response.text();
    return { status: this.response.status, code: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? '', text };
  }

  /** Breaks the connection. */
  cut(): void {
    this.#abort.abort();
  }
}

interface Ask {
  readonly token?: string;
  readonly path?: string;
  readonly lastEventId?: string;
  readonly version?: string;
}

async function send(method: string, session: string | undefined, ask: Ask, body?: object): Promise<Stream> {
  const abort = new AbortController();
  const headers: Record<string, string> = {
    authorization: `Bearer ${ask.token ?? ANN}`,
    accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    'content-type': 'application/json',
  };
  if (session !== undefined) headers['mcp-session-id'] = session;
  if (ask.lastEventId !== undefined) headers['last-event-id'] = ask.lastEventId;
  if (ask.version !== undefined) headers['mcp-protocol-version'] = ask.version;
  const init = { method, headers, signal: abort.signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return new Stream(await fetch(gateway.url + (ask.path ?? '/mcp/up'), init), abort);
}

const listen = (session: string | undefined, ask: Ask = {}): Promise<Stream> => send('GET', session, ask);
const toolCall = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 't' } });

/** Makes a call whose answer becomes a stream, waits for its first message, and loses the connection. */
async function cutCall(session: string, id: number): Promise<Stream> {
  const before = arrived.length;
  const sent = send('POST', session, {}, toolCall(id));
  await expect.poll(() => arrived.length).toBe(before + 1);
  arrived[before]?.progress(0);
  const stream = await sent;
  await stream.read(1);
  stream.cut();
  await expect.poll(() => gateway.gate.sessions.get(session)?.events.find(stream.lastId).stream.waiting).toBe(true);
  return stream;
}

const kept = (session: string) => gateway.gate.sessions.get(session)?.events.size;

describe('the id of an event', () => {
  it('opens nothing for anybody but the owner of the session, at its endpoint', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const { lastId } = await cutCall(session, 1);
    arrived[0]?.answer({ content: [], secret: 'of ann' });
    const bobs = await gateway.initialize('/mcp/up', 'bob:r');
    const asks: [number, string | undefined, Ask][] = [
      [404, session, { token: 'bob:r', lastEventId: lastId }],
      [404, session, { lastEventId: lastId, path: '/mcp' }],
      [404, 'made-up', { lastEventId: lastId }],
      [400, undefined, { lastEventId: lastId }],
      [400, bobs, { token: 'bob:r', lastEventId: lastId }],
      [401, session, { token: '?', lastEventId: lastId }],
    ];
    for (const [status, id, ask] of asks) {
      const refused = await (await listen(id, ask)).refusal();
      expect(refused).toMatchObject({ status, text: expect.not.stringContaining('of ann') });
    }
    expect(await (await listen(session, { lastEventId: lastId })).read()).toMatchObject([
      { result: { secret: 'of ann' } },
    ]);
  });

  it('of one session means nothing in another of the same caller', async () => {
    await start();
    const [one, other] = [await gateway.initialize('/mcp/up', ANN), await gateway.initialize('/mcp/up', ANN)];
    const first = await cutCall(one, 1);
    arrived[0]?.answer({ content: [], mark: 'one' });
    const refused = await listen(other, { lastEventId: first.lastId });
    expect(await refused.refusal()).toMatchObject({ status: 400, code: 'EVENT_UNKNOWN' });
    // Both sessions count alike; each still sees its own.
    const second = await cutCall(other, 1);
    arrived[1]?.answer({ content: [], mark: 'other' });
    expect(second.lastId).toBe(first.lastId);
    const answers = await Promise.all(
      [one, other].map(async (id) => (await listen(id, { lastEventId: first.lastId })).read()),
    );
    expect(answers).toMatchObject([[{ result: { mark: 'one' } }], [{ result: { mark: 'other' } }]]);
  });

  it.each(['1-99', '2-1', '0-1', 'x', '1-1, 1-1', '../1', '__proto__', '%00'])(
    'that is forged opens nothing: %s',
    async (id) => {
      await start();
      const session = await gateway.initialize('/mcp/up', ANN);
      await cutCall(session, 1);
      const refused = await listen(session, { lastEventId: id });
      expect(await refused.refusal()).toMatchObject({ status: 400, code: 'EVENT_UNKNOWN' });
      expect(gateway.entries.at(-1)).toMatchObject({ kind: 'refusal', code: 'EVENT_UNKNOWN' });
    },
  );
});

describe('a call whose connection breaks', () => {
  it('goes on when its answer has begun, and its client can come back for the rest (LEG-HTTP-18, -27, -28)', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const own = await listen(session);
    const broken = await cutCall(session, 1);
    expect(broken.messages).toMatchObject([{ params: { progress: 0 } }]);
    arrived[0]?.progress(1);
    const resumed = await listen(session, { lastEventId: broken.lastId });
    expect(resumed.response.headers.get('content-type')).toBe('text/event-stream');
    expect(await resumed.read(1)).toMatchObject([{ params: { progress: 1 } }]);
    arrived[0]?.progress(2);
    arrived[0]?.answer({ content: [], done: true });
    expect((await resumed.read()).slice(1)).toMatchObject([
      { params: { progress: 2 } },
      { id: 1, result: { done: true } },
    ]);
    expect(new Set([...broken.ids, ...resumed.ids, ...own.ids]).size).toBe(
      broken.ids.length + resumed.ids.length + own.ids.length,
    );
    expect(gateway.entries.findLast(({ kind }) => kind === 'outcome')).toMatchObject({ status: 'ok' });
    // Nothing of it on the other stream.
    own.cut();
    expect(own.messages).toEqual([]);
    // Who has the answer need not come back: an SDK client would, after an error, for ever.
    const again = await listen(session, { lastEventId: resumed.lastId });
    expect(again.response.status).toBe(204);
  });

  it('has an answer that waits, recorded as what it was', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const broken = await cutCall(session, 1);
    arrived[0]?.answer({ content: [], isError: true });
    await expect.poll(() => gateway.entries.at(-1)).toMatchObject({ kind: 'outcome', status: 'tool_error' });
    expect(gateway.gate.flights.size).toBe(0);
    const answers = await (await listen(session, { lastEventId: broken.lastId })).read();
    expect(answers).toMatchObject([{ id: 1, result: { isError: true } }]);
  });

  it('goes on without a word from the upstream too, once it has taken long (LEG-HTTP-11)', async () => {
    const clock = fakeClock();
    await start({ clock });
    const session = await gateway.initialize('/mcp/up', ANN);
    const sent = send('POST', session, {}, toolCall(1));
    await expect.poll(() => arrived.length).toBe(1);
    clock.advance(15_000);
    expect(kept(session)).toEqual({ events: 0, streams: 0 });
    clock.advance(15_000);
    const broken = await sent;
    expect(broken.response.headers.get('content-type')).toBe('text/event-stream');
    await broken.readId();
    broken.cut();
    await expect.poll(() => gateway.gate.sessions.get(session)?.events.find('1-1').stream.waiting).toBe(true);
    arrived[0]?.answer({ content: [] });
    expect(await (await listen(session, { lastEventId: broken.lastId })).read()).toMatchObject([{ id: 1, result: {} }]);
  });

  it('stays plain JSON, however long, for a client that could not come back before the first message', async () => {
    const clock = fakeClock();
    await start({ clock });
    const params = { ...INITIALIZE, protocolVersion: '2025-06-18' };
    const opened = await gateway.post('/mcp', ANN, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const session = opened.headers.get('mcp-session-id') ?? '';
    const call = { ...toolCall(1), params: { name: 'up__t' } };
    const sent = send('POST', session, { path: '/mcp' }, call);
    await expect.poll(() => arrived.length).toBe(1);
    clock.advance(45_000);
    arrived[0]?.answer({ content: [] });
    expect((await sent).response.headers.get('content-type')).toBe('application/json');
  });

  it('counts as in flight: its id is taken and its session not idle', async () => {
    const clock = fakeClock();
    await start({ clock, limits: { sessionIdleMs: 10_000 } });
    const session = await gateway.initialize('/mcp/up', ANN);
    await cutCall(session, 1);
    expect((await gateway.post('/mcp/up', ANN, toolCall(1), session)).status).toBe(400);
    clock.advance(30_000);
    expect(gateway.gate.sessions.has(session)).toBe(true);
  });

  it('is cancelled upstream after a minute, and its client told so when it comes', async () => {
    const clock = fakeClock();
    await start({ clock, limits: { sessionIdleMs: 600_000 } });
    gateway.gate.current = { ...gateway.gate.current, upstreams: patient(gateway) };
    const session = await gateway.initialize('/mcp/up', ANN);
    const broken = await cutCall(session, 1);
    clock.advance(59_000);
    expect(gateway.gate.flights.size).toBe(1);
    clock.advance(1_000);
    await expect.poll(() => gateway.entries.at(-1)).toMatchObject({ kind: 'outcome', status: 'cancelled' });
    expect(gateway.gate.flights.size).toBe(0);
    const late = await (await listen(session, { lastEventId: broken.lastId })).read();
    expect(late).toMatchObject([{ id: 1, error: { data: { code: 'CANCELLED' } } }]);
    clock.advance(61_000);
    expect(kept(session)).toEqual({ events: 0, streams: 0 });
    expect((await listen(session, { lastEventId: broken.lastId })).response.status).toBe(400);
  });

  it('is cancelled when the client says so, and then there is nothing to come back for (LEG-HTTP-19)', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const broken = await cutCall(session, 1);
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await gateway.post('/mcp/up', ANN, cancel, session)).status).toBe(202);
    await expect.poll(() => gateway.entries.at(-1)).toMatchObject({ kind: 'outcome', status: 'cancelled' });
    expect((await listen(session, { lastEventId: broken.lastId })).response.status).toBe(204);
  });

  it('ends with its session, as does every stream, and nothing of it is kept', async () => {
    const { upstream } = await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const { events } = gateway.gate.sessions.get(session) ?? {};
    const own = await listen(session);
    const broken = await cutCall(session, 1);
    const other = await cutCall(session, 2);
    const resumed = await listen(session, { lastEventId: other.lastId });
    expect(events?.size.streams).toBe(2);
    const headers = { authorization: `Bearer ${ANN}`, 'mcp-session-id': session };
    expect((await fetch(`${gateway.url}/mcp/up`, { method: 'DELETE', headers })).status).toBe(204);
    expect([await own.read(), await resumed.read()]).toEqual([[], []]);
    await gateway.gate.flights.idle();
    await expect
      .poll(() => gateway.entries.flatMap((entry) => (entry.kind === 'outcome' ? entry.status : [])))
      .toEqual(['ok', 'cancelled', 'cancelled']);
    expect(events?.size).toEqual({ events: 0, streams: 0 });
    expect(upstream.links.size).toBe(0);
    // LEG-HTTP-34: now 404, and not 400.
    expect((await listen(session, { lastEventId: broken.lastId })).response.status).toBe(404);
  });

  it('is told of an answer that could not be recorded, and then is over', async () => {
    let broken = false;
    await start({ auditFails: ({ kind }) => broken && kind === 'outcome' });
    const session = await gateway.initialize('/mcp/up', ANN);
    const { lastId } = await cutCall(session, 1);
    broken = true;
    arrived[0]?.answer({ content: [], secret: 'unrecorded' });
    const answers = await (await listen(session, { lastEventId: lastId })).read();
    expect(answers).toMatchObject([{ id: 1, error: { data: { code: 'AUDIT_UNAVAILABLE' } } }]);
    expect(JSON.stringify(answers)).not.toContain('unrecorded');
  });
});

describe('the stream of a session', () => {
  const listChanged = (n: number): Announcement => ({ jsonrpc: '2.0', method: 'notifications/x', params: { n } });

  it('goes on where its connection broke, once and in order', async () => {
    const { upstream } = await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const [link] = upstream.links;
    link?.announce(listChanged(0));
    const first = await listen(session);
    link?.announce(listChanged(1));
    expect(await first.read(2)).toMatchObject([{ params: { n: 0 } }, { params: { n: 1 } }]);
    first.cut();
    await expect.poll(() => gateway.gate.sessions.get(session)?.events.listening).toBe(false);
    link?.announce(listChanged(2));
    const second = await listen(session, { lastEventId: first.ids.at(-2) ?? '' });
    link?.announce(listChanged(3));
    expect(await second.read(3)).toMatchObject([1, 2, 3].map((n) => ({ params: { n } })));
    second.cut();
  });

  it('follows the newest connection, since the older one may be dead without anybody knowing', async () => {
    const { upstream } = await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const [first, second] = [await listen(session), await listen(session)];
    for (const link of upstream.links) link.announce(listChanged(1));
    expect(await first.read()).toEqual([]);
    expect(await second.read(1)).toMatchObject([{ params: { n: 1 } }]);
    second.cut();
  });

  it('counts against the bound of its caller, as do those that are resumed', async () => {
    await start({ limits: { maxStreamsPerCaller: 1 } });
    const session = await gateway.initialize('/mcp/up', ANN);
    const own = await listen(session);
    const broken = await cutCall(session, 1);
    const refused = await listen(session, { lastEventId: broken.lastId });
    expect(await refused.refusal()).toMatchObject({ status: 429, code: 'TOO_MANY_STREAMS' });
    own.cut();
  });
});

describe('what a session keeps', () => {
  it('is nothing for answers that are plain JSON, nor for clients that take no stream', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const answer = gateway.post('/mcp/up', ANN, toolCall(1), session);
    await expect.poll(() => arrived.length).toBe(1);
    arrived[0]?.answer({ content: [] });
    expect((await answer).headers.get('content-type')).toBe('application/json');
    expect(kept(session)).toEqual({ events: 0, streams: 0 });
  });

  it.each(['2025-11-25', '2025-06-18'])(
    'begins with an event without data where the version can read one: %s',
    async (version) => {
      await start();
      const params = { ...INITIALIZE, protocolVersion: version };
      const opened = await gateway.post('/mcp', ANN, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
      expect(opened.body?.result?.['protocolVersion']).toBe(version);
      const session = opened.headers.get('mcp-session-id') ?? '';
      const stream = await listen(session, { path: '/mcp' });
      gateway.gate.sessions.get(session)?.events.own.push('{"jsonrpc":"2.0","method":"notifications/x"}');
      await stream.read(1);
      // SDKs before 2025-11-25 take an event without data for a broken message.
      expect(stream.ids).toEqual(version === '2025-11-25' ? ['0-1', '0-2'] : ['0-2']);
      stream.cut();
    },
  );
});

describe('the header MCP-Protocol-Version', () => {
  it('with a version that is not spoken is refused wherever it comes (LEG-HTTP-40), and none is fine (LEG-HTTP-39)', async () => {
    const { upstream } = await start();
    const session = await gateway.initialize('/mcp/up', ANN);
    const sent = upstream.received.length;
    const notification = { jsonrpc: '2.0', method: 'notifications/roots/list_changed' };
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    for (const version of ['1999-01-01', '', '2025-11-25, 2025-11-25', 'latest']) {
      const ask = { version };
      const answers = [
        await send('POST', session, ask, ping),
        await send('POST', session, ask, notification),
        await listen(session, ask),
        await send('DELETE', session, ask),
      ];
      for (const answer of answers)
        expect(await answer.refusal()).toMatchObject({ status: 400, code: 'PROTOCOL_UNSUPPORTED' });
    }
    expect([upstream.received.length, arrived.length]).toEqual([sent, 0]);
    for (const ask of [{}, { version: '2025-11-25' }, { version: '2025-03-26' }]) {
      expect((await send('POST', session, ask, ping)).response.status).toBe(200);
    }
    expect((await send('DELETE', session, { version: '2025-11-25' })).response.status).toBe(204);
  });
});

/** The upstreams of a gateway, with all the time that they want. */
function patient({ gate }: FakeGateway) {
  return new Map(
    [...gate.current.upstreams].map(([name, upstream]) => [name, { ...upstream, requestTimeoutMs: 3_600_000 }]),
  );
}
