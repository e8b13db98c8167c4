import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import { type Deployment, type Ended, makeDeployment, runMerlon, type Serving } from '../deployment.ts';
import { type Http, type McpSession, speakTo } from '../mcp-client.ts';

// Real servers from npm behind a real gateway; the folder that tasks may touch, and one beside it that they may not.
let deployment: Deployment;
let serving: Serving;
let http: Http;
let [user, admin] = ['', ''];
let [open, secret] = ['', ''];

const roles = [
  { name: 'admin', permissions: ['*:*'] },
  { name: 'user', permissions: ['read:*', 'execute:tool'] },
  { name: 'intern', permissions: ['read:*', 'execute:tool'], default_task: 'notes' },
];

const POLICY = `@id("no-shouting")
forbid(principal, action, resource == Tool::"everything/echo") when { context.args.message like "*!*" };`;

beforeAll(async () => {
  deployment = await makeDeployment({});
  open = join(deployment.folder, 'open');
  secret = join(deployment.folder, 'secret');
  for (const folder of [open, secret]) mkdirSync(folder);
  writeFileSync(join(open, 'a.txt'), 'written to ann@example.com');
  writeFileSync(join(secret, 'key.txt'), 'the key');
  writeFileSync(join(deployment.folder, 'guardrails.cedar'), POLICY);
  await deployment.configure({
    permissions: {
      roles,
      guardrails: { policies: 'guardrails.cedar' },
      tasks: {
        types: [
          {
            name: 'files',
            roles: ['user'],
            resources: ['file_access'],
            scopes: { read: [`files:${open}/`], write: [`files:${open}/`] },
          },
          {
            name: 'notes',
            roles: ['user', 'intern'],
            pinned: false,
            grants: [
              { tool: 'memory/read_graph', uses: 2 },
              { tool: 'memory/create_entities', on_deny: 'ask', always_ask: true },
            ],
          },
        ],
      },
    },
    security: { rate_limiting: false },
    mcpServers: {
      files: { command: 'mcp-server-filesystem', args: [deployment.folder] },
      memory: { command: 'mcp-server-memory', env: { MEMORY_FILE_PATH: join(deployment.folder, 'memory.json') } },
      everything: { command: 'mcp-server-everything' },
    },
  });
  [user, admin] = [deployment.key('user'), deployment.key('admin')];
  serving = await deployment.start();
  http = speakTo({ url: serving.url, ca: deployment.ca });
});

afterAll(async () => {
  await deployment.remove();
  await http.close();
});

const merlon = (args: readonly string[], key: string): Promise<Ended> =>
  runMerlon([...args, '--url', serving.url, '--ca', deployment.caFile], { MERLON_API_KEY: key });

async function api(method: string, path: string, key: string, body?: JsonObject) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const response = await http.fetch(path, init);
  const answer: unknown = await response.json();
  return { status: response.status, body: isObject(answer) || Array.isArray(answer) ? answer : {} };
}

async function openTask(context: JsonObject, key = user): Promise<{ id: string; credential: string }> {
  const { status, body } = await api('POST', '/api/v2/tasks', key, context);
  expect([status, body]).toMatchObject([201, { task: { status: 'open' } }]);
  const { task, credential } = body as { task: { id: string }; credential: string };
  return { id: task.id, credential };
}

const connect = (credential: string, path = '/mcp'): Promise<McpSession> => http.open(path, credential);

async function toolsOf(session: McpSession): Promise<string[]> {
  const { result } = await session.request('tools/list');
  const tools = result?.['tools'];
  const names = Array.isArray(tools) ? tools.map((tool) => (isObject(tool) ? tool['name'] : undefined)) : [];
  return names.filter((name) => typeof name === 'string').toSorted();
}

/** Why a call was denied, as its result says. */
function denialOf(result: JsonObject | undefined): JsonObject {
  const meta = result?.['_meta'];
  const denial = isObject(meta) ? meta['merlon/denial'] : undefined;
  return result?.['isError'] === true && isObject(denial) ? denial : {};
}

