import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import { type Deployment, type Ended, makeDeployment, runMerlon, type Serving } from '../deployment.ts';
import { freePort } from '../free-port.ts';
import { type Http, speakTo } from '../mcp-client.ts';
import { openRaw, requestText } from '../raw-http.ts';
import { denialOf } from './task-gateway.ts';

// The management API and the command line, as strangers, tasks and careless programs use them.

let deployment: Deployment;
let serving: Serving;
let http: Http;
let [user, other, admin] = ['', '', ''];

beforeAll(async () => {
  const grants = [{ tool: 'sh/echo', always_ask: true, on_deny: 'ask' }, { tool: 'sh/hang' }];
  deployment = await makeDeployment({
    permissions: {
      roles: [
        { name: 'admin', permissions: ['*:*'] },
        { name: 'user', permissions: ['read:*', 'execute:tool'] },
        { name: 'plain', permissions: ['read:info', 'execute:tool'] },
      ],
      tasks: {
        types: [
          { name: 'work', roles: ['user', 'plain', 'admin'], pinned: false, grants },
          { name: 'else', roles: ['admin'], pinned: false, grants },
        ],
      },
    },
    security: { rate_limiting: false },
    mcpServers: { sh: { command: 'sh', args: [join(import.meta.dirname, '../fixtures/sh-server.sh')] } },
  });
  [user, other, admin] = [deployment.key('plain'), deployment.key('plain'), deployment.key('admin')];
  serving = await deployment.start();
  http = speakTo({ url: serving.url, ca: deployment.ca });
});
afterAll(async () => {
  await http.close();
  await deployment.remove();
});

interface Said {
  readonly status: number;
  readonly text: string;
  readonly body: JsonObject;
  readonly list: readonly JsonObject[];
  readonly code: unknown;
}

async function api(method: string, path: string, key: string, body?: unknown): Promise<Said> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const init = body === undefined ? { method, headers } : { method, headers, body: sent };
  return read(await http.fetch(`/api/v2${path}`, init));
}

async function read(response: { status: number; text(): Promise<string> }): Promise<Said> {
  const text = await response.text();
  const parsed: unknown = JSON.parse(text);
  const body = isObject(parsed) ? parsed : {};
  const list = Array.isArray(parsed) ? parsed.filter(isObject) : [];
  const { error } = body;
  return { status: response.status, text, body, list, code: isObject(error) ? error['code'] : undefined };
}

interface Opened {
  readonly id: string;
  readonly credential: string;
}

async function open(key = user, context: JsonObject = {}): Promise<Opened> {
  const { body, status, text } = await api('POST', '/tasks', key, { type: 'work', ...context });
  if (status !== 201) throw new Error(text);
  const { task, credential } = body as { task: { id: string }; credential: string };
  return { id: task.id, credential };
}

async function approvalOf(task: Opened): Promise<string> {
  const session = await http.open('/mcp/sh', task.credential);
  const { approval } = denialOf((await session.call('echo', { mark: task.id })).result) as { approval: { id: string } };
  return approval.id;
}

describe('tasks and approvals of others', () => {
  it('are not there for another caller, whatever is tried with them', async () => {
    const task = await open();
    const approval = await approvalOf(task);
    const tries = [
      ['GET', `/tasks/${task.id}`],
      ['PATCH', `/tasks/${task.id}`, { grants: [], why: 'x' }],
      ['DELETE', `/tasks/${task.id}`],
      ['GET', `/approvals/${approval}`],
    ] as const;
    for (const [method, path, body] of tries) {
      const said = await api(method, path, other, body);
      expect([said.status, said.code], `${method} ${path}`).toEqual([
        404,
        path.startsWith('/tasks') ? 'TASK_UNKNOWN' : 'APPROVAL_UNKNOWN',
      ]);
      const none = await api(method, path.replace(/[^/]+$/, 'aaaaaaaaaaaaaaaa'), other, body);
      expect(none.text).toBe(said.text);
    }
    expect((await api('GET', '/tasks', other)).list).toEqual([]);
    expect((await api('GET', '/approvals', other)).list).toEqual([]);
    expect((await api('GET', '/tasks?all=true', other)).status).toBe(403);
    expect((await api('POST', `/approvals/${approval}`, other, { verdict: 'approved', why: 'x' })).status).toBe(403);
    expect((await api('GET', `/tasks/${task.id}`, user)).body).toMatchObject({ status: 'open' });
  });

  it('are those of the whole gateway for who may read them', async () => {
    const task = await open();
    const approval = await approvalOf(task);
    expect((await api('GET', '/tasks?all=true', admin)).list).toContainEqual(expect.objectContaining({ id: task.id }));
    expect((await api('GET', '/tasks', admin)).list).not.toContainEqual(expect.objectContaining({ id: task.id }));
    expect((await api('GET', '/approvals', admin)).list).toContainEqual(
      expect.objectContaining({ id: approval, task: task.id, state: 'open', tool: 'sh/echo', second_factor: false }),
    );
  });
});

