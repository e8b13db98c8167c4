import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakeClock } from '../../src/kernel/clock.ts';
import { isObject } from '../../src/kernel/jsonrpc.ts';
import { eraUpstream, type EraUpstream } from '../era-upstream.ts';
import { startTaskGateway, type TaskGateway } from './task-gateway.ts';

// Calls that an upstream works on while their task ends: the upstream is told, and nothing comes back.

const work = { name: 'work', roles: ['user', 'intern'], seconds: 60, pinned: false, grants: [{ tool: 'up/*' }] };
const TYPES = { types: [work] };

let here: TaskGateway;
let up: EraUpstream;
let started: PromiseWithResolvers<void>;

beforeEach(async () => {
  started = Promise.withResolvers();
  up = eraUpstream('up', {
    eras: ['legacy', 'modern'],
    clock: fakeClock(),
    answer({ method }) {
      if (method === 'tools/list') return { resultType: 'complete', tools: TOOLS, ttlMs: 0, cacheScope: 'public' };
      started.resolve();
      return new Promise<never>(() => {});
    },
  });
  here = await startTaskGateway([up], TYPES, { defaultTask: 'work' });
});
afterEach(() => here.close());

const TOOLS = [{ name: 'long', inputSchema: { type: 'object' } }];
const CAUSE = { by: 'ann', why: 'done' };

const call = { name: 'long', arguments: {} };

/** Both kinds of clients, each with a call that the upstream has begun. */
const clients = {
  async legacy(token: string): Promise<unknown> {
    const session = await here.gateway.initialize('/mcp/up', token);
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call };
    return (await here.gateway.post('/mcp/up', token, message, session)).body;
  },
  async modern(token: string): Promise<unknown> {
    return (await here.callModern(token, call)).body;
  },
} as const;

type Client = keyof typeof clients;
const both: readonly Client[] = ['legacy', 'modern'];

/** Makes the call, ends its task, and says what became of it for the client, the upstream and the log. */
async function endWhile(client: Client, token: string, end: () => Promise<unknown> | void): Promise<unknown> {
  const answer = clients[client](token).catch(() => undefined);
  await started.promise;
  await end();
  const answered = await answer;
  return {
    hasResult: isObject(answered) && 'result' in answered,
    upstream: up.arrived.find(({ request }) => request.method === 'tools/call')?.cancelled,
    log: here.gateway.entries.findLast((entry) => entry.kind === 'outcome')?.status,
  };
}
const CANCELLED = { hasResult: false, upstream: true, log: 'cancelled' };

it.each(both)('are cancelled when their task is closed (%s)', async (client) => {
  const { task, token } = await here.open({ type: 'work' });
  expect(await endWhile(client, token, () => here.keeper.tasks.close(task.id, 'closed', CAUSE))).toEqual(CANCELLED);
});

it.each(both)('are cancelled when their task’s time is over (%s)', async (client) => {
  const { token } = await here.open({ type: 'work', seconds: 30 });
  expect(await endWhile(client, token, () => here.clock.advance(31_000))).toEqual(CANCELLED);
});

it.each(both)('are cancelled when the task ends that theirs is a part of (%s)', async (client) => {
  const parent = await here.open({ type: 'work' });
  const { task } = await here.keeper.tasks.open(
    { principal: 'ann', role: 'user', method: 'task', credential: 'x', expiresAt: undefined, task: parent.task.id },
    { type: 'work', tools: ['up/long'], parent: parent.task.id },
  );
  const token = `ann:user:${task.id}`;
  expect(await endWhile(client, token, () => here.keeper.tasks.close(parent.task.id, 'revoked', CAUSE))).toEqual(
    CANCELLED,
  );
});

it.each(both)(
  'are cancelled when the configuration no longer has the type of their default task (%s)',
  async (client) => {
    expect(
      await endWhile(client, 'ian:intern', () => here.reconfigure({ types: [{ ...work, name: 'other' }] }, 'other')),
    ).toEqual(CANCELLED);
  },
);

it('leaves alone what other tasks of the same caller have begun', async () => {
  const [one, other] = [await here.open({ type: 'work' }), await here.open({ type: 'work' })];
  const answer = clients.modern(one.token).catch(() => undefined);
  await started.promise;
  await here.keeper.tasks.close(other.task.id, 'closed', CAUSE);
  expect(up.arrived.find(({ request }) => request.method === 'tools/call')?.cancelled).toBe(false);
  await here.keeper.tasks.close(one.task.id, 'closed', CAUSE);
  await answer;
});

it('is not begun when the task ends between the decision and the sending', async () => {
  const { task, token } = await here.open({ type: 'work' });
  const { recorder } = here.gateway.gate;
  const intent = recorder.intent.bind(recorder);
  // As if the disk took its time over the entry of the call.
  recorder.intent = async (...given) => {
    const written = await intent(...given);
    await here.keeper.tasks.close(task.id, 'revoked', CAUSE);
    return written;
  };
  await clients.modern(token).catch(() => undefined);
  expect(up.arrived.map(({ request }) => request.method)).not.toContain('tools/call');
});
