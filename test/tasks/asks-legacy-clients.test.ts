import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kernel/jsonrpc.ts';
import { isObject } from '../../src/kernel/jsonrpc.ts';
import { type FakeUpstream, fakeUpstream } from '../fake-gateway.ts';
import { type EventLines, readEvents } from '../event-lines.ts';
import { byBoss, denialOf, startTaskGateway, type TaskGateway } from './task-gateway.ts';

// Clients with sessions that can show their user a form: they are asked while their call waits.

const NAMES = ['send', 'wipe'];
const TYPES = {
  approval_seconds: 10,
  types: [
    {
      name: 'mail',
      roles: ['user'],
      pinned: false,
      grants: [
        { tool: 'up/send', always_ask: true, on_deny: 'ask' },
        { tool: 'up/wipe', always_ask: true, on_deny: 'ask', second_factor: true },
      ],
    },
  ],
};

let here: TaskGateway;
let up: FakeUpstream;
let token: string;
let session: string;
afterEach(() => here.close());

async function start(capabilities: JsonObject = { elicitation: {} }): Promise<void> {
  up = fakeUpstream('up', ({ method }) =>
    method === 'tools/list'
      ? { tools: NAMES.map((name) => ({ name, inputSchema: { type: 'object' } })) }
      : { content: [{ type: 'text', text: 'sent' }] },
  );
  here = await startTaskGateway([up], TYPES);
  ({ token } = await here.open({ type: 'mail' }));
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 't', version: '1' } };
  const opened = await here.gateway.post('/mcp/up', token, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  session = opened.headers.get('mcp-session-id') ?? '';
}

const calls = (): number => up.received.filter(({ method }) => method === 'tools/call').length;

/** A call under way: what the client hears on its response. */
async function call(name = 'send', id = 1): Promise<EventLines> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': session,
  };
  const message = { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: { to: 'ann' } } };
  const { body } = await fetch(`${here.gateway.url}/mcp/up`, {
    method: 'POST',
    headers,
    body: JSON.stringify(message),
  });
  if (body === null) throw new Error('The call was answered with nothing.');
  return readEvents(body);
}

/** A call of which the client has been asked, and under which id. */
async function asked(): Promise<{ readonly events: EventLines; readonly id: string }> {
  const events = await call();
  const question = await events.next();
  expect(question).toMatchObject({ method: 'elicitation/create', params: { mode: 'form' } });
  expect(calls()).toBe(0);
  return { events, id: idOf(question) };
}

function idOf(question: JsonObject | undefined): string {
  const id = question?.['id'];
  if (typeof id !== 'string') throw new Error('That is no question of the gateway.');
  return id;
}

const say = (message: JsonObject) => here.gateway.post('/mcp/up', token, { jsonrpc: '2.0', ...message }, session);
const answer = (id: string, action: string, content?: JsonObject) =>
  say({ id, result: content === undefined ? { action } : { action, content } });

async function resultOf(events: EventLines): Promise<JsonObject> {
  const last = await events.next();
  return isObject(last?.['result']) ? last['result'] : { error: last?.['error'] ?? null };
}

it('lets the call through once when the user says yes', async () => {
  await start();
  const { events, id } = await asked();
  expect((await answer(id, 'accept', { approve: true, why: 'she asked' })).status).toBe(202);
  expect(await resultOf(events)).toMatchObject({ content: [{ text: 'sent' }] });
  expect(here.gateway.entries).toContainEqual(
    expect.objectContaining({ kind: 'approval', event: 'approved', through: 'client', why: 'she asked' }),
  );
  expect(calls()).toBe(1);
  const second = await call('send', 2);
  const question = await second.next();
  expect(question).toMatchObject({ method: 'elicitation/create' });
  await answer(idOf(question), 'decline');
  expect(denialOf(await resultOf(second))).toMatchObject({ code: 'CALL_DENIED' });
  expect(calls()).toBe(1);
});

