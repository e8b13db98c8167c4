import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigErrors, loadConfig } from './load.ts';
import { faults, load, places, TLS } from '../../test/config.ts';

const appendixB = fileURLToPath(new URL('./fixtures/appendix-b.yaml', import.meta.url));

describe("the mission's example", () => {
  test('loads as it stands, bound to every address, with nothing switched off', async () => {
    const { config, switchedOff } = await loadConfig(appendixB, { env: {} });
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 443, secure: true, tls_min_version: 'TLSv1.3' });
    expect(config.auth.providers.map(({ type }) => type)).toEqual(['oauth2', 'jwt']);
    expect(config.permissions.roles.map(({ name }) => name)).toEqual(['admin', 'user', 'guest']);
    expect(config.security).toMatchObject({ sandbox_type: 'docker', max_requests_per_minute: 100 });
    expect(switchedOff).toEqual([]);
  });

  test('is warned of its literal and guessable secrets, which are kept out of logs', async () => {
    const { warnings, secrets } = await loadConfig(appendixB, { env: {} });
    expect(warnings.map(({ kind, place }) => `${place.line} ${kind}`)).toEqual([
      '16 literal-secret',
      '16 weak-secret',
      '18 literal-secret',
      '18 weak-secret',
    ]);
    expect(secrets).toEqual(['your-client-secret', 'your-jwt-secret']);
  });
});

describe('variables that are passed through', () => {
  test('are secrets when their name or their value tells so', async () => {
    const env = {
      GITHUB_TOKEN: 'x',
      API_KEY: 'Bearer abc',
      PROXY: 'http://me:pass%20word@proxy/',
      OTHER: `ghp_${'a1'.repeat(18)}`,
      LANG: 'C.UTF-8',
      NOT_NAMED_TOKEN: 'not this one',
    };
    const text = `${TLS}mcpServers: { a: { command: x, envPassthrough: [GITHUB_TOKEN, API_KEY, PROXY, OTHER, LANG, UNSET_TOKEN] } }`;
    const { secrets } = await load(text, { env });
    expect(secrets).toEqual(['x', 'Bearer abc', 'abc', 'pass word', 'pass%20word', env.OTHER]);
  });
});

describe('a valid configuration', () => {
  test('has every default when it says no more than where the certificate is', async () => {
    const { config } = await load(TLS);
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8443, secure: true, verify_host: true });
    expect(config.auth.providers).toEqual([{ type: 'api_key' }]);
    expect(config.permissions.roles[2]).toEqual({ name: 'guest', permissions: ['read:info'] });
    expect(config.logging).toMatchObject({ level: 'INFO', format: 'json', retention_days: 30 });
    expect(Object.keys(config.mcpServers)).toEqual([]);
  });

  test('has absolute paths, relative ones taken from the folder of the file', async () => {
    const { config } = await load(`
server: { tls_cert: a.pem, tls_key: /keys/a.key, state_dir: ../state }
auth: { providers: [{ type: api_key, file: keys.json }] }
logging: { path: server.log }
mcpServers:
  here: { command: ./run.sh, cwd: work }
  path: { command: npx }
`);
    expect(config.server).toMatchObject({
      tls_cert: '/etc/merlon/a.pem',
      tls_key: '/keys/a.key',
      state_dir: '/etc/state',
    });
    expect(config.security.audit_log_path).toBe('/etc/state/audit.log');
    expect(config.logging.path).toBe('/etc/merlon/server.log');
    expect(config.auth.providers).toEqual([{ type: 'api_key', file: '/etc/merlon/keys.json' }]);
    expect(config.mcpServers['here']).toMatchObject({ command: '/etc/merlon/run.sh', cwd: '/etc/merlon/work' });
    expect(config.mcpServers['path']).toMatchObject({ command: 'npx', cwd: '/etc/merlon' });
  });

  test('cannot be changed, at any depth', async () => {
    const { config } = await load(`${TLS}mcpServers: { a: { command: x, env: { A: b } } }`);
    expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.mcpServers['a']?.env ?? {}, { A: 'c' })).toThrow(TypeError);
    expect(() => Object.assign(config.permissions.roles[0] ?? {}, { name: 'root' })).toThrow(TypeError);
  });

  test('knows no upstream by the name of something that every object has', async () => {
    const { config } = await load(TLS);
    expect(config.mcpServers['constructor']).toBeUndefined();
    expect(config.mcpServers['__proto__']).toBeUndefined();
  });

  test('may be JSON with tabs and a $schema, or have empty sections and anchors', async () => {
    await expect(places('{\n\t"$schema": "x",\n\t"server": {"secure": false}\n}')).resolves.toEqual([]);
    await expect(places(`${TLS}mcpServers:\nlogging:\n`)).resolves.toEqual([]);
    const { config } = await load(
      `${TLS}mcpServers:\n  a: { command: x, args: &args [y] }\n  b: { command: z, args: *args }`,
    );
    expect(config.mcpServers['b']?.args).toEqual(['y']);
  });

  test('takes a log level in any case', async () => {
    const { config } = await load(`${TLS}logging: { level: Debug }`);
    expect(config.logging.level).toBe('DEBUG');
  });
});

