import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, processesWith } from './children/process-table.ts';
import type { StdioOutcome, StdioPlan } from './clients/stdio-plan.ts';
import { type Deployment, makeDeployment, merlon, programPath, runMerlon } from './deployment.ts';
import { MODERN_META } from './stdio-client.ts';
import { startStdio, type StdioProcess, type StdioProcessOptions } from './stdio-process.ts';
import { everythingTools } from './upstreams.ts';

const run = promisify(execFile);
const mark = randomUUID();
const secrets = { reference: `referenced-${randomUUID()}`, literal: `literal-${randomUUID()}` };

let deployment: Deployment;
let home: string;
let shared: string;
const started: StdioProcess[] = [];

beforeAll(async () => {
  deployment = await makeDeployment({});
  home = join(deployment.folder, 'home');
  shared = join(deployment.folder, 'shared');
  for (const folder of [home, shared]) mkdirSync(folder);
  writeFileSync(join(shared, 'hello.txt'), 'Hello from a file.');
  // No TLS, no certificate: nothing listens.
  await deployment.configure({
    server: { tls_cert: undefined, tls_key: undefined, max_body_bytes: 1_048_576 },
    security: { max_requests_per_minute: 60_000, rate_limit_burst: 10_000 },
    logging: { path: 'state/server.log' },
    mcpServers: {
      everything: { command: 'mcp-server-everything', args: ['stdio'] },
      filesystem: { command: 'mcp-server-filesystem', args: [shared] },
      memory: { command: 'mcp-server-memory', env: { MEMORY_FILE_PATH: join(deployment.folder, 'memory.jsonl') } },
      sh: {
        command: 'sh',
        args: [join(import.meta.dirname, 'fixtures/sh-server.sh')],
        env: { ORPHAN_MARK: mark, SOME_TOKEN: '${env:PLANTED}', OTHER_TOKEN: secrets.literal },
      },
      large: { command: process.execPath, args: [join(import.meta.dirname, 'fixtures/large-server.mjs')] },
      leaky: {
        command: process.execPath,
        args: [join(import.meta.dirname, 'fixtures/leaky-server.mjs'), join(deployment.folder, 'received')],
        env: { SOME_TOKEN: '${env:PLANTED}', OTHER_TOKEN: secrets.literal },
      },
    },
  });
});

afterAll(async () => {
  for (const one of started) one.kill('SIGKILL');
  await Promise.all(started.map(({ exited }) => exited));
  await deployment?.remove();
});

const environment = (): Record<string, string> => ({ PLANTED: secrets.reference, HOME: home, XDG_STATE_HOME: '' });

function start(args: readonly string[], options: StdioProcessOptions = {}): StdioProcess {
  const one = startStdio(args, { ...options, env: { ...environment(), ...options.env } });
  started.push(one);
  return one;
}

const stdio = (name: string, options: StdioProcessOptions = {}, ...more: readonly string[]): StdioProcess =>
  start(['stdio', name, '-c', deployment.file, ...more], options);

const entriesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): { kind: string; [key: string]: unknown } => JSON.parse(line));

/** What a process wrote into the audit log that is its own. */
const audit = (one: StdioProcess) => entriesOf(auditFile(one));
const auditFile = (one: StdioProcess): string => /^Audit log +(.*)$/m.exec(one.stderr())?.[1] ?? '';

const textOf = (result: unknown): unknown =>
  (result as { content?: { text?: string }[] } | undefined)?.content?.[0]?.text;

async function drive(driver: string, plan: Partial<StdioPlan> & Pick<StdioPlan, 'args' | 'good' | 'bad'>) {
  const env = { PATH: programPath, ...environment() };
  const whole = { command: process.execPath, env, ...plan, args: [merlon, ...plan.args] };
  const file = join(import.meta.dirname, 'clients', driver);
  const { stdout } = await run(process.execPath, [file, JSON.stringify(whole)], { timeout: 50_000 });
  return JSON.parse(stdout) as StdioOutcome;
}

