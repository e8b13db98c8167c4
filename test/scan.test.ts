import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlIds } from '../src/controls/control.ts';
import { type Ended, runMerlon } from './deployment.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { type Program, startProgram } from './program.ts';
import { type QuickstartGateway, startQuickstart } from './quickstart-gateway.ts';
import { createServers } from './scan-servers.ts';
import { startEverything } from './upstreams.ts';

const bin = join(import.meta.dirname, '../node_modules/.bin');
const servers = createServers();
let home: string;
let gateway: QuickstartGateway;
let bare: { readonly program: Program; readonly url: string };
let admin: string;
/** Of a port on which nobody listens, and of one where nobody ever answers: the longest that a scan waits. */
let unanswered: Promise<Scanned>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'merlon-scan-'));
  [gateway, bare] = await Promise.all([startQuickstart(), startEverything()]);
  admin = gateway.key('admin');
  const [closed, silent] = await Promise.all([servers.closed(), servers.raw(() => undefined)]);
  unanswered = scan([`http://127.0.0.1:${closed}/mcp`, `http://127.0.0.1:${silent}/mcp`]);
  // Awaited much later; a failure must wait until then.
  unanswered.catch(() => undefined);
});

afterAll(async () => {
  servers.end();
  await Promise.all([gateway?.stop(), bare?.program.stop()]);
  await rm(home, { recursive: true, force: true });
});

/** As far as these tests read a JSON report. */
interface Report {
  readonly profile: string;
  readonly targets: readonly { readonly kind: string; readonly reached: boolean }[];
  readonly controls: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly reason: string;
    readonly required: boolean;
  }[];
  readonly findings: readonly {
    readonly fingerprint: string;
    readonly check: string;
    readonly control: string;
    readonly target: string;
    readonly outcome: string;
    readonly waiver?: object;
  }[];
  readonly grade: { readonly letter: string | null };
  readonly gate: { readonly holds: boolean; readonly could_not_look: boolean; readonly because: readonly string[] };
  readonly diff: Readonly<Record<'fresh' | 'unchanged' | 'fixed' | 'not_looked', readonly unknown[]>> | null;
}

interface Scanned extends Ended {
  readonly report: Report;
  readonly file: string;
  readonly of: (control: string) => string | undefined;
  /** `check outcome` of every finding. */
  readonly found: readonly string[];
}

let scans = 0;

/** Runs `merlon scan` for a user without anything, with a JSON report besides what it prints. */
async function scan(args: readonly string[], env: Record<string, string> = {}): Promise<Scanned> {
  const file = join(home, `report-${(scans += 1)}.json`);
  const ended = await said(['-o', file, ...args], env);
  if (!existsSync(file)) throw new Error(`code ${ended.code}: ${ended.stderr}`);
  const report = JSON.parse(await readFile(file, 'utf8')) as Report;
  const of = (control: string): string | undefined => report.controls.find(({ id }) => id === control)?.outcome;
  return { ...ended, report, file, of, found: report.findings.map(({ check, outcome }) => `${check} ${outcome}`) };
}

function said(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runMerlon(['scan', ...args], { HOME: home, XDG_STATE_HOME: undefined, NO_COLOR: '1', ...env });
}

async function put(name: string, content: string | object): Promise<string> {
  const file = join(home, name);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2), { mode: 0o600 });
  return file;
}

/** Files for one purpose: a client with one fine server. */
function fineClient(): Promise<string> {
  const files = { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '/srv/shared'] };
  return put('fine/.mcp.json', { mcpServers: { files } });
}

/** No control characters but line ends, as a terminal would obey them. */
const CONTROL = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u;

