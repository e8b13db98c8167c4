import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import { isFailure, type Json, type JsonObject, type Request, type Response } from '../kernel/jsonrpc.ts';
import { scriptedLink, type ScriptedLink, settled } from '../../test/scripted-link.ts';
import { META, MODERN_VERSION } from './era.ts';
import type { Announcement, Link } from './link.ts';
import { openModernView } from './view-modern.ts';

const EVERYTHING = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

let clock: FakeClock;
let legacy: ScriptedLink;
let view: Link;

beforeEach(async () => {
  clock = fakeClock();
  view = await openModernView(
    (listener) => {
      legacy = scriptedLink(listener);
      return Promise.resolve(legacy);
    },
    { listener: { announce() {}, closed() {} }, clock },
  );
});

function request(method: string, params: JsonObject = {}, capabilities: JsonObject = EVERYTHING, id = 'c1'): Request {
  const meta = {
    ...(params['_meta'] as JsonObject | undefined),
    [META.version]: MODERN_VERSION,
    [META.capabilities]: capabilities,
    [META.clientInfo]: { name: 'client', version: '1' },
  };
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } };
}

async function discovered(
  served: JsonObject = { tools: {} },
  capabilities: JsonObject = EVERYTHING,
): Promise<JsonObject> {
  const flight = view.request(request('server/discover', {}, capabilities), () => {});
  await (await legacy.take('initialize')).result({
    protocolVersion: '2025-11-25',
    capabilities: { ...served, tasks: {} },
    serverInfo: { name: 'old', version: '3' },
    instructions: 'be kind',
  });
  return resultOf(await flight.reply);
}

function resultOf(response: Response): JsonObject {
  if (isFailure(response)) throw new Error(`failed: ${response.error.code}`);
  return response.result;
}

const form = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } };

/** A call that the upstream answers with a question. */
async function asking(capabilities: JsonObject = EVERYTHING, heard: Announcement[] = []) {
  const flight = view.request(request('tools/call', { name: 'greet' }, capabilities), (message) => heard.push(message));
  const call = await legacy.take('tools/call');
  call.related({ jsonrpc: '2.0', id: 7, method: 'elicitation/create', params: form });
  await settled();
  return { flight, call };
}

function retry(state: Json | undefined, inputResponses: JsonObject, id = 'c2'): Request {
  return request('tools/call', { name: 'greet', inputResponses, requestState: state ?? '' }, EVERYTHING, id);
}