describe('the credential of a task', () => {
  it('reaches the task and its parts, nothing beside or above, even of an admin', async () => {
    const [parent, beside] = [await open(admin), await open(admin)];
    const under = { tools: ['sh/echo'], parent: parent.id };
    const child = await open(parent.credential, under);
    const approvals = {
      parent: await approvalOf(parent),
      beside: await approvalOf(beside),
      child: await approvalOf(child),
    };
    const ids = async (path: string, key: string) => (await api('GET', path, key)).list.map(({ id }) => id).toSorted();
    expect(await ids('/tasks', parent.credential)).toEqual([parent.id, child.id].toSorted());
    expect(await ids('/tasks', child.credential)).toEqual([child.id]);
    expect(await ids('/approvals', child.credential)).toEqual([approvals.child]);
    expect(await ids('/approvals', parent.credential)).toEqual([approvals.parent, approvals.child].toSorted());
    for (const id of [parent.id, beside.id])
      for (const method of ['GET', 'DELETE'])
        expect((await api(method, `/tasks/${id}`, child.credential)).status).toBe(404);
    expect((await api('GET', '/tasks?all=true', parent.credential)).status).toBe(403);
    const yes = { verdict: 'approved', why: 'me' };
    for (const id of Object.values(approvals))
      expect((await api('POST', `/approvals/${id}`, parent.credential, yes)).status).toBe(403);
    // It opens nothing but parts of its own task, which have nothing that they do not ask for by name.
    const stranger = { type: 'work', parent: beside.id, tools: ['sh/echo'] };
    expect((await api('POST', '/tasks', child.credential, stranger)).code).toBe('TASK_REFUSED');
    expect((await api('POST', '/tasks', parent.credential, { type: 'work' })).body).toMatchObject({
      task: { parent: parent.id, grants: [] },
    });
  });

  it('tells nothing of the gateway that the role may know beside the task', async () => {
    const { credential } = await open(admin);
    for (const path of ['/roles', '/tools', '/config/logging', '/controls']) {
      expect((await api('GET', path, credential)).code, path).toBe('FORBIDDEN');
      expect((await api('GET', path, admin)).status, path).toBe(200);
    }
    expect((await api('GET', '/info', credential)).body).not.toHaveProperty('switched_off');
    expect((await api('GET', '/info', admin)).body).toHaveProperty('switched_off');
  });

  it('ends its task, and says it is over after that', async () => {
    const task = await open();
    expect((await api('DELETE', `/tasks/${task.id}?why=done`, task.credential)).body).toEqual({ ended: [task.id] });
    expect((await api('GET', '/tasks', task.credential)).status).toBe(401);
    expect((await api('GET', `/tasks/${task.id}`, user)).body).toMatchObject({ status: 'closed' });
    expect((await api('DELETE', `/tasks/${task.id}`, user)).body).toEqual({ ended: [] });
  });
});

