import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../test/error-of.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { readScanConfig } from './scan-config.ts';

const files: Readonly<Record<string, string>> = {
  [resolve('/s/key.txt')]: 'key-from-file\n',
  [resolve('/s/ca.pem')]: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n',
};

const read = (text: string, env: Readonly<Record<string, string>> = {}) =>
  readScanConfig(text, '/s/scan.yaml', {
    env,
    readText: (path) => {
      const found = files[path];
      if (found === undefined) throw new MerlonError('CONFIG_NOT_FOUND', 'gone');
      return found;
    },
  });

describe("the mission's three keys", () => {
  it('are a server with a key', () => {
    const config = read('mcp_server: https://your-mcp-server.example.com\napi_key: your-api-key\nverify_ssl: true');
    expect(config).toEqual({
      targets: [
        {
          kind: 'server',
          url: 'https://your-mcp-server.example.com',
          verifyTls: true,
          credential: { kind: 'bearer', token: 'your-api-key' },
        },
      ],
      programs: [],
      rules: [],
      secrets: ['your-api-key'],
    });
  });

  it('verify certificates unless the file says otherwise', () => {
    expect(read('mcp_server: https://a.example').targets[0]).toMatchObject({ verifyTls: true });
    expect(read('mcp_server: https://a.example\nverify_ssl: false').targets[0]).toMatchObject({ verifyTls: false });
  });

  it('take the key from a variable or a file, and keep it out of the result otherwise', () => {
    const env = { KEY: 'from-env ${env:OTHER}', OTHER: 'never' };
    const config = read('mcp_server: https://a.example\napi_key: ${env:KEY}', env);
    expect(config.targets[0]).toMatchObject({ credential: { token: 'from-env ${env:OTHER}' } });
    expect(read('mcp_server: https://a.example\napi_key: ${file:key.txt}').secrets).toEqual(['key-from-file']);
  });

  it.each(['${env:MISSING}', '${env:toString}', '${env:__proto__}', '${file:gone}'])(
    'say where %s leads nowhere',
    (key) => {
      expect(problemsOf(() => read(`mcp_server: https://a.example\napi_key: ${key}`))).toEqual([
        'CONFIG_SECRET_MISSING 2:10',
      ]);
    },
  );

  it.each(['${KEY}', 'a${env:KEY', '"a\\nb: c"'])('refuse the key %s', (key) => {
    expect(problemsOf(() => read(`mcp_server: https://a.example\napi_key: ${key}`, { KEY: 'x' }))).toEqual([
      'CONFIG_INVALID 2:10',
    ]);
  });

  it.each(['ftp://a.example', 'a.example', 'https://user:pw@a.example', 'file:///etc/passwd'])(
    'refuse the address %s',
    (url) => {
      expect(problemsOf(() => read(`mcp_server: ${url}`))).toEqual(['CONFIG_INVALID 1:13']);
    },
  );
});

describe('targets', () => {
  it('are of every kind', () => {
    const config = read(
      `
targets:
  - { kind: server, url: https://a.example/mcp, headers: { X-Key: '\${env:K}' }, ca: ca.pem }
  - kind: server
    url: https://b.example
    oauth: { token_url: https://i.example/token, client_id: scanner, client_secret: "s3", scope: mcp }
  - { kind: server-config, file: server.yaml }
  - { kind: client-config, file: .mcp.json, client: claude-code }
  - { kind: manifest, file: server.json }
  - { kind: tools, file: tools.json }
  - { kind: stdio, command: [node, server.js] }
  - { kind: host, files: [{ path: key.pem, role: private-key }], ports: [443] }
  - { kind: repository, folder: . }
profile: internal
baseline: baseline.yaml
attestations: att.yaml
records: records
rules: [rules]
`,
      { K: 'v' },
    );
    expect(config.targets.map(({ kind }) => kind)).toEqual([
      'server',
      'server',
      'server-config',
      'client-config',
      'manifest',
      'tools',
      'host',
      'repository',
    ]);
    expect(config.targets[0]).toMatchObject({
      credential: { kind: 'headers', headers: { 'X-Key': 'v' } },
      ca: expect.stringContaining('BEGIN'),
    });
    expect(config.targets[1]).toMatchObject({
      credential: { kind: 'client-credentials', clientSecret: 's3', scope: 'mcp', resource: 'https://b.example/mcp' },
    });
    expect(config.secrets).toEqual(['v', 's3']);
    expect(config).toMatchObject({
      profile: 'internal',
      baseline: resolve('/s/baseline.yaml'),
      records: resolve('/s/records'),
    });
  });

  it('keep programs apart: to name one is no consent to start it', () => {
    const config = read('targets: [{ kind: stdio, command: [node, server.js] }]');
    expect(config.targets).toEqual([]);
    expect(config.programs).toEqual([{ kind: 'stdio', command: ['node', 'server.js'] }]);
  });

  it.each([
    ['targets: [{ url: https://a.example }]', 'CONFIG_INVALID 1:11'],
    ['targets: [{ kind: sever, url: https://a.example }]', 'CONFIG_INVALID 1:19'],
    ['targets: [{ kind: tools, file: a, url: b }]', 'CONFIG_UNKNOWN_KEY 1:35'],
    ['targets: [{ kind: toString }]', 'CONFIG_INVALID 1:19'],
    ['targets: [{ kind: host, ports: [0] }]', 'CONFIG_INVALID 1:33'],
    ['targets: []', 'CONFIG_INVALID 1:10'],
    ['profile: internal', 'CONFIG_INVALID 1:1'],
    ['api_key: x\ntargets: [{ kind: tools, file: a }]', 'CONFIG_INVALID 1:1'],
    ['mcp_server: https://a.example\nheaders: { "a b": c }', 'CONFIG_INVALID 2:10'],
    ['mcp_server: https://a.example\nca: gone.pem', 'CONFIG_NOT_FOUND 2:5'],
  ])('refuse %j', (text, problem) => {
    expect(problemsOf(() => read(text))).toEqual([problem]);
  });

  it('refuse two ways at once to say who asks', () => {
    const oauth = 'oauth: { token_url: https://i.example/t, client_id: a, client_secret: b }';
    expect(problemsOf(() => read(`mcp_server: https://a.example\napi_key: k\n${oauth}`))).toEqual([
      'CONFIG_INVALID 1:1',
    ]);
  });
});

describe('readScanConfig', () => {
  it('never shows a credential in a message', () => {
    try {
      read('mcp_server: https://u:hunter2@a.example\napi_key: [hunter2]\nheaders: { a: { b: hunter2 } }\nhunter2: 1');
      expect.unreachable();
    } catch (error) {
      const { problems } = error as { problems: MerlonError[] };
      expect(problems.slice(1).map(({ message, todo }) => message + todo)).toHaveLength(3);
      const shown = problems
        .filter(({ code }) => code !== 'CONFIG_UNKNOWN_KEY')
        .map(({ message, todo }) => message + todo);
      expect(shown.join('\n')).not.toContain('hunter2');
    }
  });

  it('reads any text or says what is wrong', () => {
    const key = fc.constantFrom('mcp_server', 'api_key', 'headers', 'oauth', 'targets', 'ca', 'verify_ssl');
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('https://a.example', '${env:__proto__}'));
    const file = fc.dictionary(key, value).map((map) => JSON.stringify(map));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), file), (text) => {
        try {
          const { targets, programs } = read(text);
          expect(targets.length + programs.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(MerlonError);
        }
      }),
    );
  });
});