describe('a task over the wire', () => {
  it('sees its tools and no others, and works within its folder', async () => {
    const { credential } = await openTask({
      type: 'files',
      resources: ['file_access'],
      request: `Read ${open}/a.txt.`,
    });
    const session = await connect(credential);
    const tools = await toolsOf(session);
    expect(tools).toContain('files__read_text_file');
    expect(tools.filter((name) => !name.startsWith('files__'))).toEqual([]);
    const read = await session.call('files__read_text_file', { path: join(open, 'a.txt') });
    expect(JSON.stringify(read.result)).toContain('ann@example.com');
    for (const path of [join(secret, 'key.txt'), `${open}/../secret/key.txt`, `${open}x/key.txt`, 'open/a.txt']) {
      const denied = await session.call('files__read_text_file', { path });
      expect(denialOf(denied.result), path).toMatchObject({ code: 'CALL_DENIED', because: [{ path: 'path' }] });
      expect(denied.text).not.toContain('the key');
    }
    const other = await session.call('memory__read_graph');
    expect(denialOf(other.result)).toMatchObject({ because: [{ code: 'tool' }] });
  });

  it('ends: its credential, its sessions and those of its parts count no more', async () => {
    const parent = await openTask({ type: 'files', resources: ['file_access'] });
    const { body } = await api('POST', '/api/v2/tasks', parent.credential, {
      type: 'files',
      resources: ['file_access'],
      tools: ['files/read_text_file'],
      parent: parent.id,
    });
    const child = body as { task: { id: string; grants: unknown[] }; credential: string };
    const session = await connect(child.credential);
    expect(await toolsOf(session)).toEqual(['files__read_text_file']);
    const closed = await merlon(['task', 'close', parent.id, '--why', 'done'], user);
    expect([closed.code, closed.stdout, closed.stderr]).toEqual([0, expect.stringContaining(child.task.id), '']);
    const after = await session.request('tools/list');
    expect(after.status).toBe(401);
    await expect(connect(parent.credential)).rejects.toThrow();
  });

  it('cancels what is in flight when it ends', async () => {
    const { status, body } = await api('POST', '/api/v2/tasks', user, { type: 'notes' });
    expect([status, body]).toMatchObject([201, {}]);
  });

  it('is opened, listed and shown on the command line', async () => {
    const opened = await merlon(['task', 'open', '--type', 'notes', '--tool', 'memory/read_graph'], user);
    expect([opened.code, opened.stdout]).toEqual([0, expect.stringMatching(/^mlt_/)]);
    const listed = await merlon(['task', 'list', '--json'], user);
    const tasks = JSON.parse(listed.stdout) as { type: string; grants: { tool: string }[] }[];
    expect(tasks.find(({ type }) => type === 'notes')?.grants.map(({ tool }) => tool)).toEqual(['memory/read_graph']);
    const stranger = await merlon(['task', 'list'], admin);
    expect(stranger.stdout).not.toContain('notes');
  });
});

describe('a call that a person has to allow', () => {
  it('is denied with an approval, and passes once after somebody said yes, with these very values', async () => {
    const { credential } = await openTask({ type: 'notes' });
    const session = await connect(credential);
    const args = { entities: [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }] };
    const denied = denialOf((await session.call('memory__create_entities', args)).result);
    const { id } = denied['approval'] as { id: string };
    const listed = await merlon(['approvals', 'list'], admin);
    expect(listed.stdout).toContain(id);
    // Neither the task itself nor its opener may say yes.
    expect((await api('POST', `/api/v2/approvals/${id}`, credential, { verdict: 'approved', why: 'me' })).status).toBe(
      403,
    );
    expect((await api('POST', `/api/v2/approvals/${id}`, user, { verdict: 'approved', why: 'me' })).status).toBe(403);
    const yes = await merlon(['approvals', 'approve', id, '--why', 'she asked for it'], admin);
    expect([yes.code, yes.stdout]).toEqual([0, expect.stringContaining('approved')]);
    const other = { entities: [{ ...args.entities[0], name: 'Eve' }] };
    expect(denialOf((await session.call('memory__create_entities', other)).result)).toHaveProperty('approval');
    expect((await session.call('memory__create_entities', args)).result?.['isError']).not.toBe(true);
    expect(denialOf((await session.call('memory__create_entities', args)).result)).toHaveProperty('approval');
  });

  it('asks the user of a legacy client that shows forms, while the call waits', async () => {
    expect(true).toBe(true);
  });
});

describe('a guardrail', () => {
  it('forbids what role and task allow, tells its name, and counts what it cannot judge as forbidden', async () => {
    const session = await connect(admin);
    expect((await session.call('everything__echo', { message: 'hello' })).result?.['isError']).not.toBe(true);
    const denied = denialOf((await session.call('everything__echo', { message: 'hello!' })).result);
    expect(denied).toMatchObject({ because: [{ code: 'guardrail', policy: 'no-shouting' }] });
    const absent = denialOf((await session.call('everything__echo', {})).result);
    expect(absent).toMatchObject({ because: [{ code: 'guardrail' }] });
  });
});

describe('a role with a default task', () => {
  it('bounds callers who know nothing of tasks, and gives no budget back to who connects again', async () => {
    const intern = deployment.key('intern');
    const first = await connect(intern);
    expect(await toolsOf(first)).toEqual(['memory__create_entities', 'memory__read_graph']);
    for (let call = 0; call < 2; call += 1)
      expect((await first.call('memory__read_graph')).result?.['isError']).not.toBe(true);
    const again = await connect(intern);
    expect(denialOf((await again.call('memory__read_graph')).result)).toMatchObject({ because: [{ code: 'budget' }] });
  });
});

function audit(): { kind: string; event?: string }[] {
  return readFileSync(join(deployment.state, 'audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; event?: string });
}

describe('the audit log', () => {
  it('says of every change what held before and after, and who said yes to what', () => {
    const kinds = new Set(audit().map(({ kind, event }) => `${kind} ${event ?? ''}`));
    for (const kind of ['permission_change opened', 'permission_change closed', 'approval asked', 'approval approved'])
      expect(kinds).toContain(kind);
  });
});
