import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTestRecord } from '../src/scanner/test-run/record.ts';
import { type Ended, runMerlon } from './deployment.ts';
import { freePort } from './free-port.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import type { Program } from './program.ts';
import { entriesOf, startEverything, upstreamsIn } from './upstreams.ts';

let folder: string;
let everything: { program: Program; url: string };
let gateway: GatewayProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-security-test-'));
  everything = await startEverything();
  gateway = await startGateway({
    security: { rate_limiting: true, max_requests_per_minute: 100 },
    mcpServers: entriesOf(await upstreamsIn(folder, everything.url)),
  });
});

afterAll(async () => {
  await gateway?.stop();
  await everything?.program.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Tested {
  readonly code: number | null;
  readonly outcomes: Readonly<Record<string, string>>;
  readonly passed: number;
  readonly total: number;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return await runMerlon(['test', '--records', join(folder, 'records'), ...args], { MERLON_API_KEY: '', ...env });
}

async function tested(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Tested> {
  const { code, stdout, stderr } = await run(['--json', ...args], env);
  expect(stderr).toBe('');
  const { tests, passed, total } = JSON.parse(stdout) as Tested & { tests: { id: string; outcome: string }[] };
  return { code, passed, total, outcomes: Object.fromEntries(tests.map(({ id, outcome }) => [id, outcome])) };
}

describe('merlon test', () => {
  it('passes the gateway in everything, the five tests of appendix C among it', async () => {
    const key = await gateway.key('admin');
    const { code, outcomes, passed, total } = await tested(['-s', gateway.url, '--ca', gateway.caFile, '-k', key]);
    expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'passed')).toEqual([]);
    expect(Object.keys(outcomes)).toEqual(
      expect.arrayContaining([
        'https-only',
        'api-key-required',
        'api-wrong-key-refused',
        'api-requests-limited',
        'api-tools-have-scopes',
        'auth-required',
        'foreign-host-refused',
        'tls-old-refused',
      ]),
    );
    expect({ code, passed }).toEqual({ code: 0, passed: total });
  });

  it('says what it could not look at without a key, and does not call that passed', async () => {
    const { code, outcomes } = await tested(['-s', gateway.url, '--ca', gateway.caFile]);
    expect(code).toBe(3);
    expect(outcomes).toMatchObject({
      'auth-required': 'passed',
      'api-key-required': 'passed',
      'api-tools-have-scopes': 'unknown',
      'session-ids-unguessable': 'unknown',
    });
    expect(Object.values(outcomes)).not.toContain('failed');
  });

  it('reads on behind a certificate that is not trusted, and still says that it is not', async () => {
    const key = await gateway.key('user');
    const { code, outcomes } = await tested(['-s', gateway.url, '--no-verify-ssl'], { MERLON_API_KEY: key });
    expect(code).toBe(1);
    expect(outcomes).toMatchObject({ 'certificate-trusted': 'failed', 'api-key-required': 'passed' });
    const failed = Object.entries(outcomes).filter(([, outcome]) => outcome === 'failed');
    expect(failed.map(([id]) => id)).toEqual(['certificate-trusted']);
  });

  it('fails a bare server in what it lacks, and calls no test passed that does not apply', async () => {
    const { code, outcomes } = await tested(['-s', everything.url]);
    expect(code).toBe(1);
    const of = (wanted: string): string[] =>
      Object.entries(outcomes).flatMap(([id, outcome]) => (outcome === wanted ? [id] : []));
    expect(of('failed').toSorted()).toEqual([
      'auth-required',
      'cors-not-open',
      'foreign-host-refused',
      'foreign-origin-refused',
      'https-only',
      'nesting-bounded',
      'requests-limited',
    ]);
    expect(of('unknown')).toEqual([]);
    expect(of('not-applicable')).toEqual(
      expect.arrayContaining(['api-key-required', 'api-wrong-key-refused', 'api-requests-limited', 'tls-old-refused']),
    );
  });

  it('leaves a dated record of each run, for this user alone, without the key', async () => {
    const records = join(folder, 'records');
    const before = new Set(await readdir(records));
    const key = await gateway.key('admin');
    const { stdout } = await run(['-s', everything.url, '-k', key]);
    const name = (await readdir(records)).find((one) => !before.has(one)) ?? '';
    const text = await readFile(join(records, name), 'utf8');
    const read = readTestRecord(text, name);
    expect(read).toMatchObject({ target: everything.url, failed: 7 });
    expect(Math.abs(Date.now() - (read?.when ?? 0))).toBeLessThan(60_000);
    expect((await stat(join(records, name))).mode & 0o777).toBe(0o600);
    expect(text + stdout).not.toContain(key);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Result: \d+\/\d+ tests passed, \d+\.\d%$/);
  });

  it('could not look where nobody is', async () => {
    const { code, outcomes } = await tested(['-s', `https://127.0.0.1:${await freePort()}`]);
    expect(code).toBe(3);
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['unknown']));
  });
});

describe('what merlon test does not do', () => {
  // 192.0.2.0/24 is nobody's (RFC 5737); nothing is sent there.
  it.each([
    ['another machine that was not allowed', ['-s', 'https://192.0.2.1']],
    ['another machine, though a third one was allowed', ['-s', 'https://192.0.2.1', '--allow-host', '192.0.2.2']],
    ['a key over plain HTTP', ['-s', 'http://192.0.2.1', '--allow-host', '192.0.2.1', '-k', 'secret-key']],
    ['an address with a credential', ['-s', 'https://user:secret@127.0.0.1']],
    ['an address of another kind', ['-s', 'file:///etc/passwd']],
    ['no address', ['-s', 'nonsense']],
    ['a key that is two headers', ['-s', 'https://127.0.0.1', '-k', 'a\r\nb: c']],
    ['no server at all', []],
  ])('is to test %s', async (_, args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toContain('secret');
  });
});
