import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loopbackCertificate } from './certificate.ts';
import { type Deployment, type GatewayConfig, makeDeployment, type Serving } from './deployment.ts';
import { type Answered, type Http, INITIALIZE, mcpHeaders, type McpSession, speakTo } from './mcp-client.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const fixture = join(import.meta.dirname, 'fixtures/sh-server.sh');

let deployment: Deployment;
let gateway: Serving;
let http: Http;
let [user, admin, late] = ['', '', ''];

const server = (env: Record<string, string> = {}, more: object = {}): object => ({
  command: 'sh',
  args: [fixture],
  env,
  ...more,
});
const roles = [
  { name: 'admin', permissions: ['*:*'] },
  { name: 'user', permissions: ['read:*', 'execute:tool'] },
];
const before: GatewayConfig = {
  permissions: { roles },
  security: { rate_limiting: false },
  mcpServers: {
    kept: server(),
    keptShared: server({}, { shared: true }),
    changed: server({ VERSION: '1' }),
    changedShared: server({ VERSION: '1' }, { shared: true }),
    removed: server(),
  },
};
const after: GatewayConfig = {
  permissions: { roles: [...roles, { name: 'late', permissions: ['read:info', 'execute:tool/added/echo'] }] },
  security: { rate_limiting: false },
  mcpServers: {
    kept: server(),
    keptShared: server({}, { shared: true }),
    changed: server({ VERSION: '2' }),
    changedShared: server({ VERSION: '2' }, { shared: true }),
    added: server(),
  },
};

beforeAll(async () => {
  deployment = await makeDeployment({});
  await configure(before);
  [user, admin, late] = [deployment.key('user'), deployment.key('admin'), deployment.key('late')];
  gateway = await deployment.start();
  http = speakTo({ url: gateway.url, ca: deployment.ca });
});

afterAll(async () => {
  // First what would outlive a failed start.
  await deployment.remove();
  await http.close();
});

/** Writes the configuration with the log file that these tests read. */
async function configure({ logging, ...config }: GatewayConfig): Promise<void> {
  const path = join(deployment.state, 'server.log');
  await deployment.configure({ ...config, logging: { path, ...(logging as object | undefined) } });
}

interface Line {
  readonly kind?: string;
  readonly status?: string;
  readonly changed?: readonly string[];
  readonly msg?: string;
}

function lines(file: string): Line[] {
  const path = join(deployment.state, file);
  const whole = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return whole.map((line) => JSON.parse(line) as Line);
}

const changes = (): Line[] => lines('audit.log').filter(({ kind }) => kind === 'config_change');

const said = (): number =>
  lines('server.log').filter(({ msg }) => /^configuration (applied|refused)/.test(msg ?? '')).length;

/** SIGHUP; resolves with the audit log's word on it, which is there before the deed, once that is done too. */
async function reload(): Promise<Line> {
  const [known, saidBefore] = [changes().length, said()];
  process.kill(gateway.pid, 'SIGHUP');
  await expect.poll(() => changes().length, WAIT).toBe(known + 1);
  await expect.poll(said, WAIT).toBe(saidBefore + 1);
  return changes().at(-1) ?? {};
}

/** The process behind a session's upstream; each has its own. */
async function processOf(session: McpSession): Promise<string> {
  const { result, text } = await session.call('pid');
  const [content] = (result?.['content'] ?? []) as { text?: string }[];
  if (content?.text === undefined) throw new Error(text);
  return content.text;
}