describe('the quickstart gateway, its configuration and its host', () => {
  let whole: Scanned;

  beforeAll(async () => {
    whole = await scan(['-c', gateway.file, '--live', '--host'], { MERLON_API_KEY: admin });
  });

  it('is seen whole: every control has an outcome other than silence, and a reason', () => {
    expect(whole.report.targets.map(({ kind, reached }) => [kind, reached])).toEqual([
      ['server-config', true],
      ['server', true],
      ['host', true],
    ]);
    expect(whole.report.controls.map(({ id }) => id)).toEqual([...controlIds]);
    for (const { id, outcome, reason } of whole.report.controls) {
      expect(['pass', 'fail', 'warn', 'manual'], id).toContain(outcome);
      expect(reason.length, id).toBeGreaterThan(5);
    }
    // What of this machine cannot be seen depends on the machine.
    const unseen = whole.report.findings.filter(({ outcome, target }) => outcome === 'unknown' && target !== 'host');
    expect(unseen.map(({ check }) => check)).toEqual([]);
  });

  it('is what the documentation shows, but for what depends on the machine', async () => {
    const page = await readFile(join(import.meta.dirname, '../docs/scan-example.md'), 'utf8');
    const shown = [...page.matchAll(/^\| (C\d\d) \|[^|]+\| \*\*([^*]+)\*\*/gm)].map(([, id, word]) => [id, word]);
    const ofMachine = new Set(['C07', 'C11', 'C12', 'C19']);
    const seen = whole.report.controls.map(({ id, outcome }) => [id, outcome === 'not-applicable' ? 'n/a' : outcome]);
    const without = (rows: (string | undefined)[][]): unknown => rows.filter(([id = '']) => !ofMachine.has(id));
    expect(shown).toHaveLength(controlIds.length);
    expect(without(shown), 'run: node scripts/generate-scan-example.ts').toEqual(without(seen));
  });

  it('passes what it enforces', () => {
    const passes = whole.report.controls.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id);
    expect(passes).toEqual(expect.arrayContaining(['C01', 'C02', 'C03', 'C04', 'C06', 'C09', 'C10', 'C14']));
  });

  it('fails nothing', () => {
    const fails = whole.report.findings.filter(({ outcome }) => outcome === 'fail').map(({ check }) => check);
    expect(fails).toEqual([]);
    expect(['B', 'C', 'D']).toContain(whole.report.grade.letter);
    expect([whole.code, whole.report.gate.holds, whole.stderr]).toEqual([0, true, '']);
  });

  it('fails a gate that asks for more than it does', async () => {
    const [named, warned, never] = await Promise.all(
      ['C01,C13', 'warn', 'never'].map((on) => scan(['-c', gateway.file, '--fail-on', on, '--profile', 'sandbox'])),
    );
    expect([named?.code, warned?.code, never?.code]).toEqual([1, 1, 0]);
    expect(named?.report.gate.because.map((one) => one.slice(0, 3))).toEqual(['C13']);
  });

  it('is asked for more by stricter profiles', async () => {
    const profiles = ['sandbox', 'internal', 'production', 'regulated'];
    const asked = await Promise.all(profiles.map((profile) => scan(['-c', gateway.file, '--profile', profile])));
    expect(asked.map(({ report }) => report.profile)).toEqual(profiles);
    const required = asked.map(({ report }) => report.controls.filter((one) => one.required).length);
    expect(required).toEqual([4, 12, 20, 20]);
    expect(asked.map(({ of }) => of('C04'))).toEqual(['pass', 'pass', 'pass', 'manual']);
  });

  it('needs an answer of a person where nobody can look, and takes one only while it is good', async () => {
    const plan = await put('incident-plan.md', '# What we do');
    const file = join(home, 'attestations.yaml');
    const attested = await runMerlon(['attest', 'C18', '--evidence', plan, '--by', 'Security team', '--file', file], {
      HOME: home,
    });
    expect([attested.code, attested.stderr]).toEqual([0, '']);
    const answered = ['-c', gateway.file, '--attestations', file];
    expect((await scan(['-c', gateway.file])).of('C18')).toBe('manual');
    expect((await scan(answered)).of('C18')).toBe('pass');
    await writeFile(plan, '# Something else');
    expect((await scan(answered)).of('C18')).toBe('manual');
  });
});

describe('the same upstreams bare', () => {
  it('over HTTP, have neither encryption nor a door, nor a record', async () => {
    const { of, found, code, report } = await scan([bare.url]);
    expect([of('C01'), of('C03'), code]).toEqual(['warn', 'fail', 1]);
    expect(found).toEqual(
      expect.arrayContaining(['auth-required fail', 'foreign-host-refused fail', 'foreign-origin-refused fail']),
    );
    expect([of('C09'), of('C10'), of('C16')]).not.toContain('pass');
    expect(report.grade.letter === 'F' || report.grade.letter === null).toBe(true);
  });

  it.each(['filesystem', 'memory'])(
    '%s, started for the scan, shows its tools and nothing of what is around',
    async (name) => {
      const command = [process.execPath, join(bin, `mcp-server-${name}`), ...(name === 'memory' ? [] : [home])];
      const { of, report, code } = await scan(['--run', '--', ...command]);
      expect(report.targets).toMatchObject([{ kind: 'stdio', reached: true }]);
      // Its texts are harmless now; who looks at them tomorrow, a person has to say.
      expect(of('C15')).toBe('manual');
      for (const id of ['C01', 'C03', 'C06', 'C09', 'C10']) expect(of(id), id).toBe('unknown');
      expect([code, report.grade.letter]).toEqual([0, null]);
    },
  );
});

