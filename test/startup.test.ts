import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loopbackCertificate } from './certificate.ts';
import { type Deployment, type Ended, type GatewayConfig, makeDeployment, merlon, runMerlon } from './deployment.ts';
import { processesWith } from './children/process-table.ts';

// Everywhere in these configurations; no message may carry them.
const SECRETS = ['literal-5ecret-in-the-file', 'env-5ecret-in-the-environment'];
const ENV = { PLANTED: SECRETS[1] };
const base: GatewayConfig = {
  // Without a log file its lines go to stderr too.
  logging: { level: 'ERROR' },
  auth: { providers: [{ type: 'api_key' }, { type: 'jwt', algorithm: 'HS256', secret: '${env:PLANTED}' }] },
  mcpServers: { remote: { url: 'http://127.0.0.1:9/mcp', headers: { Authorization: `Bearer ${SECRETS[0]}` } } },
};

let deployment: Deployment;

beforeAll(async () => {
  deployment = await makeDeployment(base);
});

afterAll(() => deployment.remove());

async function serve(config: GatewayConfig, env: Record<string, string | undefined> = ENV): Promise<Ended> {
  await deployment.configure({ ...base, ...config });
  return await runMerlon(['serve', '-c', deployment.file], env);
}

/**
 * Code and exit code of a refusal that is as it should be: one sentence and what to do, and nothing else (no stack trace,
 * no secret, no half start). One that is not comes back whole, for the test to show.
 */
function refusalOf(ended: Ended): unknown {
  const [, code] = /^(?:\S+:\d+:\d+ )?([A-Z_]+): [^\n]+\.\n {2}[^\n]+[.?]\n$/.exec(ended.stderr) ?? [];
  const isTidy = ended.stdout === '' && !/^\s+at |node:|Error:/m.test(ended.stderr);
  return code !== undefined && isTidy && !SECRETS.some((secret) => ended.stderr.includes(secret))
    ? `${code} ${ended.code}`
    : ended;
}

