import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import { type Id, isFailure, isRequest, type JsonObject, type Request, type Response } from '../kernel/jsonrpc.ts';
import { scriptedLink, type ScriptedLink, settled } from '../../test/scripted-link.ts';
import { META, MODERN_VERSION } from './era.ts';
import type { Announcement, Flight, Link } from './link.ts';
import { createToolHeaders, type ToolHeaders } from './tool-headers.ts';
import { openLegacyView } from './view-legacy.ts';

let clock: FakeClock;
let modern: ScriptedLink;
let view: Link;
let announced: Announcement[];
let toolHeaders: ToolHeaders;

beforeEach(async () => {
  clock = fakeClock();
  announced = [];
  toolHeaders = createToolHeaders();
  view = await openLegacyView(
    (listener) => {
      modern = scriptedLink(listener);
      return Promise.resolve(modern);
    },
    {
      listener: { announce: (message) => announced.push(message), closed() {} },
      clock,
      learnTools: (result) => toolHeaders.learn(result),
      knowsTools: () => toolHeaders.known,
    },
  );
});

function ask(method: string, params?: JsonObject, heard: Announcement[] = []): Flight {
  const base = { jsonrpc: '2.0', id: 'c1', method } as const;
  const request: Request = params === undefined ? base : { ...base, params };
  const flight = view.request(request, (message) => heard.push(message));
  // Looked at later.
  flight.reply.catch(() => {});
  return flight;
}

function resultOf(response: Response): JsonObject {
  if (isFailure(response)) throw new Error(`failed: ${response.error.code}`);
  return response.result;
}

async function initialized(
  served: JsonObject = { tools: {} },
  capabilities: JsonObject = { roots: {}, elicitation: {} },
) {
  toolHeaders.learn({ tools: [] });
  const flight = ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities,
    clientInfo: { name: 'c', version: '1' },
  });
  await (await modern.take('server/discover')).result({
    resultType: 'complete',
    supportedVersions: [MODERN_VERSION],
    capabilities: { ...served, tasks: {} },
    instructions: 'be kind',
    _meta: { [META.serverInfo]: { name: 'new', version: '2' } },
  });
  return resultOf(await flight.reply);
}

/** The questions among what the client heard. */
function questions(heard: readonly Announcement[]): Request[] {
  return heard.filter((message): message is Request => isRequest(message));
}

async function reply(id: Id, result: JsonObject): Promise<void> {
  await view.respond({ jsonrpc: '2.0', id, result });
  await settled();
}

const form = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } };

describe('a modern upstream seen by a legacy client', () => {
  it('answers initialize with what server/discover says', async () => {
    expect(await initialized()).toEqual({
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'new', version: '2' },
      instructions: 'be kind',
    });
  });

  it('does not initialize where the upstream does not speak 2026-07-28', async () => {
    const flight = ask('initialize', { protocolVersion: '2025-06-18', capabilities: {} });
    await (await modern.take('server/discover')).result({ supportedVersions: ['2027-01-01'], capabilities: {} });
    await expect(flight.reply).rejects.toMatchObject({ code: 'UPSTREAM_INVALID' });
  });

  it('is told with each request who the client is, whatever the client itself wrote there (BASE-35)', async () => {
    await initialized();
    await ask('logging/setLevel', { level: 'warning' }).reply;
    const flight = ask('prompts/list', { _meta: { [META.version]: 'mine', progressToken: 3 } });
    const list = await modern.take('prompts/list');
    expect(list.request.params).toEqual({
      _meta: {
        progressToken: 3,
        [META.version]: MODERN_VERSION,
        [META.capabilities]: { roots: {}, elicitation: {} },
        [META.clientInfo]: { name: 'c', version: '1' },
        [META.logLevel]: 'warning',
      },
    });
    await list.result({ prompts: [], resultType: 'complete', ttlMs: 9, cacheScope: 'public' });
    expect(resultOf(await flight.reply)).toEqual({ prompts: [] });
    expect(await ask('logging/setLevel', { level: 'loud' }).reply).toMatchObject({ error: { code: -32602 } });
    expect(resultOf(await ask('ping').reply)).toEqual({});
  });

  it('asks the client itself, and sends the answers with the state it got', async () => {
    await initialized();
    const heard: Announcement[] = [];
    const flight = ask('tools/call', { name: 'greet', arguments: { a: 1 } }, heard);
    await (await modern.take('tools/call')).result({
      resultType: 'input_required',
      inputRequests: { who: { method: 'elicitation/create', params: form }, where: { method: 'roots/list' } },
      requestState: 'sealed',
    });
    const [who, where] = questions(heard);
    expect(who).toMatchObject({ method: 'elicitation/create', params: form });
    await reply(where?.id ?? '', { roots: [] });
    await reply(who?.id ?? '', { action: 'accept', content: {} });
    const second = await modern.take('tools/call');
    expect(second.request.params).toMatchObject({
      name: 'greet',
      arguments: { a: 1 },
      inputResponses: { who: { action: 'accept', content: {} }, where: { roots: [] } },
      requestState: 'sealed',
    });
    await second.result({ resultType: 'complete', content: [] });
    expect(resultOf(await flight.reply)).toEqual({ content: [] });
  });

  it('gets answers under whatever names it gave its questions', async () => {
    await initialized();
    const heard: Announcement[] = [];
    ask('tools/call', { name: 'greet' }, heard);
    const inputRequests = JSON.parse('{"__proto__":{"method":"roots/list"}}') as JsonObject;
    await (await modern.take('tools/call')).result({ resultType: 'input_required', inputRequests });
    await reply(questions(heard)[0]?.id ?? '', { roots: [] });
    const { params } = (await modern.take('tools/call')).request;
    expect(JSON.stringify(params?.['inputResponses'])).toBe('{"__proto__":{"roots":[]}}');
  });

  it('gets no state and no answers of the client’s own making', async () => {
    await initialized();
    ask('tools/call', { name: 'greet', requestState: 'forged', inputResponses: { who: {} } });
    const { params } = (await modern.take('tools/call')).request;
    expect(Object.keys(params ?? {}).toSorted()).toEqual(['_meta', 'name']);
  });

  it('gives no state back where it got none (MRTR-19)', async () => {
    await initialized();
    const heard: Announcement[] = [];
    ask('tools/call', { name: 'greet' }, heard);
    await (await modern.take('tools/call')).result({
      resultType: 'input_required',
      inputRequests: { where: { method: 'roots/list' } },
    });
    await reply(questions(heard)[0]?.id ?? '', { roots: [] });
    expect((await modern.take('tools/call')).request.params).not.toHaveProperty('requestState');
  });

  it('fails a call whose question the client refuses', async () => {
    await initialized();
    const heard: Announcement[] = [];
    const flight = ask('tools/call', { name: 'greet' }, heard);
    await (await modern.take('tools/call')).result({
      resultType: 'input_required',
      inputRequests: { where: { method: 'roots/list' } },
    });
    const id = questions(heard)[0]?.id ?? '';
    await view.respond({ jsonrpc: '2.0', id, error: { code: -1, message: 'no' } });
    expect(await flight.reply).toMatchObject({ id: 'c1', error: { code: -1 } });
  });

  it.each([
    ['what the client did not offer', 'tools/call', { x: { method: 'sampling/createMessage' } }],
    ['what is no question', 'tools/call', { x: { method: 'tools/call' } }],
    ['where it must not (MRTR-04)', 'prompts/list', { x: { method: 'roots/list' } }],
    [
      'more than a hundred things',
      'tools/call',
      Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`${at}`, { method: 'roots/list' }])),
    ],
  ])('does not ask for %s', async (_what, method, inputRequests) => {
    await initialized();
    const heard: Announcement[] = [];
    const flight = ask(method, { name: 'greet' }, heard);
    await (await modern.take(method)).result({ resultType: 'input_required', inputRequests });
    await expect(flight.reply).rejects.toMatchObject({ code: 'UPSTREAM_INVALID' });
    expect(heard).toEqual([]);
  });

  it('is given up when it asks without end', async () => {
    await initialized();
    const heard: Announcement[] = [];
    const flight = ask('tools/call', { name: 'greet' }, heard);
    for (let round = 0; round < 20; round += 1) {
      await (await modern.take('tools/call')).result({
        resultType: 'input_required',
        inputRequests: { where: { method: 'roots/list' } },
      });
      await reply(questions(heard).at(-1)?.id ?? '', { roots: [] });
    }
    await expect(flight.reply).rejects.toMatchObject({ code: 'UPSTREAM_INVALID' });
  });

  it('is asked again later when it only puts a call off', async () => {
    await initialized();
    ask('tools/call', { name: 'greet' });
    await (await modern.take('tools/call')).result({ resultType: 'input_required', requestState: 'later' });
    await expect(modern.take('tools/call')).rejects.toThrow('no tools/call');
    clock.advance(1_000);
    expect((await modern.take('tools/call')).request.params).toMatchObject({ requestState: 'later' });
  });

  it('takes its questions back when the call is cancelled', async () => {
    await initialized();
    const heard: Announcement[] = [];
    const flight = ask('tools/call', { name: 'greet' }, heard);
    await (await modern.take('tools/call')).result({
      resultType: 'input_required',
      inputRequests: { where: { method: 'roots/list' } },
    });
    flight.cancel(new Error('gone'));
    await expect(flight.reply).rejects.toThrow('gone');
    const id = questions(heard)[0]?.id;
    expect(heard.at(-1)).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
    await reply(id ?? '', { roots: [] });
    await expect(modern.take('tools/call')).rejects.toThrow('no tools/call');
  });

  it('has its tools read for the headers they want before the first call, and after a mismatch (HTTP-55)', async () => {
    const flight = ask('tools/call', { name: 'greet' });
    const tool = {
      name: 'greet',
      inputSchema: { type: 'object', properties: { r: { type: 'string', 'x-mcp-header': 'R' } } },
    };
    await (await modern.take('tools/list')).result({ tools: [tool], nextCursor: 'more' });
    await (await modern.take('tools/list')).result({ tools: [] });
    expect(toolHeaders.of('greet')).toMatchObject([{ header: 'R', path: ['r'] }]);
    await (await modern.take('tools/call')).error(-32020);
    await (await modern.take('tools/list')).result({ tools: [] });
    await (await modern.take('tools/call')).error(-32020);
    expect(await flight.reply).toMatchObject({ error: { code: -32020 } });
  });

  it('shows no tool whose headers nobody could send (HTTP-41)', async () => {
    await initialized();
    const flight = ask('tools/list');
    const bad = {
      name: 'bad',
      inputSchema: { type: 'object', properties: { r: { type: 'object', 'x-mcp-header': 'R' } } },
    };
    const good = { name: 'good', inputSchema: { type: 'object' } };
    await (await modern.take('tools/list')).result({ tools: [bad, good], ttlMs: 5, cacheScope: 'public' });
    expect(resultOf(await flight.reply)).toEqual({ tools: [good] });
  });
});

