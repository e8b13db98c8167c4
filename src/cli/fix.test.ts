import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectIo } from './connect-options.ts';
import { fix } from './fix.ts';
import { installedVersion } from './installed-version.ts';

const RANDOM = 'k7Qz93mXw0aLs82PtRv5';
const BAD = JSON.stringify(
  { mcpServers: { a: { command: 'npx', args: ['-y', '@acme/x'], env: { API_KEY: RANDOM }, autoApprove: ['*'] } } },
  null,
  2,
);

let home: string;
let printed: string[];
let said: string[];
let io: ConnectIo;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'merlon-fix-'));
  [printed, said] = [[], []];
  io = {
    env: {},
    platform: 'linux',
    home,
    cwd: home,
    program: { node: '/node', file: '/merlon/main.js' },
    print: (line) => void printed.push(line),
    say: (line) => void said.push(line),
    ask: undefined,
  };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** What became of each finding, without its title. */
function fates(): string[] {
  return said.flatMap((line) => {
    const [, fate = '', finding = ''] = /^(gone|eased|still|new|unseen) +([^:]+):/.exec(line) ?? [];
    return fate === '' ? [] : [`${fate} ${finding}`];
  });
}

describe('merlon fix', () => {
  it('mends the files that it finds, keeps a backup, and proves it without showing a secret', async () => {
    const file = write('.cursor/mcp.json', BAD);
    expect(await fix([], { yes: true, pin: ['@acme/x=1.2.3'] }, io)).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(JSON.parse(text)).toEqual({
      mcpServers: {
        a: { command: 'npx', args: ['-y', '@acme/x@1.2.3'], env: { API_KEY: '${env:API_KEY}' }, autoApprove: [] },
      },
    });
    expect(readFileSync(`${file}.merlon-backup-1`, 'utf8')).toBe(BAD);
    expect([...printed, ...said].join('\n')).not.toContain(RANDOM);
    expect(printed.join('\n')).toContain('+        "API_KEY": "${env:API_KEY}"');
    for (const check of ['client-no-literal-secrets', 'client-no-auto-approval', 'client-packages-pinned']) {
      expect(fates()).toContain(`gone ${check} · a`);
    }
    expect(fates().some((line) => line.startsWith('new'))).toBe(false);
  });

  it('writes nothing with --print, without a terminal, or when told no', async () => {
    const file = write('mcp.json', BAD);
    expect(await fix([file], { print: true }, io)).toBe(0);
    await expect(fix([file], {}, io)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await fix([file], {}, { ...io, ask: () => Promise.resolve(false) })).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(BAD);
  });

  it('hides no finding behind the wrapper that it puts in front', async () => {
    const args = ['-y', '@modelcontextprotocol/server-filesystem@1.0.0', '/'];
    const file = write('mcp.json', JSON.stringify({ mcpServers: { a: { command: 'npx', args } } }));
    const program = { node: '/node', file: '/elsewhere/src/cli/main.ts' };
    await fix([file], { yes: true, wrap: true }, { ...io, program });
    expect(readFileSync(file, 'utf8')).toContain('"wrap"');
    expect(fates()).toContain('still client-filesystem-scope-narrow · a (fail)');
    expect(fates()).toContain('gone client-behind-gateway · a');
  });

  it('wraps nothing twice', async () => {
    const file = write('mcp.json', JSON.stringify({ mcpServers: { a: { command: 'x' } } }));
    await fix([file], { yes: true, wrap: true }, io);
    const once = readFileSync(file, 'utf8');
    await fix([file], { yes: true, wrap: true }, io);
    expect(readFileSync(file, 'utf8')).toBe(once);
  });

  it('does only what --only names', async () => {
    const file = write('mcp.json', BAD);
    await fix([file], { yes: true, only: 'client-no-auto-approval' }, io);
    expect(readFileSync(file, 'utf8')).toBe(BAD.replace(/\[\s*"\*"\s*\]/, '[]'));
  });

  it.each([[{ only: 'nothing' }], [{ pin: ['x'] }], [{ pin: ['x=latest'] }], [{ client: 'curser' }]])(
    'refuses %j',
    async (options) => {
      await expect(fix([], options, io)).rejects.toMatchObject({ code: 'USAGE' });
    },
  );

  it('says that there is no such file', async () => {
    await expect(fix(['none.json'], {}, io)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

const SERVER = `# gateway
server:
  secure: false # behind a proxy
auth:
  required: false
  providers:
    - type: jwt
      secret: ${RANDOM}${RANDOM} # rotate
      algorithm: HS256
security:
  rate_limiting: false
`;

describe('merlon fix of a server’s configuration', () => {
  it('mends merlon.yaml here, keeps the secret in a private file, and proves it', async () => {
    const file = write('merlon.yaml', SERVER);
    chmodSync(file, 0o640);
    expect(await fix([], { yes: true, secretsTo: 'secrets.env' }, io)).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(
      SERVER.replace('required: false', 'required: true')
        .replace('limiting: false', 'limiting: true')
        .replace(RANDOM + RANDOM, '${env:MERLON_JWT_SECRET}'),
    );
    expect(readFileSync(join(home, 'secrets.env'), 'utf8')).toBe(`MERLON_JWT_SECRET=${RANDOM}${RANDOM}\n`);
    expect(statSync(join(home, 'secrets.env')).mode & 0o777).toBe(0o600);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect([...printed, ...said].join('\n')).not.toContain(RANDOM);
    for (const check of [
      'config-no-literal-secrets · auth.providers.0.secret',
      'config-auth-required',
      'config-rate-limited',
    ]) {
      expect(fates()).toContain(`gone ${check}`);
    }
    said.length = 0;
    expect(await fix([file], { yes: true }, io)).toBe(0);
    expect(fates()).toEqual([]);
    expect(readdirSync(home).filter((name) => name.includes('backup'))).toHaveLength(1);
  });

  it('moves a client’s credentials to the same file, under names of their own', async () => {
    const file = write('.cursor/mcp.json', BAD.replace(RANDOM, `${RANDOM}2`));
    writeFileSync(join(home, 'secrets.env'), 'API_KEY=another\n', { mode: 0o600 });
    await fix([file], { yes: true, secretsTo: 'secrets.env' }, io);
    expect(readFileSync(join(home, 'secrets.env'), 'utf8')).toBe(`API_KEY=another\nAPI_KEY_2=${RANDOM}2\n`);
    expect(readFileSync(file, 'utf8')).toContain('${env:API_KEY_2}');
    expect([...printed, ...said].join('\n')).not.toContain(RANDOM);
  });

  it('replaces what a link leads to, and leaves the link', async () => {
    const file = write('real/merlon.yaml', SERVER);
    symlinkSync(file, join(home, 'merlon.yaml'));
    expect(await fix(['merlon.yaml'], { yes: true }, io)).toBe(0);
    expect(lstatSync(join(home, 'merlon.yaml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('required: true');
  });

  it('writes nothing where it may not, or where others could read the secrets', async () => {
    const file = write('merlon.yaml', SERVER);
    const secrets = write('secrets.env', '');
    chmodSync(secrets, 0o644);
    await expect(fix([file], { yes: true, secretsTo: secrets }, io)).rejects.toMatchObject({ code: 'USAGE' });
    chmodSync(file, 0o400);
    await expect(fix([file], { yes: true }, io)).rejects.toMatchObject({ code: 'CLIENT_FILE_UNUSABLE' });
    expect(readFileSync(file, 'utf8')).toBe(SERVER);
    expect(readFileSync(secrets, 'utf8')).toBe('');
  });

  it('writes nothing where the file changes while it asks', async () => {
    const file = write('merlon.yaml', SERVER);
    const ask = () => {
      writeFileSync(file, `${SERVER}# mine\n`);
      return Promise.resolve(true);
    };
    await expect(fix([file], {}, { ...io, ask })).rejects.toMatchObject({ code: 'CLIENT_FILE_CHANGED' });
    expect(readFileSync(file, 'utf8')).toBe(`${SERVER}# mine\n`);
  });

  it('writes nothing that the gateway would not load', async () => {
    const file = write('merlon.yaml', `${SERVER}  no_such_key: 1\n`);
    expect(await fix([file], { yes: true }, io)).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(`${SERVER}  no_such_key: 1\n`);
    expect(said.join('\n')).toContain('CONFIG_UNKNOWN_KEY');
  });

  it('says that a comment still holds what was moved, without showing it', async () => {
    const file = write('merlon.yaml', `${SERVER}# was ${RANDOM}${RANDOM}\n`);
    await fix([file], { yes: true }, io);
    expect(said.filter((line) => /^left .*comment/.test(line))).toHaveLength(1);
    expect([...printed, ...said].join('\n')).not.toContain(RANDOM);
  });

  it('says it in Chinese', async () => {
    write('merlon.yaml', SERVER);
    await fix([], { yes: true, lang: 'zh' }, io);
    expect(said.filter((line) => !/[\u4e00-\u9fff]/.test(line))).toEqual([]);
  });

  it('of what is neither is refused', async () => {
    const file = write('tools.json', '{"tools":[]}');
    await expect(fix([file], { yes: true }, io)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('runs as a command, without a secret in what it writes anywhere but to the private file', () => {
    const file = write('merlon.yaml', SERVER);
    const main = join(import.meta.dirname, 'main.ts');
    const args = [main, 'fix', file, '--yes', '--secrets-to', 'new.env'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: home, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout + stderr).not.toContain(RANDOM);
    expect(readFileSync(join(home, 'new.env'), 'utf8')).toContain(RANDOM);
  });
});

describe('the installed version', () => {
  it('is that of the nearest node_modules, else of what npx used', () => {
    write('project/node_modules/@acme/x/package.json', '{"version":"1.0.0"}');
    write('.npm/_npx/abc/node_modules/y/package.json', '{"version":"2.0.0"}');
    write('.npm/_npx/abc/node_modules/bad/package.json', '{"version":"latest"}');
    const from = join(home, 'project', 'src');
    expect(installedVersion('@acme/x', from, home)).toBe('1.0.0');
    expect(installedVersion('y', from, home)).toBe('2.0.0');
    expect(installedVersion('bad', from, home)).toBeUndefined();
    expect(installedVersion('../../project/node_modules/@acme/x', from, home)).toBeUndefined();
  });
});