describe('a legacy upstream seen by a stateless client', () => {
  it('is initialized with what the client says of itself, once', async () => {
    const result = await discovered();
    expect(legacy.received[0]?.request.params).toMatchObject({
      protocolVersion: '2025-11-25',
      capabilities: EVERYTHING,
      clientInfo: { name: 'client' },
    });
    expect(legacy.notified.map(({ method }) => method)).toEqual(['notifications/initialized']);
    expect(result).toMatchObject({ resultType: 'complete', instructions: 'be kind', cacheScope: 'private', ttlMs: 0 });
    expect(result['supportedVersions']).toContain(MODERN_VERSION);
    expect(result['capabilities']).toEqual({ tools: {} });
    expect(resultOf(await view.request(request('server/discover'), () => {}).reply)).toEqual(result);
    expect(legacy.received).toHaveLength(1);
  });

  it('sees nothing of the envelope, and its results say how long they are good', async () => {
    await discovered();
    const flight = view.request(request('tools/list', { cursor: 'x', _meta: { traceparent: '00-1' } }), () => {});
    const list = await legacy.take('tools/list');
    expect(list.request.params).toEqual({ cursor: 'x', _meta: { traceparent: '00-1' } });
    await list.result({ tools: [] });
    expect(resultOf(await flight.reply)).toMatchObject({
      tools: [],
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [META.serverInfo]: { name: 'old' } },
    });
  });

  it('asks through input_required, and its call goes on with the answer (MRTR-01)', async () => {
    await discovered();
    const { flight, call } = await asking();
    const asked = resultOf(await flight.reply);
    expect(asked).toMatchObject({ resultType: 'input_required' });
    const [[key, question] = ['', undefined]] = Object.entries(asked['inputRequests'] as JsonObject);
    expect(question).toEqual({ method: 'elicitation/create', params: form });
    expect(call.cancelled).toBeUndefined();

    const second = view.request(retry(asked['requestState'], { [key]: { action: 'accept', content: {} } }), () => {});
    await settled();
    expect(legacy.responses).toEqual([{ jsonrpc: '2.0', id: 7, result: { action: 'accept', content: {} } }]);
    await call.result({ content: [] });
    expect(await second.reply).toMatchObject({ id: 'c2', result: { content: [], resultType: 'complete' } });
    expect(legacy.received.filter((one) => one.request.method === 'tools/call')).toHaveLength(1);
  });

  it('asks again for what was left out, and for what it asked meanwhile (MRTR-25)', async () => {
    await discovered();
    const { flight, call } = await asking();
    const asked = resultOf(await flight.reply);
    call.related({ jsonrpc: '2.0', id: 8, method: 'roots/list' });
    const second = resultOf(await view.request(retry(asked['requestState'], {}), () => {}).reply);
    expect(Object.values(second['inputRequests'] as JsonObject)).toMatchObject([
      { method: 'elicitation/create' },
      { method: 'roots/list' },
    ]);
    expect(second['requestState']).not.toBe(asked['requestState']);
    expect(legacy.responses).toEqual([]);
  });

  it('gives an answer that came while nobody asked', async () => {
    await discovered();
    const { flight, call } = await asking();
    const { requestState } = resultOf(await flight.reply);
    call.related({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });
    await call.result({ content: [] });
    expect(resultOf(await view.request(retry(requestState, {}), () => {}).reply)).toMatchObject({ content: [] });
  });

  it('takes a state once, and none that it did not give', async () => {
    await discovered();
    const { flight } = await asking();
    const { requestState } = resultOf(await flight.reply);
    view.request(retry(requestState, {}), () => {}).reply.catch(() => {});
    await settled();
    await expect(view.request(retry(requestState, {}), () => {}).reply).rejects.toMatchObject({
      code: 'REQUEST_STATE_INVALID',
    });
    await expect(view.request(retry('x', {}), () => {}).reply).rejects.toMatchObject({ code: 'REQUEST_STATE_INVALID' });
  });

  it('is told to stop when nobody comes back with the answer', async () => {
    await discovered();
    const { flight, call } = await asking();
    const { requestState } = resultOf(await flight.reply);
    clock.advance(600_000);
    expect(call.cancelled).toBeDefined();
    await expect(view.request(retry(requestState, {}), () => {}).reply).rejects.toMatchObject({
      code: 'REQUEST_STATE_INVALID',
    });
  });

  it('holds no more than sixteen calls that wait for answers', async () => {
    await discovered();
    const { flight, call } = await asking();
    await flight.reply;
    for (let more = 0; more < 16; more += 1) await (await asking()).flight.reply;
    expect(call.cancelled).toBeDefined();
  });

  it.each<[string, (link: Link) => Promise<void>]>([
    ['when its session ends', (link) => link.close('over')],
    ['when it is replaced', (link) => link.retire('another configuration')],
  ])('is told to stop a call that waits for answers %s', async (_what, end) => {
    await discovered();
    const { flight, call } = await asking();
    await flight.reply;
    await end(view);
    expect(call.cancelled).toBeDefined();
  });

  it('cannot ask any more once it is being replaced: nobody could come back with the answer', async () => {
    await discovered();
    const flight = view.request(request('tools/call', { name: 'greet' }), () => {});
    const call = await legacy.take('tools/call');
    void view.retire('another configuration');
    call.related({ jsonrpc: '2.0', id: 7, method: 'elicitation/create', params: form });
    await expect(flight.reply).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(call.cancelled).toBeDefined();
  });

  it('asks a hundred things for one call, and no more', async () => {
    await discovered();
    const { flight, call } = await asking();
    await flight.reply;
    for (let id = 100; id < 300; id += 1) call.related({ jsonrpc: '2.0', id, method: 'roots/list' });
    expect(legacy.responses).toHaveLength(101);
    expect(legacy.responses[0]).toMatchObject({ id: 199, error: { code: -31429 } });
  });

  it('does not get a call whose client left while its log level was set', async () => {
    await discovered({ tools: {}, logging: {} });
    const asks = request('tools/call', { name: 'a', _meta: { [META.logLevel]: 'warning' } });
    const flight = view.request(asks, () => {});
    const level = await legacy.take('logging/setLevel');
    const answered = level.result({});
    flight.cancel(new Error('gone'));
    await expect(flight.reply).rejects.toThrow('gone');
    await answered;
    expect(legacy.received.map((one) => one.request.method)).not.toContain('tools/call');
  });

  it('cannot ask for what the client did not offer (MRTR-13), nor outside of a call', async () => {
    await discovered();
    const { flight, call } = await asking({ sampling: {} });
    expect(legacy.responses).toMatchObject([{ id: 7, error: { code: -32601 } }]);
    await call.result({ content: [] });
    expect(resultOf(await flight.reply)).toMatchObject({ resultType: 'complete' });
    legacy.announce({ jsonrpc: '2.0', id: 9, method: 'roots/list' });
    legacy.announce({ jsonrpc: '2.0', id: 10, method: 'ping' });
    expect(legacy.responses.slice(1)).toMatchObject([
      { id: 9, error: { code: -32601 } },
      { id: 10, result: {} },
    ]);
  });

  it('asks on a channel without relations for the call in flight', async () => {
    await discovered();
    const flight = view.request(request('tools/call', { name: 'greet' }), () => {});
    await legacy.take('tools/call');
    legacy.announce({ jsonrpc: '2.0', id: 3, method: 'roots/list' });
    expect(resultOf(await flight.reply)).toMatchObject({ resultType: 'input_required' });
  });

  it('stops when the client of the moment leaves', async () => {
    await discovered();
    const { flight, call } = await asking();
    const { requestState } = resultOf(await flight.reply);
    const second = view.request(retry(requestState, {}), () => {});
    await second.reply;
    const third = view.request(request('tools/call', { name: 'greet' }), () => {});
    const other = await legacy.take('tools/call');
    third.cancel(new Error('gone'));
    await expect(third.reply).rejects.toThrow('gone');
    expect(other.cancelled).toBeDefined();
    expect(call.cancelled).toBeUndefined();
  });

  it('reports progress under the token of the request of the moment', async () => {
    await discovered();
    const heard: Announcement[] = [];
    const first = request('tools/call', { name: 'greet', _meta: { progressToken: 'a' } });
    const flight = view.request(first, (message) => heard.push(message));
    const call = await legacy.take('tools/call');
    const progress = (): void =>
      call.related({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'a', progress: 1 } });
    await settled();
    progress();
    call.related({ jsonrpc: '2.0', id: 7, method: 'roots/list' });
    const { requestState } = resultOf(await flight.reply);
    progress();
    const again = request('tools/call', {
      name: 'greet',
      requestState: requestState ?? '',
      _meta: { progressToken: 'b' },
    });
    const answered = { ...again, params: { ...again.params, inputResponses: { 'input-1': { roots: [] } } } };
    view.request(answered, (message) => heard.push(message)).reply.catch(() => {});
    await settled();
    progress();
    // The second one was said while nobody was there to hear it.
    expect(heard.map(({ params }) => params?.['progressToken'])).toEqual(['a', 'b', 'b']);
  });

  it('turns an error that wants a page visited into a question, and the call is made anew', async () => {
    await discovered();
    const flight = view.request(request('tools/call', { name: 'pay' }), () => {});
    const elicitations = [{ mode: 'url', elicitationId: 'e', url: 'https://pay.example/', message: 'Pay.' }];
    await (await legacy.take('tools/call')).error(-32042, { elicitations });
    const asked = resultOf(await flight.reply);
    expect(Object.values(asked['inputRequests'] as JsonObject)).toMatchObject([
      { method: 'elicitation/create', params: { mode: 'url', url: 'https://pay.example/' } },
    ]);
    const again = {
      name: 'pay',
      requestState: asked['requestState'] ?? '',
      inputResponses: { 'input-1': { action: 'accept' } },
    };
    const second = view.request(request('tools/call', again), () => {});
    await (await legacy.take('tools/call')).result({ content: [] });
    expect(resultOf(await second.reply)).toMatchObject({ content: [] });

    const poor = view.request(request('tools/call', { name: 'pay' }, { elicitation: {} }), () => {});
    await (await legacy.take('tools/call')).error(-32042, { elicitations });
    expect(await poor.reply).toMatchObject({
      error: { code: -32021, data: { requiredCapabilities: { elicitation: { url: {} } } } },
    });
  });

  it('says that a resource is not there as 2026-07-28 does', async () => {
    await discovered({ resources: {} });
    const flight = view.request(request('resources/read', { uri: 'x:y' }), () => {});
    await (await legacy.take('resources/read')).error(-32002);
    expect(await flight.reply).toMatchObject({ error: { code: -32602 } });
  });

  it('logs to a call no more than the call asked for (LOG-03, LOG-04)', async () => {
    await discovered({ tools: {}, logging: {} });
    const heard: Announcement[] = [];
    const asks = request('tools/call', { name: 'a', _meta: { [META.logLevel]: 'warning' } });
    view.request(asks, (message) => heard.push(message)).reply.catch(() => {});
    const level = await legacy.take('logging/setLevel');
    expect(level.request.params).toEqual({ level: 'warning' });
    await level.result({});
    const call = await legacy.take('tools/call');
    for (const said of ['info', 'error']) {
      call.related({ jsonrpc: '2.0', method: 'notifications/message', params: { level: said, data: 'x' } });
    }
    const silent: Announcement[] = [];
    view.request(request('tools/call', { name: 'b' }), (message) => silent.push(message)).reply.catch(() => {});
    const other = await legacy.take('tools/call');
    other.related({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: 'x' } });
    legacy.announce({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: 'x' } });
    expect(heard.map(({ params }) => params?.['level'])).toEqual(['error']);
    expect(silent).toEqual([]);
  });
});

