import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kernel/jsonrpc.ts';
import { eraUpstream, type EraUpstream } from '../era-upstream.ts';
import { SHOWS_FORMS } from '../modern-client.ts';
import { byBoss, denialOf, startTaskGateway, type TaskGateway } from './task-gateway.ts';
import { fakeClock } from '../../src/kernel/clock.ts';

// Stateless clients that can show their user a form: the call is answered with the question and made again.

const TOOLS = ['send', 'wipe', 'once', 'asks'].map((name) => ({ name, inputSchema: { type: 'object' } }));
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
        { tool: 'up/once', uses: 1, on_deny: 'ask' },
        { tool: 'up/asks', uses: 1 },
      ],
    },
  ],
};
const FORM = { 'merlon-approval': { method: 'elicitation/create', params: { mode: 'form' } } };

let here: TaskGateway;
let up: EraUpstream;
afterEach(() => here.close());

async function start(): Promise<string> {
  up = eraUpstream('up', {
    eras: ['modern'],
    clock: fakeClock(),
    answer({ method, params }) {
      if (method === 'tools/list') return { resultType: 'complete', tools: TOOLS, ttlMs: 0, cacheScope: 'public' };
      const isFirst = params?.['name'] === 'asks' && params['requestState'] === undefined;
      return isFirst
        ? { resultType: 'input_required', inputRequests: { who: FORM['merlon-approval'] }, requestState: 'its own' }
        : { resultType: 'complete', content: [{ type: 'text', text: 'sent' }] };
    },
  });
  here = await startTaskGateway([up], TYPES);
  return (await here.open({ type: 'mail' })).token;
}

const calls = (): number => up.arrived.filter(({ request }) => request.method === 'tools/call').length;

async function call(token: string, params: JsonObject, capabilities = SHOWS_FORMS): Promise<JsonObject> {
  const { body } = await here.callModern(token, { name: 'send', arguments: { to: 'ann' }, ...params }, capabilities);
  return body?.result ?? { error: body?.error?.data?.code ?? body?.error?.code ?? 0 };
}

const answered = (action: string, content?: JsonObject): JsonObject => ({
  inputResponses: { 'merlon-approval': content === undefined ? { action } : { action, content } },
});
const YES = answered('accept', { approve: true, why: 'she asked' });

/** The question that a call is answered with. */
async function asked(token: string, params: JsonObject = {}): Promise<JsonObject> {
  const result = await call(token, params);
  expect(result).toMatchObject({ resultType: 'input_required', inputRequests: FORM });
  return { requestState: result['requestState'] ?? null };
}

it('goes through once, after the user has said yes, and is recorded with who and why', async () => {
  const token = await start();
  const state = await asked(token);
  expect(calls()).toBe(0);
  expect(await call(token, { ...state, ...YES })).toMatchObject({ content: [{ text: 'sent' }] });
  expect(up.arrived.at(-1)?.request.params).not.toHaveProperty('requestState');
  expect(up.arrived.at(-1)?.request.params).not.toHaveProperty('inputResponses');
  expect(here.gateway.entries).toContainEqual(
    expect.objectContaining({ kind: 'approval', event: 'approved', by: 'ann', through: 'client', why: 'she asked' }),
  );
  // The next one is another.
  await asked(token);
  expect(calls()).toBe(1);
});

it('is denied and not asked about again when the user declines, or leaves the box empty', async () => {
  const token = await start();
  for (const [to, no] of [
    ['ann', answered('decline')],
    ['eve', answered('accept', { approve: false })],
    ['zoe', answered('accept')],
  ] as const) {
    const args = { arguments: { to } };
    const state = await asked(token, args);
    for (const params of [{ ...args, ...state, ...no }, args])
      expect(denialOf(await call(token, params)), to).toMatchObject({
        code: 'CALL_DENIED',
        approval: { state: 'denied' },
      });
  }
  expect(calls()).toBe(0);
});

it('is left to others when the form is closed without an answer', async () => {
  const token = await start();
  const closed = denialOf(await call(token, { ...(await asked(token)), ...answered('cancel') }));
  expect(closed).toMatchObject({ approval: { state: 'open' } });
  const { id } = closed['approval'] as { id: string };
  await here.keeper.approvals.answer(id, 'approved', byBoss());
  expect(await call(token, {})).toMatchObject({ content: [{ text: 'sent' }] });
});