const LONG = 'trigger-long-running-operation';
const everything = {
  good: { name: 'get-sum', arguments: { a: 2, b: 3 } },
  bad: { name: 'echo', arguments: {} },
  slow: { name: LONG, arguments: { duration: 5, steps: 50 } },
  brief: { name: LONG, arguments: { duration: 0.3, steps: 3 } },
  asking: ['get-roots-list', 'trigger-sampling-request', 'trigger-elicitation-request'].map((name) => ({
    name,
    arguments: name === 'trigger-sampling-request' ? { prompt: 'anything' } : {},
  })),
};

describe.each([
  ['SDK v1', 'stdio-v1.ts', 'legacy'],
  ['SDK v2', 'stdio-v2.ts', 'legacy'],
  ['SDK v2, probing', 'stdio-v2.ts', 'auto'],
  ['SDK v2, stateless', 'stdio-v2.ts', 'modern'],
] as const)('%s', (_client, driver, mode) => {
  it.each([
    ['merlon stdio', () => ['stdio', 'everything', '-c', deployment.file, '--role', 'admin']],
    ['merlon wrap', () => ['wrap', '--', 'mcp-server-everything', 'stdio']],
  ])('has all of server-everything through %s', async (_how, args) => {
    const outcome = await drive(driver, { args: args(), mode, ...everything });
    expect(outcome.tools).toEqual(expect.arrayContaining(everythingTools));
    expect([outcome.good, outcome.next]).toEqual(['The sum of 2 and 3 is 5.', 'The sum of 2 and 3 is 5.']);
    expect(outcome.bad).toMatch(/^error: /);
    expect(outcome.cancelled).toMatch(/^thrown: .*cancelled by the test/);
    // The SDKs forget whom to tell once the answer is there, which may be read together with the last progress; on the
    // wire all of it is looked at below.
    expect(outcome.progress.length).toBeGreaterThan(0);
    expect([1, 2, 3]).toEqual(expect.arrayContaining([...new Set(outcome.progress)]));
    const [roots, sampled, elicited] = outcome.asking;
    expect(roots).toContain('file:///projects/merlon');
    expect(sampled).toContain('sampled by the test');
    expect(elicited).toContain('Ann');
    expect(new Set(outcome.asked)).toEqual(new Set(['roots/list', 'sampling/createMessage', 'elicitation/create']));
    expect(
      outcome.complaints.filter((text) => !text.startsWith('Received a progress notification for an unknown token')),
    ).toEqual([]);
  });
});

describe.each([
  ['filesystem', { name: 'read_text_file', file: 'hello.txt' }, 'Hello from a file.'],
  ['memory', { name: 'search_nodes', query: 'merlon' }, JSON.stringify({ entities: [], relations: [] }, null, 2)],
] as const)('%s through SDK v1', (name, { name: tool, ...given }, text) => {
  const argumentsOf = (file: string) => ('file' in given ? { path: join(shared, file) } : { query: given.query });

  it.each(['stdio', 'wrap'])('works with merlon %s', async (how) => {
    const program = name === 'filesystem' ? ['mcp-server-filesystem', shared] : ['mcp-server-memory'];
    const args = how === 'stdio' ? ['stdio', name, '-c', deployment.file] : ['wrap', '--name', name, '--', ...program];
    const outcome = await drive('stdio-v1.ts', {
      args,
      good: { name: tool, arguments: argumentsOf('hello.txt') },
      bad: { name: tool, arguments: 'file' in given ? argumentsOf('../merlon.yaml') : { query: 7 } },
    });
    expect([outcome.tools.includes(tool), outcome.good]).toEqual([true, text]);
    expect(outcome.bad).toMatch(/^(error|thrown): /);
    expect(outcome.complaints).toEqual([]);
  });
});