describe('exit codes', () => {
  it('0: the gate holds and everything that it needs was seen', async () => {
    const baseline = await put('only-clients.yaml', only('C13', 'C15'));
    const { code, report } = await scan([await fineClient(), '-b', baseline]);
    expect([code, report.gate]).toEqual([0, { holds: true, could_not_look: false, because: [] }]);
  });

  it('1: a failure, or a listed control that does not hold', async () => {
    const leaky = await put('leaky/.mcp.json', { mcpServers: { a: { url: 'http://mcp.example.com/mcp' } } });
    const { code, report } = await scan([leaky]);
    expect([code, report.gate.holds]).toEqual([1, false]);
    expect((await scan([await fineClient(), '--fail-on', 'C20'])).code).toBe(1);
  });

  it.each([
    ['a target that is not there', ['nothing-here'], 'USAGE: '],
    ['an address with a password', ['http://me:geheim@127.0.0.1:9/mcp'], 'USAGE: '],
    ['an unknown profile', ['.', '--profile', 'producton'], 'USAGE: '],
    ['an unknown gate', ['.', '--fail-on', 'hihg'], 'USAGE: '],
    ['a header without its variable', ['.', '--header', 'X-Key=NOT_SET_ANYWHERE'], 'USAGE: '],
    ['a report that has no folder', ['.', '-o', '/nonexistent/report.json'], 'USAGE: '],
    ['an unknown option', ['.', '--fial-on', 'high'], 'error: '],
    ['a missing configuration', ['-c', 'nothing-here.yaml'], 'CONFIG_NOT_FOUND: '],
    ['an earlier report that is none', ['.', '--diff', 'package.json'], 'CONFIG_INVALID: '],
  ])('2: %s', async (_what, args, start) => {
    const { code, stderr, stdout } = await said(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(start), stderr).toBe(true);
    expect(stderr).not.toMatch(/^\s+at |geheim/m);
  });

  it.each([
    ['baseline', '-b', 'profile: production\nfail_om: high\n', '2:1 CONFIG_UNKNOWN_KEY: '],
    ['baseline', '-b', 'checks:\n  no-such-check: { off: Why not. }\n', '2:'],
    ['rules', '--rules', 'rules:\n  - id: Not An Id\n    control: C99\n', '2:'],
    ['waivers', '--waivers', 'waivers:\n  - owner: ops\n', '2:'],
    ['attestations', '--attestations', 'attestations:\n  - control: C77\n', '2:'],
    ['configuration', '-c', 'mcp_server: http://\napi_key: k\n', '1:'],
  ])('2: broken %s, with the line', async (what, option, text, at) => {
    const file = await put(`broken/${what}.yaml`, text);
    const { code, stderr, stdout } = await said([...(option === '-c' ? [] : [await fineClient()]), option, file]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(`${file}:${at}`), stderr).toBe(true);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('3: nobody listens, or somebody who never says anything', async () => {
    const both = await unanswered;
    expect(both.code).toBe(3);
    expect(both.report.targets.map(({ reached }) => reached)).toEqual([false, false]);
    expect(both.found.filter((one) => one.endsWith(' pass'))).toEqual([]);
    expect(both.report.grade.letter).toBeNull();
  });

  it('3: a program that is not there, or shows nothing', async () => {
    expect((await scan(['--run', '--', '/nonexistent/server'])).code).toBe(3);
    const { code, report } = await scan(['--run', '--', 'true']);
    expect([code, report.targets[0]?.reached]).toEqual([3, false]);
  });
});

/** A baseline that requires these controls alone. */
function only(...ids: string[]): object {
  return {
    profile: 'sandbox',
    controls: Object.fromEntries(
      controlIds.map((id) => [id, { required: ids.includes(id), attestation: 'not-required' }]),
    ),
  };
}

describe('waivers', () => {
  const later = new Date(Date.now() + 86_400_000 * 30).toISOString().slice(0, 10);
  const waiver = { owner: 'Platform team', reason: 'The old client goes in March.', expires: later };

  it('accept what was found until they end; one that has ended or accepts nothing is said', async () => {
    const client = await put('waived/.mcp.json', { mcpServers: { a: { url: 'http://mcp.example.com/mcp' } } });
    const before = await scan([client]);
    const fails = before.report.findings.filter(({ outcome }) => outcome === 'fail');
    expect([before.code, fails.length > 0]).toEqual([1, true]);
    const all = fails.map(({ fingerprint }) => ({ fingerprint, ...waiver }));
    const accepted = await scan([client, '--waivers', await put('waivers.yaml', { waivers: all })]);
    expect(accepted.code).not.toBe(1);
    expect(accepted.report.findings.filter((one) => one.waiver !== undefined)).toHaveLength(fails.length);

    const ended = all.map((one) => ({ ...one, expires: '2026-01-01' }));
    const old = await scan([client, '--waivers', await put('old.yaml', { waivers: ended })]);
    expect([old.code, old.stderr.includes('old.yaml:')]).toEqual([1, true]);

    const idle = await put('idle.yaml', { waivers: [...all, { fingerprint: '0123456789abcdef', ...waiver }] });
    expect((await scan([client, '--waivers', idle])).stderr).toContain('idle.yaml:');
  });
});

describe('--diff', () => {
  it('says what is new, fixed and unchanged, and what was not looked at this time', async () => {
    const unsafe = { url: 'http://mcp.example.com/mcp' };
    const write = (mcpServers: object): Promise<string> => put('diffed/.mcp.json', { mcpServers });
    const other = await put('other/.mcp.json', { mcpServers: { gone: unsafe } });
    const client = await write({ one: unsafe, two: unsafe });
    const first = await scan([client, other]);
    await write({ two: unsafe, three: unsafe });
    const { report, stdout } = await scan([client, '--diff', first.file]);
    const counts = Object.entries(report.diff ?? {}).flatMap(([key, list]) =>
      Array.isArray(list) ? [[key, list.length > 0]] : [],
    );
    expect(Object.fromEntries(counts)).toMatchObject({ fixed: true, unchanged: true, not_looked: true });
    expect(Object.values(report.diff ?? {}).filter(Array.isArray)).toHaveLength(4);
    expect(JSON.stringify(report.diff)).toContain('one');
    expect(stdout).not.toBe('');
    const same = await scan([client, '--diff', (await scan([client])).file]);
    expect(same.report.diff).toMatchObject({ fixed: [], not_looked: [] });
  });
});

describe('what a scan prints and writes', () => {
  const key = (name: string): string => `${name}-${randomBytes(12).toString('hex')}`;
  const secrets = {
    literal: `sk-ant-api03-${randomBytes(40).toString('base64url')}`,
    header: key('header'),
    apiKey: key('api'),
    client: key('client'),
    inUrl: key('url'),
    inArgs: `ghp_${randomBytes(18).toString('hex')}`,
    server: key('server'),
  };
  const formats = ['json', 'sarif', 'xml', 'md', 'html', 'csv', 'txt'];
  let everything: Ended;
  let written: Map<string, string>;

  beforeAll(async () => {
    const client = await put('secrets/.mcp.json', {
      mcpServers: {
        literal: {
          command: 'npx',
          args: ['-y', 'some-server', '--token', secrets.inArgs],
          env: { API_KEY: secrets.literal },
        },
        url: {
          url: `https://me:${secrets.inUrl}@mcp.example.com/mcp?api_key=${secrets.inUrl}`,
          headers: { 'X-Api-Key': secrets.header },
        },
      },
    });
    const server = await put('secrets/server.yaml', {
      server: { host: '127.0.0.1', port: 8443 },
      auth: { required: true, client_secret: secrets.server, api_key: secrets.literal },
      mcpServers: {
        one: { command: 'node', args: ['s.js'], env: { TOKEN: secrets.inArgs, PASSWORD: secrets.server } },
      },
    });
    const echo = await servers.http((request, response) => {
      // It gives back whatever it is told.
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${String(request.headers['x-api-key'])}"` });
      response.end(JSON.stringify({ told: request.headers, at: request.url }));
    });
    const token = await servers.http((request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_client', error_description: request.headers.authorization }));
    });
    const config = await put('secrets/config.yaml', {
      mcp_server: `http://127.0.0.1:${echo}/mcp`,
      api_key: secrets.apiKey,
      headers: { 'X-Api-Key': '${env:HEADER_VALUE}' },
      verify_ssl: false,
      targets: [
        {
          kind: 'server',
          url: `http://127.0.0.1:${echo}/other`,
          oauth: { token_url: `http://127.0.0.1:${token}/token`, client_id: 'scanner', client_secret: secrets.client },
        },
      ],
    });
    const out = join(home, 'out');
    await mkdir(out);
    const outputs = formats.flatMap((format) => ['-o', join(out, `report.${format}`)]);
    everything = await said(
      [
        client,
        server,
        '-c',
        config,
        ...outputs,
        '-o',
        join(out, 'report'),
        '--facts',
        join(out, 'facts.json'),
        '--lang',
        'zh',
        '--all',
      ],
      { HEADER_VALUE: secrets.header },
    );
    const names = await readdir(out);
    written = new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const)),
    );
  });

  it('is as many reports as are asked for, each in its format, in the language that is asked for', () => {
    expect([...written.keys()].toSorted()).toEqual(
      ['facts.json', 'report', ...formats.map((one) => `report.${one}`)].toSorted(),
    );
    expect(JSON.parse(written.get('report.json') ?? '')).toMatchObject({ version: 1, language: 'zh' });
    expect(JSON.parse(written.get('report.sarif') ?? '')).toMatchObject({ version: '2.1.0' });
    expect(written.get('report.xml')).toMatch(/^<\?xml [^]*<testsuites?\b/);
    expect(written.get('report.html')).toMatch(/^<!doctype html>/i);
    expect(JSON.parse(written.get('facts.json') ?? '')).toHaveLength(5);
    for (const [name, text] of written) if (name.startsWith('report')) expect(text, name).toMatch(/[\u4e00-\u9fff]/);
    expect(everything.stdout).toMatch(/[\u4e00-\u9fff]/);
    expect(everything.code).toBe(1);
  });

  it('holds no secret: not a key, not a header, not what stands in a file that was scanned', () => {
    const all = new Map([...written, ['stdout', everything.stdout], ['stderr', everything.stderr]]);
    for (const [name, text] of all)
      for (const [what, secret] of Object.entries(secrets))
        for (const form of [secret, secret.slice(-20), Buffer.from(`scanner:${secret}`).toString('base64')])
          expect(text.includes(form), `${what} in ${name}`).toBe(false);
  });

  it('says of each of them that it is there', () => {
    const { findings } = JSON.parse(written.get('report.json') ?? '') as Report;
    const fails = findings
      .filter(({ outcome }) => outcome === 'fail' || outcome === 'warn')
      .map(({ target, check }) => `${target} ${check}`);
    expect(fails.filter((one) => /secret/.test(one)).length).toBeGreaterThanOrEqual(2);
  });
});

