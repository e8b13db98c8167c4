import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import type { ApproveOutcome, ApprovePlan } from '../clients/approve-plan.ts';
import { type Deployment, type Ended, makeDeployment, runMerlon, type Serving } from '../deployment.ts';
import { type Http, type McpSession, speakTo } from '../mcp-client.ts';
import { denialOf } from './task-gateway.ts';

const run = promisify(execFile);

// Real servers from npm behind a real gateway; the folder that tasks may touch, and one beside it that they may not.
let deployment: Deployment;
let serving: Serving;
let http: Http;
let [user, admin] = ['', ''];
// Two of one role: what one has used up is not the other's.
let [intern, secondIntern] = ['', ''];
let [open, secret, record] = ['', '', ''];

const roles = [
  { name: 'admin', permissions: ['*:*'] },
  { name: 'user', permissions: ['read:*', 'execute:tool'] },
  { name: 'intern', permissions: ['read:*', 'execute:tool'], default_task: 'notes' },
];

const POLICY = `@id("no-shouting")
forbid(principal, action, resource == Tool::"everything/echo") when { context.args.message like "*!*" };`;

const NOTES = [
  { tool: 'memory/read_graph', uses: 2 },
  { tool: 'memory/create_entities', on_deny: 'ask', always_ask: true },
];

/** Writes the configuration, with these grants of the type `notes`. */
async function configure(grants: readonly object[]): Promise<void> {
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
          { name: 'slow', roles: ['user'], pinned: false, grants: [{ tool: 'sh/slow' }] },
          {
            name: 'notes',
            roles: ['user', 'intern'],
            pinned: false,
            grants,
          },
        ],
      },
    },
    security: { rate_limiting: false },
    mcpServers: {
      files: { command: 'mcp-server-filesystem', args: [deployment.folder] },
      memory: { command: 'mcp-server-memory', env: { MEMORY_FILE_PATH: join(deployment.folder, 'memory.json') } },
      everything: { command: 'mcp-server-everything' },
      sh: { command: 'sh', args: [join(import.meta.dirname, '../fixtures/sh-server.sh'), record] },
    },
  });
}

beforeAll(async () => {
  deployment = await makeDeployment({});
  open = join(deployment.folder, 'open');
  secret = join(deployment.folder, 'secret');
  record = join(deployment.folder, 'arrived');
  for (const folder of [open, secret]) mkdirSync(folder);
  writeFileSync(join(open, 'a.txt'), 'written to ann@example.com');
  writeFileSync(join(secret, 'key.txt'), 'the key');
  writeFileSync(join(deployment.folder, 'guardrails.cedar'), POLICY);
  await configure(NOTES);
  [user, admin] = [deployment.key('user'), deployment.key('admin')];
  [intern, secondIntern] = [deployment.key('intern'), deployment.key('intern')];
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

/** Entries of the audit log. */
function audit(): {
  readonly kind: string;
  readonly event?: string;
  readonly seq?: number;
  readonly intent?: number;
  readonly status?: string;
  readonly task?: { readonly id: string };
}[] {
  const lines = readFileSync(join(deployment.state, 'audit.log'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as ReturnType<typeof audit>[number]);
}

/** The calls that reached the program `sh`. */
function arrived(): string[] {
  return existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : [];
}

/** Runs a client of an SDK, in a program of its own. */
async function drive(driver: string, plan: ApprovePlan): Promise<ApproveOutcome> {
  const file = join(import.meta.dirname, '..', 'clients', driver);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: deployment.caFile };
  const { stdout } = await run(process.execPath, [file, JSON.stringify(plan)], { env, timeout: 30_000 });
  return JSON.parse(stdout) as ApproveOutcome;
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

  it.each([
    ['its opener closes it', () => user, []],
    ['an admin revokes it', () => admin, ['--why', 'enough']],
  ] as const)('cancels what is in flight when %s', async (_who, key, why) => {
    const { id, credential } = await openTask({ type: 'slow' });
    const session = await connect(credential);
    const mark = join(deployment.folder, `mark-${id}`);
    const answer = session.call('sh__slow', { mark });
    await expect.poll(() => arrived()).toContain(`slow ${mark}`);
    expect((await merlon(['task', 'close', id, ...why], key())).code).toBe(0);
    expect((await answer).error?.data?.code).toBe('TASK_OVER');
    const intent = audit().findLast((entry) => entry.kind === 'intent' && entry.task?.id === id);
    expect(intent).toMatchObject({ method: 'tools/call' });
    await expect.poll(() => audit().find((entry) => entry.intent === intent?.seq)?.status).toBe('cancelled');
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

  it.each([
    ['SDK v1, while the call waits', 'approve-v1.ts', '2025-11-25'],
    ['SDK v2, which calls again', 'approve-v2.ts', '2026-07-28'],
  ])('asks the user of %s', async (_client, driver, version) => {
    const { credential } = await openTask({ type: 'notes' });
    const call = (name: string) => ({
      name: 'memory__create_entities',
      arguments: { entities: [{ name: `${name} of ${version}`, entityType: 'person', observations: [] }] },
    });
    const outcome = await drive(driver, {
      url: `${serving.url}/mcp`,
      token: credential,
      answers: [
        { action: 'accept', content: { approve: true, why: 'she asked' } },
        { action: 'decline' },
        { action: 'accept', content: { approve: false } },
      ],
      calls: [call('Ann'), call('Eve'), call('Eve'), call('Zoe')],
    });
    expect(outcome.version).toBe(version);
    expect(outcome.asked).toHaveLength(3);
    const [ann, eve, again, zoe] = outcome.results.map((result) => (isObject(result) ? result : {}));
    expect(ann?.['isError']).not.toBe(true);
    for (const denied of [eve, again, zoe]) expect(denialOf(denied)).toMatchObject({ approval: { state: 'denied' } });
    const graph = readFileSync(join(deployment.folder, 'memory.json'), 'utf8');
    expect(graph).toContain(`Ann of ${version}`);
    expect(graph).not.toMatch(new RegExp(`(Eve|Zoe) of ${version}`));
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
    const first = await connect(intern);
    expect(await toolsOf(first)).toEqual(['memory__create_entities', 'memory__read_graph']);
    for (let call = 0; call < 2; call += 1)
      expect((await first.call('memory__read_graph')).result?.['isError']).not.toBe(true);
    const again = await connect(intern);
    expect(denialOf((await again.call('memory__read_graph')).result)).toMatchObject({ because: [{ code: 'budget' }] });
  });

  it('has what its type gives when the configuration is read again, in the session that is open', async () => {
    const session = await connect(secondIntern);
    const opened = await openTask({ type: 'notes' });
    expect(await toolsOf(session)).toHaveLength(2);
    await configure(NOTES.slice(0, 1));
    process.kill(serving.pid, 'SIGHUP');
    await expect.poll(() => toolsOf(session)).toEqual(['memory__read_graph']);
    const denied = denialOf((await session.call('memory__create_entities', { entities: [] })).result);
    expect(denied).toMatchObject({ because: [{ code: 'tool' }] });
    // What was opened for other grants than the type gives now is over.
    await expect
      .poll(async () => (await api('GET', `/api/v2/tasks/${opened.id}`, user)).body)
      .toMatchObject({
        status: 'revoked',
      });
  });
});

describe('the audit log', () => {
  it('says of every change what held before and after, and who said yes to what', () => {
    const kinds = new Set(audit().map(({ kind, event }) => `${kind} ${event ?? ''}`));
    for (const kind of ['permission_change opened', 'permission_change closed', 'approval asked', 'approval approved'])
      expect(kinds).toContain(kind);
  });
});
