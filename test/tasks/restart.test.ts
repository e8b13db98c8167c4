import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import { type Deployment, makeDeployment, type Serving } from '../deployment.ts';
import { type Http, speakTo } from '../mcp-client.ts';
import { denialOf } from './task-gateway.ts';

// A gateway that is killed, and another one on the same files.

let deployment: Deployment;
let serving: Serving;
let http: Http;
let [user, admin] = ['', ''];

beforeAll(async () => {
  deployment = await makeDeployment({
    permissions: {
      roles: [
        { name: 'admin', permissions: ['*:*'] },
        { name: 'user', permissions: ['read:*', 'execute:tool'] },
      ],
      tasks: {
        approval_seconds: 3_600,
        types: [
          {
            name: 'work',
            roles: ['user'],
            pinned: false,
            grants: [
              { tool: 'sh/echo', uses: 3 },
              { tool: 'sh/slow', always_ask: true, on_deny: 'ask' },
              { tool: 'sh/hang' },
            ],
          },
        ],
      },
    },
    security: { rate_limiting: false },
    mcpServers: { sh: { command: 'sh', args: [join(import.meta.dirname, '../fixtures/sh-server.sh')] } },
  });
  [user, admin] = [deployment.key('user'), deployment.key('admin')];
  await begin();
});
afterAll(async () => {
  await http.close();
  await deployment.remove();
});

async function begin(): Promise<void> {
  serving = await deployment.start();
  http = speakTo({ url: serving.url, ca: deployment.ca });
}

async function killAndBegin(): Promise<void> {
  process.kill(serving.pid, 'SIGKILL');
  await http.close();
  await serving.stop();
  await begin();
}

async function api(method: string, path: string, key: string, body?: JsonObject): Promise<JsonObject> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const answer: unknown = await (await http.fetch(`/api/v2${path}`, init)).json();
  return isObject(answer) ? answer : { list: answer as never };
}

interface Opened {
  readonly id: string;
  readonly credential: string;
  readonly grants: readonly JsonObject[];
}

async function open(more: JsonObject = {}): Promise<Opened> {
  const { task, credential } = (await api('POST', '/tasks', user, { type: 'work', ...more })) as {
    task: { id: string; grants: JsonObject[] };
    credential: string;
  };
  return { id: task.id, grants: task.grants, credential };
}

async function call({ credential }: Opened, name: string, args: JsonObject = {}): Promise<JsonObject> {
  const session = await http.open('/mcp/sh', credential);
  return (await session.call(name, args)).result ?? {};
}

async function approvalOf(task: Opened, args: JsonObject): Promise<string> {
  const { approval } = denialOf(await call(task, 'slow', args)) as { approval: { id: string } };
  return approval.id;
}

it('leaves everything as it was acknowledged: credentials, grants, budgets, approvals, and what has ended', async () => {
  const [whole, narrowed, closed, widened] = [
    await open(),
    await open(),
    await open(),
    await open({ tools: ['sh/echo'] }),
  ];
  const parent = await open();
  const child = (await api('POST', '/tasks', parent.credential, {
    type: 'work',
    tools: ['sh/echo'],
    parent: parent.id,
  })) as { task: { id: string }; credential: string };
  await call(whole, 'echo', { mark: '1' });
  await call(whole, 'echo', { mark: '2' });
  const fewer = narrowed.grants.filter(({ tool }) => tool === 'sh/hang');
  expect(await api('PATCH', `/tasks/${narrowed.id}`, user, { grants: [...fewer], why: 'less' })).toMatchObject({
    outcome: 'narrowed',
  });
  const more = await api('PATCH', `/tasks/${widened.id}`, user, { grants: [...whole.grants], why: 'more' });
  // The tool answers when the file is there; these are.
  const [waiting, passing] = [{ mark: deployment.certFile }, { mark: deployment.caFile }];
  const said = { verdict: 'approved', why: 'fine' };
  expect(await api('POST', `/approvals/${more['approval'] as string}`, admin, said)).toMatchObject({
    state: 'approved',
  });
  const [waits, allowed] = [await approvalOf(whole, waiting), await approvalOf(whole, passing)];
  await api('POST', `/approvals/${allowed}`, admin, said);
  await api('DELETE', `/tasks/${closed.id}`, user);
  await api('DELETE', `/tasks/${parent.id}`, user);
  const before = await api('GET', '/tasks', user);

  await killAndBegin();

  expect(await api('GET', '/tasks', user)).toEqual(before);
  // One use of three is left, and none is given back.
  expect(await call(whole, 'echo', { mark: '3' })).toMatchObject({ content: [{ text: '3' }] });
  expect(denialOf(await call(whole, 'echo', { mark: '4' }))).toMatchObject({ because: [{ code: 'budget' }] });
  expect(denialOf(await call(narrowed, 'echo', { mark: '5' }))).toMatchObject({ because: [{ code: 'tool' }] });
  expect(denialOf(await call(widened, 'slow', passing))).toHaveProperty('approval');
  // What was approved passes once; what waits still waits.
  expect(await call(whole, 'slow', passing)).toMatchObject({ content: [{ text: 'slow done' }] });
  expect(await approvalOf(whole, passing)).not.toBe(allowed);
  expect(await approvalOf(whole, waiting)).toBe(waits);
  for (const { credential } of [closed, parent, child])
    await expect(http.open('/mcp/sh', credential)).rejects.toThrow(/401/);

  await killAndBegin();

  expect(denialOf(await call(whole, 'echo', { mark: '6' }))).toMatchObject({ because: [{ code: 'budget' }] });
  expect(await api('GET', `/approvals/${allowed}`, admin)).toMatchObject({ state: 'used' });
});