describe('a subscription put together from a legacy upstream', () => {
  const wants = {
    notifications: { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] },
  };
  const served = { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } };

  async function subscribed(heard: Announcement[], id: string) {
    const flight = view.request(request('subscriptions/listen', wants, {}, id), (message) => heard.push(message));
    return { flight };
  }

  it('is acknowledged first, with what the upstream can tell (SUB-01, SUB-02)', async () => {
    await discovered(served, {});
    const heard: Announcement[] = [];
    await subscribed(heard, 's1');
    await (await legacy.take('resources/subscribe')).result({});
    await (await legacy.take('resources/subscribe')).error(-32602);
    expect(heard).toMatchObject([
      {
        method: 'notifications/subscriptions/acknowledged',
        params: {
          notifications: { toolsListChanged: true, resourceSubscriptions: ['a:1'] },
          _meta: { [META.subscription]: 's1' },
        },
      },
    ]);
    legacy.announce({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    legacy.announce({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' });
    legacy.announce({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a:1' } });
    legacy.announce({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a:2' } });
    legacy.announce({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: 'x' } });
    expect(heard.slice(1)).toMatchObject([
      { method: 'notifications/tools/list_changed', params: { _meta: { [META.subscription]: 's1' } } },
      { method: 'notifications/resources/updated', params: { uri: 'a:1', _meta: { [META.subscription]: 's1' } } },
    ]);
  });

  it('ends with its client, and the last one that wants a resource takes its subscription along', async () => {
    await discovered(served, {});
    const { flight } = await subscribed([], 's1');
    for (let one = 0; one < 2; one += 1) await (await legacy.take('resources/subscribe')).result({});
    const { flight: other } = await subscribed([], 's2');
    await settled();
    flight.cancel(new Error('gone'));
    await expect(flight.reply).rejects.toThrow('gone');
    await settled();
    expect(legacy.received.filter((one) => one.request.method === 'resources/unsubscribe')).toEqual([]);
    other.cancel(new Error('gone'));
    await expect(other.reply).rejects.toThrow('gone');
    await settled();
    expect(legacy.received.filter((one) => one.request.method === 'resources/unsubscribe')).toHaveLength(2);
  });

  it('subscribes to nothing more for a client that left, and keeps nothing of it', async () => {
    await discovered(served, {});
    const { flight } = await subscribed([], 's1');
    const first = await legacy.take('resources/subscribe');
    flight.cancel(new Error('gone'));
    await expect(flight.reply).rejects.toThrow('gone');
    await first.result({});
    expect(legacy.received.map((one) => one.request.method)).toEqual([
      'initialize',
      'resources/subscribe',
      'resources/unsubscribe',
    ]);
  });

  it('ends with a result when the upstream goes (SUB-06)', async () => {
    await discovered({ tools: { listChanged: true } }, {});
    const { flight } = await subscribed([], 's1');
    await settled();
    await view.close('over');
    expect(resultOf(await flight.reply)).toEqual({ resultType: 'complete', _meta: { [META.subscription]: 's1' } });
  });
});
