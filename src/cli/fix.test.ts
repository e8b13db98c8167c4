import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