describe('a valid change', () => {
  it('fails or drops not one call of upstreams that remain, and is in force afterwards', async () => {
    const go = join(deployment.folder, 'go');
    const open = (path: string): Promise<McpSession> => http.open(path, user);
    const [kept, keptShared, changed, changedShared, removed, all] = (await Promise.all(
      ['/mcp/kept', '/mcp/keptShared', '/mcp/changed', '/mcp/changedShared', '/mcp/removed', '/mcp'].map(open),
    )) as [McpSession, McpSession, McpSession, McpSession, McpSession, McpSession];
    const keptBefore = await Promise.all([kept, keptShared].map(processOf));
    const changedBefore = await Promise.all([changed, changedShared].map(processOf));

    // Long calls that are in flight over the change, on upstreams that stay, change and go.
    const longOnes = [kept, keptShared, changed, changedShared, removed].map((session) =>
      session.call('slow', { mark: go }),
    );
    const inFlight = (): number => lines('audit.log').filter((line) => JSON.stringify(line).includes('"slow"')).length;
    await expect.poll(inFlight, WAIT).toBe(longOnes.length);

    // Short calls without a pause, each caller with sessions of its own.
    const over = new AbortController();
    const failed: Answered[] = [];
    let calls = 0;
    const keepCalling = async (session: McpSession, tool: string): Promise<void> => {
      while (!over.signal.aborted) {
        const answer = await session.call(tool, { mark: 'short' });
        calls += 1;
        if (answer.result?.['content'] === undefined) failed.push(answer);
      }
    };
    const callers = [
      keepCalling(await open('/mcp/kept'), 'echo'),
      keepCalling(await open('/mcp/keptShared'), 'echo'),
      keepCalling(await open('/mcp/changed'), 'echo'),
      keepCalling(await open('/mcp/changed'), 'echo'),
      keepCalling(await open('/mcp/changedShared'), 'echo'),
      keepCalling(await open('/mcp/changedShared'), 'echo'),
      keepCalling(all, 'changed__echo'),
      keepCalling(await open('/mcp'), 'kept__echo'),
    ];
    const enough = async (more: number): Promise<void> => {
      const goal = calls + more;
      await expect.poll(() => calls >= goal, WAIT).toBe(true);
    };
    await enough(50);
    await configure(after);
    expect(await reload()).toMatchObject({ status: 'applied' });
    await enough(50);
    // There and back again, while everybody goes on.
    for (const config of [before, after, before, after]) {
      await configure(config);
      expect(await reload()).toMatchObject({ status: 'applied' });
      await enough(20);
    }
    over.abort();
    await Promise.all(callers);
    expect(failed.map(({ status, text }) => `${status} ${text}`)).toEqual([]);

    writeFileSync(go, '');
    for (const answer of await Promise.all(longOnes))
      expect(answer.result, answer.text).toMatchObject({ content: [{ text: 'slow done' }] });

    // Sessions of unchanged upstreams have kept their processes; the others have new ones.
    expect(await Promise.all([kept, keptShared].map(processOf))).toEqual(keptBefore);
    const changedAfter = await Promise.all([changed, changedShared].map(processOf));
    for (const [index, process] of changedAfter.entries()) expect(process).not.toBe(changedBefore[index]);
    // What was removed is gone, for old sessions and new ones.
    expect((await removed.call('echo')).status).toBe(404);
    await expect(http.open('/mcp/removed', user)).rejects.toThrow('404');
    expect((await all.call('removed__echo')).error).toBeDefined();
    // The new upstream is there, at its own address and among all, for sessions that were open before.
    expect((await all.call('added__echo', { mark: 'new' })).result).toMatchObject({ content: [{ text: 'new' }] });
    // And so is the new role.
    const newcomer = await http.open('/mcp/added', late);
    expect((await newcomer.call('echo', { mark: 'late' })).result).toMatchObject({ content: [{ text: 'late' }] });
    expect((await newcomer.call('slow')).status).toBe(403);
  });

  it('of the rate limit binds at once', async () => {
    await configure({ ...after, security: { rate_limiting: true, max_requests_per_minute: 1, rate_limit_burst: 2 } });
    expect(await reload()).toMatchObject({ status: 'applied' });
    const ask = async (): Promise<number> => {
      const response = await http.fetch('/api/v2/roles', { headers: mcpHeaders(admin) });
      await response.text();
      return response.status;
    };
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
    await configure(after);
    expect(await reload()).toMatchObject({ status: 'applied' });
    expect(await ask()).toBe(200);
  });

  it('that takes a role away takes its rights away, in sessions that are open', async () => {
    const session = await http.open('/mcp/kept', user);
    expect((await session.call('echo')).status).toBe(200);
    await configure({ ...after, permissions: { roles: [roles[0], { name: 'user', permissions: ['read:info'] }] } });
    expect(await reload()).toMatchObject({ status: 'applied' });
    expect((await session.call('echo')).status).not.toBe(200);
    await configure(after);
    expect(await reload()).toMatchObject({ status: 'applied' });
    expect((await session.call('echo')).status).toBe(200);
  });
});

