import { afterEach, beforeEach, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import { type FakeUpstream, fakeUpstream } from '../fake-gateway.ts';
import { denialOf, startTaskGateway, type TaskGateway } from './task-gateway.ts';

// What bounds callers of a role with a default task, who know nothing of tasks.

const NAMES = ['look', 'send', 'wipe'];
const notes = (...names: readonly string[]) => ({
  name: 'notes',
  roles: ['user', 'intern'],
  seconds: 60,
  pinned: false,
  grants: names.map((name) => ({ tool: `up/${name}`, ...(name === 'look' ? { uses: 2 } : {}) })),
});
const extra = { name: 'extra', roles: ['user'], pinned: false, grants: [{ tool: 'up/look' }] };
const CAUSE = { by: 'boss', why: 'enough' };

let here: TaskGateway;
let up: FakeUpstream;
let session: string;
const token = 'ian:intern';

beforeEach(async () => {
  up = fakeUpstream('up', ({ method }) =>
    method === 'tools/list'
      ? { tools: NAMES.map((name) => ({ name, inputSchema: { type: 'object' } })) }
      : { content: [{ type: 'text', text: 'done' }] },
  );
  here = await startTaskGateway([up], { types: [notes('look', 'send'), extra] }, { defaultTask: 'notes' });
  await here.keeper.listTools();
  session = await here.gateway.initialize('/mcp/up', token);
});
afterEach(() => here.close());

async function ask(method: string, params: JsonObject = {}) {
  return await here.gateway.post('/mcp/up', token, { jsonrpc: '2.0', id: 1, method, params }, session);
}

async function tools(): Promise<unknown[]> {
  const listed = (await ask('tools/list')).body?.result?.['tools'];
  return Array.isArray(listed) ? listed.map((tool) => (isObject(tool) ? tool['name'] : undefined)) : [];
}

async function call(name: string): Promise<JsonObject> {
  const { body, status } = await ask('tools/call', { name, arguments: {} });
  return body?.result ?? { status, code: body?.error?.data?.code ?? '' };
}

it('shows only its tools, and refuses the others that the role may use', async () => {
  expect(await tools()).toEqual(['look', 'send']);
  expect(await call('send')).toMatchObject({ content: [{ text: 'done' }] });
  expect(denialOf(await call('wipe'))).toMatchObject({ because: [{ code: 'tool' }] });
});

it('refuses every call when somebody ended it, until its time is over, and then begins anew', async () => {
  await call('send');
  const [task] = here.keeper.tasks.list('ian');
  await here.keeper.tasks.close(task?.id ?? '', 'revoked', CAUSE);
  // Its session ended with it, and a new one changes nothing.
  expect(await call('send')).toMatchObject({ status: 404 });
  const calls = up.received.length;
  await expect(here.gateway.initialize('/mcp/up', token)).rejects.toThrow();
  expect((await here.callModern(token, { name: 'send', arguments: {} })).body).not.toHaveProperty('result');
  expect(up.received.slice(calls).map(({ method }) => method)).not.toContain('tools/call');
  here.clock.advance(61_000);
  session = await here.gateway.initialize('/mcp/up', token);
  expect(await call('send')).toMatchObject({ content: [{ text: 'done' }] });
});

it('has what its type gives after a reload, in the session that is open, and no budget back', async () => {
  expect(await call('look')).toMatchObject({ content: [{ text: 'done' }] });
  expect(await tools()).toEqual(['look', 'send']);
  await here.reconfigure({ types: [notes('look'), extra] });
  expect(await tools()).toEqual(['look']);
  expect(denialOf(await call('send'))).toMatchObject({ because: [{ code: 'tool' }] });
  await here.reconfigure({ types: [notes('look', 'wipe'), extra] });
  expect(await tools()).toEqual(['look', 'wipe']);
  expect(await call('look')).toMatchObject({ content: [{ text: 'done' }] });
  expect(denialOf(await call('look'))).toMatchObject({ because: [{ code: 'budget' }] });
});

it('is not touched by a reload that leaves its type as it is, while tasks of a type that is gone are revoked', async () => {
  await call('send');
  const opened = await here.open({ type: 'extra' });
  await here.reconfigure({ types: [notes('look', 'send')] });
  expect(here.keeper.tasks.find(opened.task.id)?.status).toBe('revoked');
  expect(await call('send')).toMatchObject({ content: [{ text: 'done' }] });
  expect(here.keeper.tasks.list('ian')).toMatchObject([{ status: 'open', epoch: 1 }]);
});