it('denies it when the user declines, and does not ask again', async () => {
  await start();
  const { events, id } = await asked();
  await answer(id, 'decline');
  expect(denialOf(await resultOf(events))).toMatchObject({ code: 'CALL_DENIED', approval: { state: 'denied' } });
  const again = await here.gateway.post(
    '/mcp/up',
    token,
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'send', arguments: { to: 'ann' } } },
    session,
  );
  expect(denialOf(again.body?.result)).toMatchObject({ approval: { state: 'denied' } });
  expect(calls()).toBe(0);
});

it.each([
  ['closes the form', { result: { action: 'cancel' } }],
  ['cannot show it after all', { error: { code: -32603, message: 'no window' } }],
])('leaves it to others when the client %s', async (_how, said) => {
  await start();
  const { events, id } = await asked();
  await say({ id, ...said });
  expect(denialOf(await resultOf(events))).toMatchObject({ approval: { state: 'open' } });
  expect(calls()).toBe(0);
});

it('asks no more when somebody at the management API was quicker', async () => {
  await start();
  const { events, id } = await asked();
  const [approval] = here.keeper.approvals.list('open');
  await here.keeper.approvals.answer(approval?.id ?? '', 'approved', byBoss());
  expect(await events.next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
  expect(await resultOf(events)).toMatchObject({ content: [{ text: 'sent' }] });
  // What the user says after that is no answer to anything.
  await answer(id, 'decline');
  expect(calls()).toBe(1);
});

it('denies it when nobody answers in time, and withdraws the question', async () => {
  await start();
  const { events, id } = await asked();
  here.clock.advance(11_000);
  expect(await events.next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
  expect(denialOf(await resultOf(events))).toMatchObject({ approval: { state: 'expired' } });
  await answer(id, 'accept', { approve: true });
  expect(calls()).toBe(0);
});

it('withdraws the question when the client cancels the call, and a yes comes to nothing', async () => {
  await start();
  const { events, id } = await asked();
  await say({ method: 'notifications/cancelled', params: { requestId: 1 } });
  expect(await events.next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
  await answer(id, 'accept', { approve: true });
  expect(here.keeper.approvals.list('open')).toHaveLength(1);
  expect(calls()).toBe(0);
});

it('withdraws the question when the task ends', async () => {
  await start();
  const { events } = await asked();
  const [task] = here.keeper.tasks.list();
  await here.keeper.tasks.close(task?.id ?? '', 'revoked', { by: 'boss', why: 'enough' });
  // Whatever the client still hears, it is no result, and there is nothing to say yes to.
  const rest = [await events.next(), await events.next()];
  expect(rest.filter((message) => isObject(message) && 'result' in message)).toEqual([]);
  expect(here.keeper.approvals.list('open')).toEqual([]);
  expect(calls()).toBe(0);
});

it('takes an answer from nobody else', async () => {
  await start();
  const { events, id } = await asked();
  const yes = { jsonrpc: '2.0', id, result: { action: 'accept', content: { approve: true } } };
  const other = await here.open({ type: 'mail' });
  const theirs = await here.gateway.initialize('/mcp/up', other.token);
  await here.gateway.post('/mcp/up', other.token, yes, theirs);
  expect((await here.gateway.post('/mcp/up', 'mallory:user', yes, session)).status).toBe(404);
  expect((await here.gateway.post('/mcp/up', other.token, yes, session)).status).toBe(404);
  expect(calls()).toBe(0);
  await answer(id, 'decline');
  expect(denialOf(await resultOf(events))).toMatchObject({ approval: { state: 'denied' } });
});

it.each([{}, { elicitation: { url: {} } }])(
  'denies with an approval where the client shows no forms: %j',
  async (can) => {
    await start(can);
    expect(denialOf(await plain('send'))).toMatchObject({ approval: { state: 'open' } });
  },
);

it('never asks the client for what needs a second factor', async () => {
  await start();
  expect(denialOf(await plain('wipe'))).toMatchObject({ approval: { state: 'open' } });
});

async function plain(name: string): Promise<JsonObject | undefined> {
  const message = { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name, arguments: {} } };
  return (await here.gateway.post('/mcp/up', token, message, session)).body?.result;
}