describe('merlon stdio', () => {
  it('speaks to a client of 2026-07-28 without a session', async () => {
    const one = stdio('sh');
    const found = await one.request('server/discover', { _meta: MODERN_META });
    expect(found.result?.['supportedVersions']).toContain('2026-07-28');
    const called = await one.request('tools/call', { name: 'echo', arguments: { mark: 'hi' }, _meta: MODERN_META });
    expect(textOf(called.result)).toBe('hi');
    one.endInput();
    expect(await one.exited).toBe(0);
  });

  it('ends by itself with its input, with code 0, its session and its children', async () => {
    const one = stdio('sh');
    await one.initialize();
    expect(textOf((await one.request('tools/call', { name: 'echo', arguments: { mark: 'hi' } })).result)).toBe('hi');
    expect(processesWith(`ORPHAN_MARK=${mark}`, ['environ']).length).toBeGreaterThan(0);
    one.endInput();
    expect(await one.exited).toBe(0);
    expect(processesWith(`ORPHAN_MARK=${mark}`, ['environ'])).toEqual([]);
    expect(audit(one).map(({ kind }) => kind)).toContain('intent');
    expect(audit(one).at(-1)).toMatchObject({ kind: 'lifecycle', event: 'stopped' });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends at %s like that, also in the middle of a call',
    async (signal) => {
      const one = stdio('sh');
      await one.initialize();
      one.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hang', arguments: {} } });
      await eventually(() => audit(one).at(-1)?.['name'] === 'hang');
      one.kill(signal);
      expect(await one.exited).toBe(0);
      expect(processesWith(`ORPHAN_MARK=${mark}`, ['environ'])).toEqual([]);
      expect(audit(one)).toContainEqual(expect.objectContaining({ kind: 'outcome', status: 'cancelled' }));
    },
  );

  it('leaves no child behind when it is killed', async () => {
    const one = stdio('sh');
    await one.initialize();
    expect(processesWith(`ORPHAN_MARK=${mark}`, ['environ']).length).toBeGreaterThan(0);
    one.kill('SIGKILL');
    expect(await one.exited).toBeNull();
    await eventually(() => processesWith(`ORPHAN_MARK=${mark}`, ['environ']).length === 0);
  });

  it('tells of progress in order, all of it before the answer', async () => {
    const one = stdio('everything');
    await one.initialize();
    const before = one.heard.length;
    await one.request('tools/call', { ...everything.brief, _meta: { progressToken: 'mine' } });
    const told = one.heard.slice(before).filter(({ method }) => method === 'notifications/progress');
    expect(told.map(({ params }) => params)).toMatchObject(
      [1, 2, 3].map((progress) => ({ progress, progressToken: 'mine' })),
    );
    one.endInput();
    expect(await one.exited).toBe(0);
  });

  it('answers what is no message and goes on, with nothing but messages on stdout', async () => {
    const one = stdio('everything');
    await one.initialize();
    one.send('{"jsonrpc":"2.0",\n', Buffer.from([0xff, 0xfe, 10]), '[]\n', `"${'x'.repeat(1_100_000)}"\n`, '\n\n');
    const codes = async (): Promise<unknown[]> => {
      await one.request('ping');
      return one.heard.flatMap(({ id, error }) => (id === null ? [error?.data?.code] : []));
    };
    await expect.poll(async () => (await codes()).length).toBe(4);
    expect(new Set(await codes())).toEqual(new Set(['RPC_PARSE', 'RPC_INVALID', 'BODY_TOO_LARGE']));
    const answer = await one.request('tools/call', everything.good);
    expect(textOf(answer.result)).toBe('The sum of 2 and 3 is 5.');
    one.endInput();
    expect(await one.exited).toBe(0);
    expect(one.junk).toEqual([]);
    for (const message of one.heard) expect(message).toMatchObject({ jsonrpc: '2.0' });
    // The server log is a file, and all that is left to say is short.
    expect(one.stderr()).toMatch(/^Caller .*\nAudit log .*\n(Warning .*\n|Not enforced .*\n)*$/);
  });

  it('ends when its client reads no more, and when the client has closed its end', async () => {
    const deaf = stdio('large', { reads: false });
    deaf.send({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {} },
    });
    // Of 8 MiB each: more than a client may leave unread.
    for (let id = 1; id <= 12; id += 1) {
      deaf.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'large', arguments: {} } });
    }
    expect(await deaf.exited).toBe(0);
    const closed = stdio('sh');
    await closed.initialize();
    closed.closeOutput();
    closed.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } });
    expect(await closed.exited).toBe(0);
    expect(closed.stderr()).not.toMatch(/EPIPE|Error/);
  });

  it('serves two clients of one configuration side by side, each with its own record', async () => {
    const before = readdirSync(deployment.state);
    const [one, other] = [stdio('sh'), stdio('filesystem')];
    await Promise.all([one.initialize(), other.initialize()]);
    const files = [one, other].map(auditFile);
    expect(new Set(files.map((file) => file.slice(deployment.state.length + 1)))).toEqual(
      new Set(['audit.stdio-1.log', 'audit.stdio-2.log']),
    );
    await one.request('tools/call', { name: 'echo', arguments: { mark: 'mine' } });
    for (const each of [one, other]) each.endInput();
    expect(await Promise.all([one.exited, other.exited])).toEqual([0, 0]);
    expect(entriesOf(files[0] ?? '').some(({ args }) => String(args).includes('mine'))).toBe(true);
    expect(entriesOf(files[1] ?? '').some(({ args }) => String(args).includes('mine'))).toBe(false);
    const fresh = readdirSync(deployment.state).filter((name) => !before.includes(name));
    expect(fresh.every((name) => /^(audit|server)\.stdio-\d+\.log/.test(name))).toBe(true);
  });

  it('has all upstreams with --all, their names before what they offer', async () => {
    const one = start(['stdio', '--all', '-c', deployment.file, '--role', 'admin']);
    await one.initialize();
    const { result } = await one.request('tools/list');
    const names = (result as { tools: { name: string }[] }).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['sh__echo', 'everything__get-sum', 'filesystem__read_text_file']));
    expect(textOf((await one.request('tools/call', { ...everything.good, name: 'everything__get-sum' })).result)).toBe(
      'The sum of 2 and 3 is 5.',
    );
    one.endInput();
    expect(await one.exited).toBe(0);
  });

  it('shows a guest nothing', async () => {
    const one = start(['stdio', '--all', '-c', deployment.file, '--role', 'guest']);
    await one.initialize();
    expect((await one.request('tools/list')).result).toEqual({ tools: [] });
    const alone = stdio('sh', {}, '--role', 'guest');
    expect((await alone.initialize()).error?.data?.code).toBe('NOT_FOUND');
  });
});