describe('all problems at once', () => {
  test('each has its own place, whatever else is wrong', async () => {
    const text = [
      'server:', //                                1
      '  port: "80"', //                           2
      '  tls_certt: x', //                         3
      'auth:', //                                  4
      '  providers:', //                           5
      '    - type: jwt', //                        6
      '      algorithm: HS256', //                 7
      '    - { type: api_key, default_role: x }', // 8
      '  anonymous_role: nobody', //               9
      'permissions:', //                          10
      '  roles:', //                              11
      '    - { name: a, permissions: [x] }', //   12
      '    - { name: a, permissions: [read:y] }', // 13
      'logging: { level: "${env:NOPE}" }', //     14
    ].join('\n');
    await expect(places(text)).resolves.toEqual([
      '1:1 CONFIG_INVALID', // no certificate
      '2:9 CONFIG_INVALID',
      '3:3 CONFIG_UNKNOWN_KEY',
      '6:7 CONFIG_INVALID', // no key
      '8:24 CONFIG_UNKNOWN_KEY',
      '8:38 CONFIG_INVALID',
      '9:19 CONFIG_INVALID',
      '12:32 CONFIG_INVALID',
      '13:15 CONFIG_INVALID', // the name again
      '13:32 CONFIG_INVALID', // no such kind
      '14:19 CONFIG_SECRET_MISSING',
    ]);
  });

  test('come as one error that ends a command with exit code 2', async () => {
    const failure = await load('server: { port: x }').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigErrors);
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', exit: 2, problems: { length: 2 } });
  });
});