describe('what a modern upstream announces to a legacy client', () => {
  const served = { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true, listChanged: true } };

  async function acknowledge(): Promise<JsonObject> {
    const listen = await modern.take('subscriptions/listen');
    listen.related({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: {} },
    });
    await settled();
    return listen.request.params?.['notifications'] as JsonObject;
  }

  it('comes over one subscription to what it offers, without its mark', async () => {
    await initialized(served);
    view.listen();
    view.listen();
    const listen = await modern.take('subscriptions/listen');
    expect(listen.request.params?.['notifications']).toEqual({ toolsListChanged: true, resourcesListChanged: true });
    listen.related({
      jsonrpc: '2.0',
      method: 'notifications/tools/list_changed',
      params: { _meta: { [META.subscription]: 's' } },
    });
    expect(announced).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: {} }]);
  });

  it('covers the resources that the client subscribes to, and no more once it does not', async () => {
    await initialized(served);
    const one = ask('resources/subscribe', { uri: 'a:1' });
    expect(await acknowledge()).toEqual({ resourceSubscriptions: ['a:1'] });
    expect(resultOf(await one.reply)).toEqual({});
    const other = ask('resources/subscribe', { uri: 'a:2' });
    expect(await acknowledge()).toEqual({ resourceSubscriptions: ['a:1', 'a:2'] });
    await other.reply;
    expect(modern.received.at(-2)?.cancelled).toBeDefined();
    await Promise.all(
      [ask('resources/unsubscribe', { uri: 'a:1' }), ask('resources/unsubscribe', { uri: 'a:2' })].map(
        ({ reply: end }) => Promise.race([end, settled()]),
      ),
    );
    await settled();
    expect(modern.received.at(-1)?.cancelled ?? modern.received.at(-2)?.cancelled).toBeDefined();
  });

  it('is refused to the client where the upstream refuses it', async () => {
    await initialized(served);
    const flight = ask('resources/subscribe', { uri: 'a:1' });
    await (await modern.take('subscriptions/listen')).error(-32602);
    expect(await flight.reply).toMatchObject({ error: { code: -32602 } });
  });

  it('goes on with what it covered when one resource more is refused, and asks for that no more', async () => {
    await initialized(served);
    const one = ask('resources/subscribe', { uri: 'a:1' });
    const first = await modern.take('subscriptions/listen');
    first.related({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged' });
    await one.reply;
    const other = ask('resources/subscribe', { uri: 'a:2' });
    const second = await modern.take('subscriptions/listen');
    first.related({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a:1' } });
    await second.error(-32602);
    expect(await other.reply).toMatchObject({ error: { code: -32602 } });
    expect(first.cancelled).toBeUndefined();
    first.related({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a:1' } });
    expect(announced).toHaveLength(2);
    const third = await modern.take('subscriptions/listen');
    expect(third.request.params?.['notifications']).toEqual({ resourceSubscriptions: ['a:1'] });
    third.related({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged' });
    expect(first.cancelled).toBeDefined();
    await third.result({ resultType: 'complete' });
    clock.advance(1_000);
    const again = await modern.take('subscriptions/listen');
    expect(again.request.params?.['notifications']).toEqual({ resourceSubscriptions: ['a:1'] });
  });

  it('may be asked for twice at a time', async () => {
    await initialized(served);
    const both = ['a:1', 'a:2'].map((uri) => ask('resources/subscribe', { uri }).reply);
    await modern.take('subscriptions/listen');
    expect(await acknowledge()).toEqual({ resourceSubscriptions: ['a:1', 'a:2'] });
    expect((await Promise.all(both)).map(resultOf)).toEqual([{}, {}]);
  });

  it('costs no more than four streams where the upstream never acknowledges it', async () => {
    await initialized(served);
    for (let one = 0; one < 10; one += 1) ask('resources/subscribe', { uri: `a:${one}` });
    await settled();
    const streams = modern.received.filter(({ request }) => request.method === 'subscriptions/listen');
    expect(streams.filter(({ cancelled }) => cancelled === undefined).length).toBeLessThanOrEqual(4);
  });

  it('is asked for again, more and more slowly, when the stream ends', async () => {
    await initialized(served);
    view.listen();
    await (await modern.take('subscriptions/listen')).result({ resultType: 'complete' });
    await expect(modern.take('subscriptions/listen')).rejects.toThrow('no subscriptions');
    clock.advance(1_000);
    await (await modern.take('subscriptions/listen')).result({ resultType: 'complete' });
    clock.advance(1_000);
    await expect(modern.take('subscriptions/listen')).rejects.toThrow('no subscriptions');
    clock.advance(1_000);
    await modern.take('subscriptions/listen');
    await view.close('over');
    expect(modern.received.at(-1)?.cancelled).toBeDefined();
  });
});