describe('nothing is started, and nobody is asked who was not named', () => {
  it('whatever configurations, manifests, metadata and redirects say', async () => {
    const visits: string[] = [];
    const trap = await servers.raw((socket) => {
      visits.push(String(socket.remotePort));
      socket.destroy();
    });
    const lure = (path: string): string => `http://127.0.0.1:${trap}/${path}`;
    const marker = join(home, 'started');
    const starts = { command: 'sh', args: ['-c', `touch ${marker}`], env: {} };
    const client = await put('lures/.mcp.json', { mcpServers: { starts, remote: { type: 'http', url: lure('mcp') } } });
    const server = await put('lures/merlon.yaml', {
      server: { host: '127.0.0.1', port: 8443, public_url: lure('') },
      auth: { required: true, providers: [{ type: 'oauth2', issuer: lure('issuer') }] },
      mcpServers: { starts, remote: { url: lure('mcp') } },
    });
    const listed = await put('lures/server.json', {
      $schema: lure('schema.json'),
      name: 'io.github.someone/lure',
      description: 'A lure.',
      version: '1.0.0',
      websiteUrl: lure('site'),
      remotes: [{ type: 'streamable-http', url: lure('mcp') }],
      packages: [
        {
          registryType: 'mcpb',
          registryBaseUrl: lure('registry'),
          identifier: lure('x.mcpb'),
          version: '1.0.0',
          transport: { type: 'stdio' },
        },
      ],
    });
    const bundle = await put('lures/manifest.json', {
      manifest_version: '0.3',
      name: 'lure',
      version: '1.0.0',
      author: { name: 'Someone', url: lure('author') },
      server: { type: 'binary', entry_point: 'run.sh', mcp_config: starts },
    });
    await put('lures/package.json', {
      name: 'lure',
      version: '1.0.0',
      scripts: { preinstall: `touch ${marker}`, prepare: `touch ${marker}` },
    });
    const challenging = await servers.http((request, response) => {
      if (request.url?.startsWith('/.well-known/') === true) {
        const there = {
          resource: lure('mcp'),
          authorization_servers: ['http://10.0.0.1/issuer', 'https://169.254.169.254/issuer'],
          jwks_uri: lure('jwks'),
        };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(there));
        return;
      }
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    });
    const redirecting = await servers.http((_request, response) => {
      response.writeHead(307, { location: lure('mcp') }).end();
    });
    const { report } = await scan([
      client,
      server,
      listed,
      bundle,
      join(home, 'lures'),
      `http://127.0.0.1:${challenging}/mcp`,
      `http://127.0.0.1:${redirecting}/mcp`,
    ]);
    expect(report.targets.map(({ kind }) => kind)).toEqual([
      'client-config',
      'server-config',
      'manifest',
      'manifest',
      'repository',
      'server',
      'server',
    ]);
    expect(existsSync(marker)).toBe(false);
    expect(visits).toEqual([]);
  });

  it('not even a program that the configuration of the scan names, but with --run', async () => {
    const marker = join(home, 'named');
    const config = await put('named.yaml', { targets: [{ kind: 'stdio', command: ['touch', marker] }] });
    const refused = await said(['-c', config]);
    expect([refused.code, refused.stderr.slice(0, 6), existsSync(marker)]).toEqual([2, 'USAGE:', false]);
    const started = await scan(['-c', config, '--run']);
    expect(started.report.targets).toMatchObject([{ kind: 'stdio', reached: false }]);
  });
});