describe('what is malformed', () => {
  const bad: [string, string, string, unknown][] = [
    ['another key', 'POST', '/tasks', { type: 'work', grants: [] }],
    ['a key of all objects', 'POST', '/tasks', '{"type":"work","__proto__":{"x":1}}'],
    ['a wrong type', 'POST', '/tasks', { type: 5 }],
    ['a list', 'POST', '/tasks', []],
    ['nothing', 'POST', '/tasks', 'null'],
    ['an empty body', 'POST', '/tasks', ''],
    ['no JSON', 'POST', '/tasks', '{"type":'],
    ['deep nesting', 'POST', '/tasks', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['a resource that there is not', 'POST', '/tasks', { resources: ['everything'] }],
    ['a fraction of a second', 'POST', '/tasks', { seconds: 0.5 }],
    ['a negative time', 'POST', '/tasks', { seconds: -1 }],
    ['a scope that is none', 'POST', '/tasks', { type: 'work', scopes: { read: ['files:../x'] } }],
    ['grants that are none', 'PATCH', '/tasks/ID', { grants: [{ tool: 'x' }], why: 'x' }],
    [
      'a grant with another key',
      'PATCH',
      '/tasks/ID',
      { grants: [{ id: 'a', tool: 'sh/echo', effects: ['read'], allow: 1 }], why: 'x' },
    ],
    ['no reason', 'PATCH', '/tasks/ID', { grants: [] }],
    ['an answer that is none', 'POST', '/approvals/ID', { verdict: 'maybe', why: 'x' }],
    ['an answer without a reason', 'POST', '/approvals/ID', { verdict: 'approved' }],
    ['another way to answer', 'POST', '/approvals/ID', { verdict: 'approved', why: 'x', through: 'client' }],
    ['a query that is none', 'GET', '/tasks?all=yes', undefined],
    ['a state that is none', 'GET', '/approvals?state=maybe', undefined],
  ];
  it.each(bad)('is refused with what is wrong: %s', async (_what, method, path, body) => {
    const task = await open(admin);
    const said = await api(
      method,
      path.replace('ID', path.startsWith('/tasks') ? task.id : await approvalOf(task)),
      admin,
      body,
    );
    expect([said.status, said.code]).toEqual([400, 'PARAMS_INVALID']);
    expect(said.text).not.toMatch(/ {4}at |node_modules|\.ts:/);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', undefined])(
    'is a body that says it is no JSON: %s',
    async (type) => {
      const headers = { authorization: `Bearer ${user}`, ...(type === undefined ? {} : { 'content-type': type }) };
      const body = Buffer.from('{"type":"work","tools":["sh/hang"]}');
      const said = await read(await http.fetch('/api/v2/tasks', { method: 'POST', headers, body }));
      expect([said.status, said.code]).toEqual([400, 'PARAMS_INVALID']);
    },
  );

  it('is refused before it is read when it is large, or says no length', async () => {
    const text = JSON.stringify({ type: 'work', request: 'x'.repeat(300_000) });
    const large = await api('POST', '/tasks', user, text);
    expect([large.status, large.code]).toEqual([413, 'BODY_TOO_LARGE']);
    const raw = await openRaw({ url: serving.url, ca: deployment.ca });
    const headers = { authorization: `Bearer ${user}`, 'content-type': 'application/json' };
    const chunked = { ...headers, 'transfer-encoding': 'chunked' };
    const first = requestText('POST /api/v2/tasks', { host: new URL(serving.url).host, ...chunked });
    await raw.send(`${first}f\r\n{"type":"work"}\r\n0\r\n\r\n`);
    const answer = await raw.answer();
    raw.socket.destroy();
    expect([answer.status, answer.body]).toEqual([413, expect.stringContaining('BODY_TOO_LARGE')]);
  });

  it('is a type that there is not, or that is not for the role, in the same words', async () => {
    const [none, notMine] = [
      await api('POST', '/tasks', user, { type: 'nope' }),
      await api('POST', '/tasks', user, { type: 'else' }),
    ];
    expect([none.status, none.code]).toEqual([403, 'TASK_REFUSED']);
    expect(notMine.text.replaceAll('else', 'nope')).toBe(none.text);
  });
});

describe('the command line', () => {
  const merlon = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    runMerlon([...args, '--url', serving.url, '--ca', deployment.caFile], { MERLON_API_KEY: '', ...env });

  it.each([
    ['task', 'list'],
    ['approvals', 'list'],
  ])('says what to do without a key: %s %s', async (...args) => {
    const { code, stdout, stderr } = await merlon(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('MERLON_API_KEY');
  });

  it('says that it could not look when nobody is there, or somebody else is', async () => {
    const gone = await runMerlon(['task', 'list', '--url', `https://127.0.0.1:${await freePort()}`], {
      MERLON_API_KEY: user,
    });
    // Its certificate is not trusted without the authority's.
    const strange = await runMerlon(['approvals', 'list', '--url', serving.url], { MERLON_API_KEY: user });
    for (const { code, stdout, stderr } of [gone, strange]) {
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toContain('GATEWAY_UNREACHABLE');
      expect(stderr).not.toMatch(/ {4}at |node_modules/);
    }
  });

  it.each([
    [['task', 'show', 'aaaaaaaaaaaaaaaa'], 'TASK_UNKNOWN'],
    [['task', 'close', '../approvals'], 'TASK_UNKNOWN'],
    [['task', 'open', '--type', 'else'], 'TASK_REFUSED'],
    [['approvals', 'approve', 'apr_x', '--why', 'x'], 'FORBIDDEN'],
  ])('passes on what the gateway refuses: %j', async (args, code) => {
    const ended = await merlon(args, { MERLON_API_KEY: user });
    expect([ended.code, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toContain(code);
  });

  it('takes no seconds that are none', async () => {
    const ended = await merlon(['task', 'open', '--type', 'work', '--seconds', '1.5'], { MERLON_API_KEY: user });
    expect(ended.code).toBe(2);
  });

  it('puts more permissions in force with a yes, and says who gave it', async () => {
    const task = await open(user, { tools: ['sh/hang'] });
    const all = (await api('GET', `/tasks/${(await open()).id}`, user)).body['grants'];
    const asked = await api('PATCH', `/tasks/${task.id}`, user, { grants: all, why: 'it has to echo' });
    expect(asked).toMatchObject({ status: 202, body: { outcome: 'asks' } });
    const { approval } = asked.body as { approval: string };
    const listed = (await merlon(['approvals', 'list'], { MERLON_API_KEY: admin })).stdout;
    // Whoever says yes sees to what, and why.
    for (const shown of [approval, 'it has to echo', 'sh/echo']) expect(listed).toContain(shown);
    const yes = await merlon(['approvals', 'approve', approval, '--why', 'fine'], { MERLON_API_KEY: admin });
    expect([yes.code, yes.stderr]).toEqual([0, '']);
    const { body } = await api('GET', `/tasks/${task.id}`, user);
    expect(body).toMatchObject({ epoch: 2, grants: all });
    expect((await api('GET', `/approvals/${approval}`, user)).body).toMatchObject({
      state: 'used',
      answer: { through: 'terminal', why: 'fine' },
    });
  });
});