describe('a change that is refused', () => {
  async function expectUnchanged(session: McpSession): Promise<void> {
    expect((await session.call('echo', { mark: 'same' })).result).toMatchObject({ content: [{ text: 'same' }] });
    const response = await http.fetch('/api/v2/roles', { headers: mcpHeaders(admin) });
    expect(await response.json()).toHaveLength(3);
  }
  const logged = (what: string): number =>
    readFileSync(join(deployment.state, 'server.log'), 'utf8').split(what).length - 1;

  it('because it is invalid leaves the old one in force, and log, audit log and stderr say so', async () => {
    const session = await http.open('/mcp/kept', user);
    for (const broken of [
      'server: [',
      'server: {prot: 1}',
      'mcpServers: {a: {command: no-such-program}}',
      'auth: {providers: []}',
    ]) {
      const [output, refusals] = [gateway.output().length, logged('refused')];
      await writeFile(deployment.file, broken);
      expect(await reload(), broken).toMatchObject({ status: 'refused' });
      await expect.poll(() => logged('refused'), WAIT).toBe(refusals + 1);
      await expect.poll(() => gateway.output().slice(output), WAIT).toMatch(/\b(CONFIG|UPSTREAM)_[A-Z_]+: /);
      await expectUnchanged(session);
    }
    await rename(deployment.file, `${deployment.file}.gone`);
    expect(await reload()).toMatchObject({ status: 'refused' });
    await expectUnchanged(session);
  });

  it('because it needs a restart is named with its settings', async () => {
    const session = await http.open('/mcp/kept', user);
    await configure({ ...after, server: { port: 1 }, permissions: { roles: [roles[0]] } });
    expect(await reload()).toMatchObject({ status: 'refused', changed: ['server.port'] });
    await expect.poll(() => logged('CONFIG_NEEDS_RESTART'), WAIT).toBeGreaterThan(0);
    await expectUnchanged(session);
  });

  it('does not stand in the way of the next one that is valid', async () => {
    await configure({ ...after, permissions: { roles } });
    expect(await reload()).toMatchObject({ status: 'applied' });
    const response = await http.fetch('/api/v2/roles', { headers: mcpHeaders(admin) });
    expect(await response.json()).toHaveLength(2);
  });
});

describe('new certificate files', () => {
  it('are shown to new connections without a restart, and open ones go on', async () => {
    const old = await http.open('/mcp/kept', user);
    const next = await loopbackCertificate();
    const shown = async (): Promise<boolean> => {
      const { hostname, port } = new URL(gateway.url);
      const socket = connect({ host: hostname, port: Number(port), ca: next.ca });
      const isTrusted = await once(socket, 'secureConnect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      return isTrusted;
    };
    expect(await shown()).toBe(false);
    // In two steps, as tools do it; in between the pair does not match and the old one must stay.
    await writeFile(deployment.certFile, next.cert);
    await writeFile(deployment.keyFile, next.key);
    await expect.poll(shown, WAIT).toBe(true);
    expect((await old.call('echo', { mark: 'still' })).result).toMatchObject({ content: [{ text: 'still' }] });
    const fresh = speakTo({ url: gateway.url, ca: next.ca });
    expect((await fresh.post('/mcp/kept', INITIALIZE, mcpHeaders(user))).status).toBe(200);
    await fresh.close();
    expect(await gateway.stop()).toBe(0);
  });
});