describe('merlon serve says in one sentence why it cannot start', () => {
  it('PORT_IN_USE when another program has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ended = await serve({
      server: { port },
      // Started before the port is asked for; it must not stay.
      mcpServers: { own: { command: 'sleep', args: ['4711'], url: 'http://127.0.0.1:${port}/mcp' } },
    });
    expect(refusalOf(ended)).toBe('PORT_IN_USE 10');
    expect(ended.stderr).toContain(String(port));
    expect(processesWith('sleep\u00004711', ['cmdline'])).toEqual([]);
    other.close();
  });

  it('STATE_NOT_WRITABLE when a folder cannot be made or a file cannot be opened', async () => {
    const file = join(deployment.folder, 'a-file');
    await writeFile(file, '');
    const folder = join(deployment.folder, 'a-folder');
    await mkdir(folder, { recursive: true });
    expect(refusalOf(await serve({ server: { state_dir: join(file, 'state') } }))).toBe('STATE_NOT_WRITABLE 11');
    expect(refusalOf(await serve({ server: { state_dir: '/proc/merlon-state' } }))).toBe('STATE_NOT_WRITABLE 11');
    expect(refusalOf(await serve({ security: { audit_log_path: folder } }))).toBe('STATE_NOT_WRITABLE 11');
    expect(refusalOf(await serve({ logging: { path: join(file, 'server.log') } }))).toBe('STATE_NOT_WRITABLE 11');
    expect(refusalOf(await serve({ logging: { path: folder } }))).toBe('STATE_NOT_WRITABLE 11');
  });

  // The superuser ignores file modes; a file system that is mounted read-only stops even him.
  const mayMount = spawnSync('unshare', ['-rm', 'true']).status === 0;
  it.skipIf(!mayMount)('STATE_NOT_WRITABLE when the state folder is read-only', async () => {
    const readOnly = join(deployment.folder, 'read-only');
    await mkdir(readOnly, { recursive: true });
    await deployment.configure({ ...base, server: { state_dir: readOnly } });
    const script = `mount -t tmpfs -o ro none "$1" && exec "$2" "$3" serve -c "$4"`;
    const args = ['-rm', 'sh', '-c', script, 'sh', readOnly, process.execPath, merlon, deployment.file];
    const { status, stdout, stderr } = spawnSync('unshare', args, {
      env: { ...process.env, ...ENV },
      encoding: 'utf8',
    });
    expect(refusalOf({ code: status, stdout, stderr })).toBe('STATE_NOT_WRITABLE 11');
    expect(stderr).toContain(readOnly);
  });

  it('UPSTREAM_NOT_FOUND when the program of an upstream is missing', async () => {
    const ended = await serve({ mcpServers: { files: { command: 'no-such-program-here' } } });
    expect(refusalOf(ended)).toBe('UPSTREAM_NOT_FOUND 12');
    expect(ended.stderr).toContain('no-such-program-here');
  });

  it('CERTIFICATE_UNUSABLE when the pair is missing, garbage, or does not match', async () => {
    const [garbage, other] = [join(deployment.folder, 'garbage.pem'), join(deployment.folder, 'other.pem')];
    await writeFile(garbage, 'not a certificate');
    await writeFile(other, (await loopbackCertificate()).key);
    expect(refusalOf(await serve({ server: { tls_cert: '/nowhere/cert.pem' } }))).toBe('CERTIFICATE_UNUSABLE 13');
    expect(refusalOf(await serve({ server: { tls_cert: garbage } }))).toBe('CERTIFICATE_UNUSABLE 13');
    expect(refusalOf(await serve({ server: { tls_key: garbage } }))).toBe('CERTIFICATE_UNUSABLE 13');
    expect(refusalOf(await serve({ server: { tls_key: other } }))).toBe('CERTIFICATE_UNUSABLE 13');
  });

  it('KEYS_UNUSABLE when the keys file is damaged', async () => {
    const state = join(deployment.folder, 'bad-keys');
    await mkdir(state);
    await writeFile(join(state, 'keys.json'), '{"keys": "gone"}', { mode: 0o600 });
    expect(refusalOf(await serve({ server: { state_dir: state } }))).toBe('KEYS_UNUSABLE 14');
  });

  it('AUDIT_IN_USE when another gateway writes the same audit log, which goes on undisturbed', async () => {
    const state = join(deployment.folder, 'shared');
    await deployment.configure({ ...base, server: { state_dir: state } });
    const first = await deployment.start({ env: ENV });
    const second = await runMerlon(['serve', '-c', deployment.file], ENV);
    expect(refusalOf(second)).toBe('AUDIT_IN_USE 15');
    expect(await first.stop()).toBe(0);
    const third = await deployment.start({ env: ENV });
    expect(await third.stop()).toBe(0);
  });

  it('AUDIT_DAMAGED when the audit log does not end as it was written, which is left as it is', async () => {
    const path = join(deployment.folder, 'damaged.log');
    await writeFile(path, 'this is no audit log\n');
    expect(refusalOf(await serve({ security: { audit_log_path: path } }))).toBe('AUDIT_DAMAGED 16');
    expect(await readFile(path, 'utf8')).toBe('this is no audit log\n');
  });
});