describe('protections that span sections', () => {
  test.each([
    ['server: {}', '1:1 CONFIG_INVALID'],
    ['', '1:1 CONFIG_INVALID'],
    ['server: { tls_cert: a }', '1:1 CONFIG_INVALID'],
    ['server: { tls_key: a, secure: true }', '1:31 CONFIG_INVALID'],
  ])('TLS without both files is refused: %s', async (text, place) => {
    await expect(places(text)).resolves.toEqual([place]);
  });

  test.each([
    ['0.0.0.0', 'secure: false', ''],
    ['"::"', 'secure: false', ''],
    ['merlon.example.com', 'secure: false', ''],
    ['192.0.2.1', 'tls_cert: a, tls_key: b', 'auth: { required: false }'],
  ])('listening on %s with %s %s is refused unless accepted', async (host, tls, auth) => {
    const text = `server: { host: ${host}, ${tls} }\n${auth}`;
    await expect(places(text)).resolves.toEqual(['1:17 CONFIG_UNSAFE']);
    const { problems, warnings } = await faults(text, { allowUnsafeBind: true });
    expect(problems).toEqual([]);
    expect(warnings.map(({ kind }) => kind)).toEqual(['unsafe-bind']);
  });

  test('a protection turned off by a variable counts as turned off', async () => {
    const env = { SECURE: 'false', REQUIRED: 'false', HOST: '0.0.0.0' };
    const tls = 'server: { host: 0.0.0.0, secure: "${env:SECURE}" }';
    await expect(places(tls, { env })).resolves.toEqual(['1:17 CONFIG_UNSAFE']);
    const auth = 'server: { host: "${env:HOST}", tls_cert: a, tls_key: b }\nauth: { required: "${env:REQUIRED}" }';
    await expect(places(auth, { env })).resolves.toEqual(['1:17 CONFIG_UNSAFE']);
    const { switchedOff } = await load(tls, { env, allowUnsafeBind: true });
    expect(switchedOff.map(({ key }) => key)).toEqual(['server.secure']);
  });

  test.each(['127.0.0.1', 'localhost', '"::1"'])('listening on %s is safe without TLS', async (host) => {
    await expect(places(`server: { host: ${host}, secure: false }`)).resolves.toEqual([]);
  });

  test.each([
    [`${TLS}auth: { anonymous_role: root }`, '2:25 CONFIG_INVALID'],
    [
      `${TLS}auth: { providers: [{ type: oauth2, issuer: "https://a.example", default_role: root }] }`,
      '2:80 CONFIG_INVALID',
    ],
    [`${TLS}auth: { required: false }\npermissions: { roles: [{ name: a, permissions: [] }] }`, '2:19 CONFIG_INVALID'],
  ])('a role that does not exist is refused: %s', async (text, place) => {
    await expect(places(text)).resolves.toEqual([place]);
  });

  test.each([
    ['roles: [{ name: a, permissions: [], default_task: nothing }]', '3:55 CONFIG_INVALID'],
    [
      'roles: [{ name: a, permissions: [], default_task: t }], tasks: { types: [{ name: t, roles: [b] }] }',
      '3:55 CONFIG_INVALID',
      '3:97 CONFIG_INVALID',
    ],
    ['tasks: { types: [{ name: t, roles: [admin, nobody] }] }', '3:48 CONFIG_INVALID'],
    ['roles: [{ name: a, permissions: [], default_task: t }], tasks: { types: [{ name: t, roles: [a] }] }'],
    ['tasks: { types: [{ name: t, roles: [admin, guest] }] }'],
  ])('a task type is for roles that there are, and the default of those only: %s', async (text, ...places_) => {
    await expect(places(`${TLS}permissions:\n  { ${text} }`)).resolves.toEqual(places_);
  });

  test('roles of your own do not have to include guest while every caller must authenticate', async () => {
    await expect(places(`${TLS}permissions: { roles: [{ name: a, permissions: [] }] }`)).resolves.toEqual([]);
  });

  test('a list of no providers, which would keep everybody out, is refused', async () => {
    await expect(places(`${TLS}auth: { providers: [] }`)).resolves.toEqual(['2:9 CONFIG_INVALID']);
    await expect(places(`${TLS}auth: { providers: [], required: false }`)).resolves.toEqual([]);
  });

  test.each([
    ['jwks_url: "https://a.example/jwks", algorithm: RS256', ['any-audience']],
    ['jwks_url: "https://a.example/jwks", algorithm: RS256, audience: merlon', []],
  ])('a jwt provider with %s brings the warnings %j', async (provider, kinds) => {
    const { warnings } = await load(`${TLS}auth: { providers: [{ type: jwt, ${provider} }] }`);
    expect(warnings.map(({ kind }) => kind)).toEqual(kinds);
  });

  test.each([
    ['http://tools.example.com/mcp', ['plain-http-upstream']],
    ['https://tools.example.com/mcp', []],
    ['http://127.0.0.1:9000/mcp', []],
    ['http://[::1]:9000/mcp', []],
  ])('an upstream at %s brings the warnings %j', async (url, kinds) => {
    const { warnings } = await load(`${TLS}mcpServers: { a: { url: "${url}" } }`);
    expect(warnings.map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('reading the file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'merlon-config-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  const problemsOf = async (name: string) => {
    const failure = await loadConfig(join(folder, name), { env: {} }).catch((error: unknown) => error);
    return failure instanceof ConfigErrors ? failure.problems.map(({ code }) => code) : failure;
  };

  test('a file that is not there, or is a folder, is named', async () => {
    await mkdir(join(folder, 'sub'));
    await expect(problemsOf('missing.yaml')).resolves.toEqual(['CONFIG_NOT_FOUND']);
    await expect(problemsOf('sub')).resolves.toEqual(['CONFIG_NOT_FOUND']);
  });

  test('a file that is no UTF-8, or beyond the limit, is refused', async () => {
    await writeFile(join(folder, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]));
    await writeFile(join(folder, 'huge.yaml'), '#'.repeat(1_048_577));
    await expect(problemsOf('latin.yaml')).resolves.toEqual(['CONFIG_SYNTAX']);
    await expect(problemsOf('huge.yaml')).resolves.toEqual(['CONFIG_SYNTAX']);
  });

  test('a byte order mark does not shift columns', async () => {
    await writeFile(join(folder, 'bom.yaml'), '\ufeffservr: {}\n');
    const failure = await loadConfig(join(folder, 'bom.yaml'), { env: {} }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ problems: [{ place: { line: 1, column: 1 } }, { place: { line: 1, column: 1 } }] });
  });

  test('secret files are found beside it, and one that others can read brings a warning', async () => {
    await writeFile(join(folder, 'key'), `${'s'.repeat(20)}1234567890ab\n`);
    await writeFile(
      join(folder, 'ok.yaml'),
      `${TLS}auth: { providers: [{ type: jwt, algorithm: HS256, secret: "\${file:key}" }] }`,
    );
    await chmod(join(folder, 'key'), 0o644);
    const open = await loadConfig(join(folder, 'ok.yaml'), { env: {} });
    expect(open.warnings.map(({ kind }) => kind)).toEqual(['readable-secret-file']);
    await chmod(join(folder, 'key'), 0o600);
    const closed = await loadConfig(join(folder, 'ok.yaml'), { env: {} });
    expect(closed.warnings).toEqual([]);
    expect(closed.secrets).toEqual([`${'s'.repeat(20)}1234567890ab`]);
  });

  test.each([
    ['a folder', 'sub'],
    ['a file beyond 64 KiB', 'huge.yaml'],
    ['a file that is no text', 'latin.yaml'],
    ['no file', 'nothing'],
  ])('a reference to %s is refused', async (_what, target) => {
    await writeFile(join(folder, 'bad.yaml'), `${TLS}logging: { path: "\${file:${target}}" }`);
    await expect(problemsOf('bad.yaml')).resolves.toEqual(['CONFIG_SECRET_MISSING']);
  });
});