describe('who asks over stdio', () => {
  it('is proven by a key in the environment, until it is revoked', async () => {
    const key = deployment.key('user');
    const one = stdio('sh', { env: { MERLON_API_KEY: key } });
    await one.initialize();
    expect(audit(one).at(-1)).toMatchObject({ caller: { method: 'api_key', role: 'user' } });
    await runMerlon(
      ['key', 'revoke', key.slice('merlon_'.length, 'merlon_'.length + 8), '-c', deployment.file],
      environment(),
    );
    const refused = async (): Promise<unknown> => (await one.request('tools/list')).error?.data?.code;
    await expect.poll(refused, { timeout: 10_000 }).toBe('AUTH_INVALID');
    one.endInput();
    expect(await one.exited).toBe(0);
    for (const text of [one.stderr(), JSON.stringify(audit(one)), JSON.stringify(one.heard)])
      expect(text).not.toContain(key);
  });

  it('is nobody with a bad key, whatever the local user could do', async () => {
    const one = stdio('sh', { env: { MERLON_API_KEY: 'merlon_A1b2C3d4_nonsense' } });
    expect((await one.initialize()).error?.data?.code).toBe('AUTH_INVALID');
    one.endInput();
    expect(await one.exited).toBe(0);
    expect(audit(one)).toContainEqual(expect.objectContaining({ kind: 'refusal', code: 'AUTH_INVALID' }));
  });

  it.each([
    ['a role that does not exist', ['sh', '--role', 'root'], {}, /admin, user, guest/],
    ['a role beside a key', ['sh', '--role', 'user'], { MERLON_API_KEY: 'merlon_x' }, /MERLON_API_KEY/],
    ['an upstream that does not exist', ['nothing'], {}, /there is everything, filesystem, /],
    ['neither a name nor --all', [], {}, /--all/],
    ['both', ['sh', '--all'], {}, /--all/],
  ])('is not asked with %s: the command ends with code 2', async (_what, args, env, said) => {
    const { code, stdout, stderr } = await runMerlon(['stdio', ...args, '-c', deployment.file], {
      ...environment(),
      ...env,
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(said);
  });
});

describe('secrets over stdio', () => {
  it('of the configuration reach neither the client nor stderr nor the logs', async () => {
    const one = stdio('leaky');
    const answers = [await one.initialize(), await one.request('tools/list')];
    for (const name of ['leak', 'fail']) answers.push(await one.request('tools/call', { name, arguments: {} }));
    one.endInput();
    expect(await one.exited).toBe(0);
    const logs = readdirSync(deployment.state).map((name) => readFileSync(join(deployment.state, name), 'utf8'));
    const everywhere = [JSON.stringify(one.heard), one.stderr(), ...logs].join('\n');
    expect(JSON.stringify(answers)).toContain('[masked:');
    for (const secret of Object.values(secrets)) expect(everywhere).not.toContain(secret);
  });
});

describe('merlon wrap', () => {
  const recordOf = (one: StdioProcess): string => /audit log (.*); /.exec(one.stderr())?.[1] ?? '';
  const server = join(import.meta.dirname, 'fixtures/sh-server.sh');

  it('says where its record is, in one line on stderr, and keeps it below the state folder', async () => {
    const one = start(['wrap', '--name', 'mine', '--', 'sh', server]);
    await one.initialize();
    await one.request('tools/call', { name: 'echo', arguments: { mark: 'hi' } });
    one.endInput();
    expect(await one.exited).toBe(0);
    expect(one.stderr().trim().split('\n')).toHaveLength(1);
    expect(recordOf(one)).toBe(join(home, '.local/state/merlon/mine/audit.log'));
    const kinds = entriesOf(recordOf(one)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['lifecycle', 'session', 'intent', 'outcome']));
    expect(one.junk).toEqual([]);
  });

  it('allows what is named and nothing else, and lists nothing else', async () => {
    const one = start(['wrap', '--name', 'mine', '--permission', 'execute:tool/mine/echo', '--', 'sh', server]);
    await one.initialize();
    const { result } = await one.request('tools/list');
    expect((result as { tools: { name: string }[] }).tools.map(({ name }) => name)).toEqual(['echo']);
    expect((await one.request('tools/call', { name: 'hang', arguments: {} })).error?.data?.code).toBe('FORBIDDEN');
    one.endInput();
    expect(await one.exited).toBe(0);
  });

  it('gives the program the variables that are named, and no others', async () => {
    const env = { GIVEN: 'given-1', WITHHELD: 'withheld-1', MERLON_API_KEY: 'merlon_x' };
    const log = join(deployment.folder, 'wrapped', 'record.log');
    const one = start(['wrap', '--env', 'GIVEN', '--audit-log', log, '--', 'mcp-server-everything', 'stdio'], { env });
    await one.initialize();
    const { result } = await one.request('tools/call', { name: 'get-env', arguments: {} });
    expect(textOf(result)).toContain('given-1');
    expect(textOf(result)).not.toMatch(/withheld-1|merlon_x/);
    one.endInput();
    expect(await one.exited).toBe(0);
    expect(entriesOf(log).length).toBeGreaterThan(3);
  });

  it('runs in the folder that is named, beside another one of its kind', async () => {
    writeFileSync(join(shared, 'server.sh'), readFileSync(server));
    const both = [0, 1].map(() => start(['wrap', '--cwd', shared, '--name', 'here', '--', 'sh', './server.sh']));
    await Promise.all(both.map((one) => one.initialize()));
    expect(new Set(both.map(recordOf)).size).toBe(2);
    for (const one of both) one.endInput();
    expect(await Promise.all(both.map(({ exited }) => exited))).toEqual([0, 0]);
  });

  it.each([
    ['a program that is not there', ['--', 'no-such-program'], 12],
    ['no program', [], 2],
    ['a value for a variable', ['--env', 'A=b', '--', 'sh'], 2],
    ['a permission that is none', ['--permission', 'everything', '--', 'sh'], 2],
    ['a name that is none', ['--name', '../x', '--', 'sh'], 2],
  ])('does not start with %s', async (_what, args, expected) => {
    const { code, stdout } = await runMerlon(['wrap', ...args], environment());
    expect([code, stdout]).toEqual([expected, '']);
  });
});