describe('merlon serve says where the configuration is wrong', () => {
  const at = (line: number, column: number): string => `${deployment.file}:${line}:${column} `;

  async function serveText(text: string): Promise<Ended> {
    await writeFile(deployment.file, text);
    return await runMerlon(['serve', '-c', deployment.file], ENV);
  }

  it('a key that does not exist, with the nearest that does', async () => {
    const ended = await serveText(`server:\n  secure: false\n  prot: 8443\n`);
    expect(refusalOf(ended)).toBe('CONFIG_UNKNOWN_KEY 2');
    expect(ended.stderr).toContain(at(3, 3));
    expect(ended.stderr).toContain('port');
  });

  it('a value of the wrong kind', async () => {
    const ended = await serveText(`server:\n  secure: false\n  port: "many"\n`);
    expect(refusalOf(ended)).toBe('CONFIG_INVALID 2');
    expect(ended.stderr).toContain(at(3, 9));
  });

  it('broken YAML', async () => {
    const ended = await serveText(`server:\n  secure: [false\n  port: 1\nauth: ${SECRETS[0]}: x\n`);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^\S+:\d+:\d+ CONFIG_SYNTAX: /);
    expect(ended.stderr).not.toContain(SECRETS[0]);
  });

  it('a secret that is not there', async () => {
    const ended = await serveText(
      'auth:\n  providers:\n    - {type: jwt, algorithm: HS256, secret: "${env:NOT_SET_1}"}\nserver: {secure: false}\n',
    );
    expect(refusalOf(ended)).toBe('CONFIG_SECRET_MISSING 2');
    expect(ended.stderr).toContain(at(3, 45));
  });

  it('every problem at once, each with its place', async () => {
    const ended = await serveText(
      `server:\n  secure: false\n  port: -1\nlogging:\n  level: LOUD\nmcpServers:\n  a b: {}\n`,
    );
    expect(ended.code).toBe(2);
    for (const place of [at(3, 9), at(5, 10), at(7, 3)]) expect(ended.stderr).toContain(place);
  });

  it('an address beyond this machine without protection', async () => {
    const ended = await serveText(`server:\n  host: 0.0.0.0\n  port: 0\n  secure: false\n`);
    expect(refusalOf(ended)).toBe('CONFIG_UNSAFE 2');
    expect(ended.stderr).toContain(at(2, 9));
  });

  it('a file that is not there', async () => {
    const ended = await runMerlon(['serve', '-c', join(deployment.folder, 'none.yaml')], ENV);
    expect(refusalOf(ended)).toBe('CONFIG_NOT_FOUND 2');
  });

  it('and starts nothing, makes nothing', async () => {
    const folder = join(deployment.folder, 'never');
    await serveText(
      `server:\n  secure: false\n  state_dir: ${folder}\n  port: "many"\nmcpServers: {a: {command: sleep, args: ["4712"]}}\n`,
    );
    expect(existsSync(folder)).toBe(false);
    expect(processesWith('sleep\u00004712', ['cmdline'])).toEqual([]);
  });
});

describe('the command line', () => {
  it('shows its help and its version, and ends well', async () => {
    const [help, version, serveHelp] = await Promise.all([
      runMerlon(['--help']),
      runMerlon(['--version']),
      runMerlon(['serve', '--help']),
    ]);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('serve');
    expect(version).toMatchObject({ code: 0, stderr: '' });
    const manifest = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as {
      version: string;
    };
    expect(version.stdout).toBe(`${manifest.version}\n`);
    expect(serveHelp).toMatchObject({ code: 0, stderr: '' });
    expect(serveHelp.stdout).toContain('--allow-unsafe-bind');
  });

  it('refuses what it does not know, with exit code 2 and nothing on stdout', async () => {
    const wrong = [['bake'], ['serve', '--prot', '1'], ['serve', 'extra'], ['key', 'revoke'], ['key', 'create'], []];
    const ended = await Promise.all(wrong.map((args) => runMerlon(args)));
    for (const one of ended) {
      expect(one).toMatchObject({ code: 2, stdout: '' });
      expect(one.stderr).not.toBe('');
      expect(one.stderr).not.toMatch(/^\s+at /m);
    }
  });

  it('refuses a key for a role that does not exist', async () => {
    await deployment.configure(base);
    const ended = await runMerlon(['key', 'create', '-c', deployment.file, '--role', 'emperor'], ENV);
    expect(refusalOf(ended)).toBe('USAGE 2');
  });
});

it('leaves nothing in the working folder', async () => {
  const before = readdirSync(process.cwd());
  await serve({ server: { tls_cert: '/nowhere/cert.pem' } });
  expect(readdirSync(process.cwd())).toEqual(before);
  await rm(join(deployment.folder, 'never'), { recursive: true, force: true });
});
