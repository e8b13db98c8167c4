import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, defineRole, operationOf } from '../policy/decide.ts';
import { nameOf, WRAP_ROLE, wrapConfig, type Wrapped } from './wrap-config.ts';

const wrapped = (given: Partial<Wrapped> = {}): Wrapped => ({
  command: 'server',
  args: [],
  cwd: '/srv',
  stateFolder: '/state',
  ...given,
});
const configOf = async (given?: Partial<Wrapped>, env = {}) => (await wrapConfig(wrapped(given), env)).loaded.config;
const entryOf = async (given: Partial<Wrapped>) => Object.values((await configOf(given)).mcpServers)[0];

describe('the configuration of a wrapped program', () => {
  it('keeps record and log below the state folder, in a folder of its own', async () => {
    const { server, security, logging } = await configOf();
    expect([server.state_dir, security.audit_log_path, logging.path]).toEqual([
      '/state/server',
      '/state/server/audit.log',
      '/state/server/server.log',
    ]);
    expect((await configOf({ auditLog: '/elsewhere/a.log' })).security.audit_log_path).toBe('/elsewhere/a.log');
  });

  it('has every protection on that there is for it', async () => {
    const { loaded } = await wrapConfig(wrapped(), {});
    expect(loaded.switchedOff).toEqual([]);
    expect(loaded.config.security).toMatchObject({ audit_log_enabled: true, mask_secrets: true, rate_limiting: true });
  });

  it('starts the very program with the very arguments, whatever they are', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 }).map((some) => some.replaceAll('\0', ''));
    const odd = fc.constantFrom(
      '${env:HOME}',
      '${file:/etc/passwd}',
      '--',
      '\u2028',
      '"',
      '*x',
      '&a',
      '<<',
      '\ud800',
      '\t',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(text, odd)), text, async (args, command) => {
        fc.pre(command !== '' && !/^\.{1,2}[/\\]/.test(command));
        const entry = await entryOf({ command, args, name: 'x' });
        expect(entry).toMatchObject({ command, args, cwd: '/srv', env: {} });
      }),
    );
  });

  it('takes a program relative to its own working folder', async () => {
    expect(await entryOf({ command: './server.sh' })).toMatchObject({ cwd: '/srv', command: '/srv/server.sh' });
  });

  it('passes the named variables on and keeps their secrets out of all logs', async () => {
    const { loaded } = await wrapConfig(wrapped({ env: ['API_TOKEN'], args: ['--token=s3cret-argument'] }), {
      API_TOKEN: 'hunter2-hunter2',
      OTHER_TOKEN: 'not-mentioned',
    });
    expect(loaded.config.mcpServers['server']?.envPassthrough).toEqual(['API_TOKEN']);
    expect(loaded.secrets).toEqual(expect.arrayContaining(['hunter2-hunter2', 's3cret-argument']));
    expect(loaded.secrets).not.toContain('not-mentioned');
  });

  it.each([{ env: ['A=b'] }, { env: [''] }, { name: 'a__b' }, { name: '1' }, { name: '__proto__' }])(
    'refuses %j',
    async (given) => {
      await expect(configOf(given)).rejects.toMatchObject({ code: 'USAGE' });
    },
  );

  it('never repeats the value of a variable that was given by mistake', async () => {
    await expect(configOf({ env: ['TOKEN=hunter2'] })).rejects.not.toThrow(/hunter2/);
  });
});

describe('the role of a wrapped program', () => {
  const allows = async (given: Partial<Wrapped>, method: string, params?: { name?: string; uri?: string }) => {
    const { permissions } = await configOf({ name: 'fs', ...given });
    const role = permissions.roles.find(({ name }) => name === WRAP_ROLE);
    return decide(defineRole(WRAP_ROLE, role?.permissions ?? []), operationOf(method, params, 'fs')).allowed;
  };

  it('may do everything that this server offers', async () => {
    expect(await allows({}, 'initialize')).toBe(true);
    expect(await allows({}, 'tools/call', { name: 'x' })).toBe(true);
    expect(await allows({}, 'resources/read', { uri: 'file:///x' })).toBe(true);
    expect(await allows({}, 'some/extension')).toBe(true);
  });

  it('may do nothing but what is named, when something is', async () => {
    const permissions = ['execute:tool/fs/read_file'];
    expect(await allows({ permissions }, 'initialize')).toBe(true);
    expect(await allows({ permissions }, 'tools/call', { name: 'read_file' })).toBe(true);
    expect(await allows({ permissions }, 'tools/call', { name: 'write_file' })).toBe(false);
    expect(await allows({ permissions }, 'resources/read', { uri: 'file:///x' })).toBe(false);
    await expect(allows({ permissions: ['read'] }, 'initialize')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('the name after a program', () => {
  it.each([
    ['npx', ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '/tmp'], 'server-filesystem'],
    ['/usr/bin/node', ['--no-warnings', 'dist/my_server.mjs'], 'my_server'],
    ['uvx', ['mcp-server-git'], 'mcp-server-git'],
    ['C:\\Tools\\server.exe', [], 'server'],
    ['npx.cmd', ['-y', 'some.server'], 'some-server'],
    ['npx', [], 'npx'],
    ['node', ['-e', '1'], 'server'],
    ['./__a__b', [], 'a_b'],
  ] as const)('of %s %j is %s', (command, args, expected) => {
    expect(nameOf(command, args)).toBe(expected);
  });

  it('can always be a name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.array(fc.string()), async (command, args) => {
        fc.pre(!`${command}${args.join('')}`.includes('\0'));
        expect((await wrapConfig(wrapped({ command, args }), {})).name).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/);
      }),
    );
  });
});