it('takes the state once, for these arguments, of this caller under this task', async () => {
  const token = await start();
  const other = await here.open({ type: 'mail' });
  const state = await asked(token);
  const stolen = { ...state, ...YES };
  expect(await call(token, { ...stolen, arguments: { to: 'eve' } })).toEqual({ error: 'REQUEST_STATE_INVALID' });
  expect(await call(token, { ...stolen, name: 'once' })).toEqual({ error: 'REQUEST_STATE_INVALID' });
  expect(await call(other.token, stolen)).toEqual({ error: 'REQUEST_STATE_INVALID' });
  expect(await call(token.replace('ann', 'mallory'), stolen)).toEqual({ error: 'REQUEST_STATE_INVALID' });
  expect(calls()).toBe(0);
  expect(await call(token, stolen)).toMatchObject({ content: [{ text: 'sent' }] });
  expect(await call(token, stolen)).toEqual({ error: 'REQUEST_STATE_INVALID' });
  expect(calls()).toBe(1);
});

it('does not let an answer through that brings no question of ours', async () => {
  const token = await start();
  expect(await call(token, YES)).toMatchObject({ resultType: 'input_required' });
  expect(await call(token, { ...YES, requestState: 'aXRzIG93bg' })).toEqual({ error: 'REQUEST_STATE_INVALID' });
  expect(calls()).toBe(0);
});

it('is denied with the approval to ask for where the client shows no forms', async () => {
  const token = await start();
  for (const capabilities of [{}, { roots: {} }, { elicitation: { url: {} } }])
    expect(denialOf(await call(token, {}, capabilities))).toMatchObject({
      code: 'CALL_DENIED',
      approval: { id: expect.stringMatching(/^apr_/), state: 'open' },
    });
  expect(here.keeper.approvals.list('open')).toHaveLength(1);
});

it('takes no answer that comes too late', async () => {
  const token = await start();
  const state = await asked(token);
  here.clock.advance(10_001);
  expect(denialOf(await call(token, { ...state, ...YES }))).toMatchObject({ approval: { state: 'expired' } });
  expect(calls()).toBe(0);
});

it('never asks the client for what needs a second factor, and nobody can say yes to it', async () => {
  const token = await start();
  const denied = denialOf(await call(token, { name: 'wipe' }));
  expect(denied).toMatchObject({ approval: { state: 'open' } });
  const { id } = denied['approval'] as { id: string };
  const { approvals } = here.keeper;
  await expect(approvals.answer(id, 'approved', byBoss(), '123456')).rejects.toMatchObject({
    code: 'SECOND_FACTOR_REQUIRED',
  });
  expect((await approvals.answer(id, 'denied', byBoss())).state).toBe('denied');
  expect(calls()).toBe(0);
});

it('goes beyond a budget once when a person says so', async () => {
  const token = await start();
  const once = { name: 'once' };
  expect(await call(token, once)).toMatchObject({ content: [{ text: 'sent' }] });
  expect(await call(token, { ...once, ...(await asked(token, once)), ...YES })).toMatchObject({
    content: [{ text: 'sent' }],
  });
  await asked(token, once);
  expect(calls()).toBe(2);
});

it('is charged once though its upstream asks something too', async () => {
  const token = await start();
  const asks = { name: 'asks' };
  const first = await call(token, asks);
  expect(first).toMatchObject({ resultType: 'input_required', inputRequests: { who: {} } });
  const again = { ...asks, requestState: first['requestState'] ?? null, inputResponses: { who: { action: 'accept' } } };
  expect(await call(token, again)).toMatchObject({ content: [{ text: 'sent' }] });
  expect(up.arrived.at(-1)?.request.params).toMatchObject({ requestState: 'its own' });
  expect(denialOf(await call(token, asks))).toMatchObject({ because: [{ code: 'budget' }] });
});

it('is judged anew when the task was changed while its upstream waited for an answer', async () => {
  const token = await start();
  const asks = { name: 'asks' };
  const first = await call(token, asks);
  const [task] = here.keeper.tasks.list();
  if (task === undefined) throw new Error('There is no task.');
  const fewer = task.grants.filter(({ tool }) => tool !== 'up/asks');
  const cause = { by: 'ann', why: 'no more' };
  expect(await here.keeper.tasks.change(task.id, fewer, cause)).toMatchObject({ outcome: 'narrowed' });
  const again = { ...asks, requestState: first['requestState'] ?? null, inputResponses: { who: { action: 'accept' } } };
  expect(denialOf(await call(token, again))).toMatchObject({ because: [{ code: 'tool' }] });
  expect(calls()).toBe(1);
});
