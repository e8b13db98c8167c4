import { afterEach, beforeEach, expect, it } from 'vitest';
import { isObject } from '../../src/kernel/jsonrpc.ts';
import type { Task } from '../../src/policy/task/task.ts';
import type { TaskGrant } from '../../src/policy/grant/task-grant.ts';
import { fakeUpstream } from '../fake-gateway.ts';
import { listenTo } from '../event-lines.ts';
import { byBoss, denialOf, startTaskGateway, type TaskGateway } from './task-gateway.ts';

// Other grants for a task that is open, seen from a session of a client.

const NAMES = ['look', 'send', 'wipe'];
const TYPES = {
  types: [{ name: 'mail', roles: ['user'], pinned: false, grants: NAMES.map((name) => ({ tool: `up/${name}` })) }],
};
const CAUSE = { by: 'ann', why: 'as asked' };

let here: TaskGateway;
let task: Task;
let token: string;
let session: string;

beforeEach(async () => {
  const up = fakeUpstream('up', ({ method }) =>
    method === 'tools/list'
      ? { tools: NAMES.map((name) => ({ name, inputSchema: { type: 'object' } })) }
      : { content: [{ type: 'text', text: 'done' }] },
  );
  here = await startTaskGateway([up], TYPES);
  ({ task, token } = await here.open({ type: 'mail', tools: ['up/look', 'up/send'] }));
  session = await here.gateway.initialize('/mcp/up', token);
});
afterEach(() => here.close());

async function tools(): Promise<unknown[]> {
  const { body } = await here.gateway.post('/mcp/up', token, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, session);
  const listed = body?.result?.['tools'];
  return Array.isArray(listed) ? listed.map((tool) => (isObject(tool) ? tool['name'] : undefined)) : [];
}

async function call(name: string) {
  const message = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: {} } };
  return (await here.gateway.post('/mcp/up', token, message, session)).body?.result;
}

const only = (...names: readonly string[]): TaskGrant[] =>
  task.grants.filter(({ tool }) => names.includes(tool.slice(3)));

/** What the task has now, and a tool more. */
function wider(): TaskGrant[] {
  const [grant] = task.grants;
  if (grant === undefined) throw new Error('The task has no grants.');
  const { definition: _d, ...rest } = grant;
  return [...task.grants, { ...rest, id: 'more', tool: 'up/wipe' }];
}

async function askForMore(): Promise<string> {
  const answer = await here.keeper.tasks.change(task.id, wider(), CAUSE);
  if (answer.outcome !== 'asks') throw new Error('That was no wider.');
  return answer.approval;
}

it('counts at once where it is narrower, and the session’s stream says that the list is another', async () => {
  const lines = await listenTo(here.gateway.url, token, session);
  expect(await tools()).toEqual(['look', 'send']);
  await here.keeper.tasks.change(task.id, only('look'), CAUSE);
  expect(await lines.next()).toMatchObject({ method: 'notifications/tools/list_changed' });
  expect(await tools()).toEqual(['look']);
  expect(denialOf(await call('send'))).toMatchObject({ because: [{ code: 'tool' }] });
  await lines.close();
});

it('waits for a person where it is wider, and is in force when somebody has said yes', async () => {
  const lines = await listenTo(here.gateway.url, token, session);
  const approval = await askForMore();
  expect(await tools()).toEqual(['look', 'send']);
  const answered = await here.keeper.approvals.answer(approval, 'approved', byBoss('fine by me'));
  expect(answered.state).toBe('approved');
  expect(await tools()).toEqual(['look', 'send', 'wipe']);
  expect(await lines.next()).toMatchObject({ method: 'notifications/tools/list_changed' });
  expect(await call('wipe')).toMatchObject({ content: [{ text: 'done' }] });
  expect(here.keeper.approvals.find(approval)?.state).toBe('used');
  expect(here.gateway.entries).toContainEqual(
    expect.objectContaining({
      kind: 'permission_change',
      event: 'widened',
      by: 'boss',
      why: `fine by me (${approval})`,
    }),
  );
  await lines.close();
});

it('stays as it is when somebody says no', async () => {
  const approval = await askForMore();
  await here.keeper.approvals.answer(approval, 'denied', byBoss());
  expect(await tools()).toEqual(['look', 'send']);
  expect(denialOf(await call('wipe'))).toMatchObject({ because: [{ code: 'tool' }] });
});

it('comes to nothing when the task was changed since it was asked for, whoever says yes', async () => {
  const approval = await askForMore();
  await here.keeper.tasks.change(task.id, only('look'), CAUSE);
  await expect(here.keeper.approvals.answer(approval, 'approved', byBoss())).rejects.toMatchObject({
    code: 'TASK_REFUSED',
  });
  expect(await tools()).toEqual(['look']);
  expect(here.keeper.approvals.find(approval)?.state).toBe('expired');
});

it('is denied with all else that waits when the task ends', async () => {
  const approval = await askForMore();
  await here.keeper.tasks.close(task.id, 'revoked', CAUSE);
  expect(here.keeper.approvals.find(approval)?.state).toBe('denied');
  await expect(here.keeper.approvals.answer(approval, 'approved', byBoss())).rejects.toMatchObject({
    code: 'APPROVAL_OVER',
  });
});