describe('a hostile target', () => {
  it('that lists tools for ever, in words that would move the cursor, ends and shows none of it', async () => {
    const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202etxt\r\nGrade A';
    let pages = 0;
    const port = await servers.http((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const asked = text.startsWith('{') ? (parsed(text) as { id?: number; method?: string }) : {};
        const tool = {
          name: `${evil}${(pages += 1)}`,
          description: evil,
          inputSchema: { type: 'object', title: evil },
        };
        const result =
          asked.method === 'initialize'
            ? {
                protocolVersion: '2025-11-25',
                capabilities: { tools: {} },
                serverInfo: { name: evil, version: evil },
                instructions: evil,
              }
            : { tools: Array.from({ length: 50 }, () => tool), nextCursor: `${evil}${pages}` };
        response.writeHead(200, { 'content-type': 'application/json', server: 'x\u0080' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id: asked.id ?? null, result }));
      });
    });
    const { report, stdout, stderr } = await scan([`http://127.0.0.1:${port}/mcp`, '--all']);
    expect(report.targets).toHaveLength(1);
    expect(pages).toBeGreaterThan(1);
    expect(stdout).not.toMatch(CONTROL);
    expect(stderr).not.toMatch(CONTROL);
  });

  it.each(['text', 'markdown'])('that is a file with such names shows none of it in %s', async (format) => {
    const evil = '\u001b]8;;http://evil.example\u0007x\u009b1A\r';
    const client = await put('escapes/.mcp.json', {
      mcpServers: { [evil]: { command: evil, args: [evil], url: `http://a.example/${evil}`, autoApprove: [evil] } },
    });
    const { stdout, stderr } = await scan([client, '--all', '--format', format]);
    expect(stdout).not.toMatch(CONTROL);
    expect(stderr).not.toMatch(CONTROL);
  });

  it('that is a huge file, a pipe that nobody writes to, or a folder in circles, does not keep it', async () => {
    const huge = await put('huge.json', `{"mcpServers":{"a":{"command":"${'x'.repeat(50 * 1024 * 1024)}"}}}`);
    const pipe = join(home, 'pipe.yaml');
    await promisify(execFile)('mkfifo', [pipe]);
    const ways = [huge, pipe].flatMap((file) => [[file], ['-c', file], ['.', '-b', file], ['.', '--rules', file]]);
    const ends = await Promise.all(ways.map((args) => said(args)));
    expect(ends.map(({ code, stdout }) => [code, stdout])).toEqual(ways.map(() => [2, '']));
    for (const { stderr } of ends) expect(stderr).toContain('CONFIG_');
    const circle = join(home, 'circle');
    await put('circle/a/package.json', { name: 'circle' });
    await symlink('..', join(circle, 'a', 'up'));
    await symlink('.', join(circle, 'self'));
    const { report } = await scan([circle]);
    expect(report.targets).toMatchObject([{ kind: 'repository' }]);
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

describe('who the scan is', () => {
  let issuer: Program;
  let guarded: GatewayProcess;
  const machineSecret = randomBytes(32).toString('hex');

  beforeAll(async () => {
    issuer = await startProgram({
      command: process.execPath,
      args: [join(import.meta.dirname, 'issuer/issuer.mjs')],
      env: { SCOPE: 'execute:tool/own/echo', MACHINE_SECRET: machineSecret },
      ready: /issuer (http:\S+)\n/,
    });
    guarded = await startGateway({
      auth: { providers: [{ type: 'api_key' }, { type: 'oauth2', issuer: issuer.match[1] ?? '' }] },
      permissions: {
        roles: [
          { name: 'user', permissions: ['read:*', 'execute:tool'] },
          { name: 'guest', permissions: ['read:info'] },
        ],
      },
      security: { rate_limiting: false },
      mcpServers: { own: { command: 'sh', args: [join(import.meta.dirname, 'fixtures/sh-server.sh')] } },
    });
  });

  afterAll(async () => {
    await guarded?.stop();
    await issuer?.stop();
  });

  it('comes in with a token of OAuth client credentials, that is for this gateway', async () => {
    const config = await put('oauth.yaml', {
      targets: [
        {
          kind: 'server',
          url: guarded.url,
          ca: guarded.caFile,
          oauth: {
            token_url: `${issuer.match[1] ?? ''}/token`,
            client_id: 'machine',
            client_secret: '${env:MACHINE_SECRET}',
            scope: 'execute:tool/own/echo',
          },
        },
      ],
    });
    const { found, report } = await scan(['-c', config], { MACHINE_SECRET: machineSecret });
    expect(report.targets).toMatchObject([{ kind: 'server', reached: true }]);
    expect(found).toEqual(
      expect.arrayContaining(['auth-required pass', 'foreign-token-refused pass', 'expired-token-refused pass']),
    );
    expect(found.filter((one) => /^(tool|tools)-\S+ (pass|warn)$/.test(one)).length).toBeGreaterThan(3);
  });

  it('comes in with a header from a variable', async () => {
    const asked = [guarded.url, '--ca', guarded.caFile, '--header', 'Authorization=SCAN_HEADER'];
    const { found } = await scan(asked, { SCAN_HEADER: `Bearer ${await guarded.key('user')}` });
    expect(found).toContain('auth-required pass');
    expect(found.filter((one) => /^(tool|tools)-\S+ (pass|warn)$/.test(one)).length).toBeGreaterThan(3);
  });

  it('comes in with the key of the three-line configuration, measured by a baseline, into one report', async () => {
    const config = await put(
      'mission/config.yaml',
      `mcp_server: ${guarded.url}\napi_key: ${await guarded.key('user')}\nverify_ssl: false\n`,
    );
    const baseline = await put('mission/baseline.yaml', 'profile: internal\nfail_on: never\n');
    const output = join(home, 'mission/report');
    const ended = await said(['-c', config, '-b', baseline, '-o', output]);
    expect(ended.stderr).toBe('');
    const text = await readFile(output, 'utf8');
    for (const id of controlIds) expect(text).toContain(id);
    expect(text).not.toMatch(CONTROL);
    expect(text).toContain('auth-required');
    expect([0, 3]).toContain(ended.code);
  });

  it('without anything shows the outside alone, and calls nothing passed that it did not see', async () => {
    const stranger = await scan([guarded.url, '--ca', guarded.caFile]);
    expect(stranger.found).toContain('auth-required pass');
    expect(stranger.of('C01')).toBe('pass');
    expect([stranger.of('C04'), stranger.of('C14')]).not.toContain('pass');
    expect([stranger.code, stranger.report.gate.could_not_look]).toEqual([3, true]);
  });
});
