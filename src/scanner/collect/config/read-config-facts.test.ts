import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dotted, readConfigFacts } from './read-config-facts.ts';

const SECRETS = {
  jwt: 'kT4vQ9zLm2XwR7pBn8Yc',
  github: `ghp_${'a1B2'.repeat(10)}`,
  password: 'correct-horse-battery',
};

function valueOf(text: string, path: string, file = 'server.yaml'): unknown {
  const { settings } = readConfigFacts(text, file);
  return Object.hasOwn(settings, path) ? settings[path]?.value : undefined;
}

describe('reading a server configuration', () => {
  it('gives each setting with its place', () => {
    const { settings } = readConfigFacts(
      'server:\n  port: 443\n  hosts: [a, b]\nauth:\n  providers:\n    - type: jwt\n',
      'a.yaml',
    );
    expect(settings['server.port']).toEqual({
      value: 443,
      where: { file: 'a.yaml', line: 2, column: 9, path: ['server', 'port'] },
    });
    expect(settings['server.hosts']?.value).toEqual(['a', 'b']);
    expect(settings['auth.providers.0.type']?.where).toMatchObject({ line: 6, column: 13 });
  });

  it('reads JSON and TOML alike', () => {
    expect(valueOf('{"server": {"secure": true}}', 'server.secure', 'a.json')).toBe(true);
    expect(valueOf('[server]\nsecure = true\n', 'server.secure', 'a.toml')).toBe(true);
  });

  it('keeps an empty list, and takes a key without a value for absent', () => {
    const { settings } = readConfigFacts('auth:\n  providers: []\nserver:\n', 'a.yaml');
    expect(settings['auth.providers']?.value).toEqual([]);
    expect(Object.keys(settings)).toEqual(['auth.providers']);
  });

  it('does not take a key with a dot for a path', () => {
    const text = '"auth.required": true\nauth:\n  required: false\n';
    expect(valueOf(text, 'auth.required')).toBe(false);
    expect(dotted(['auth.required'])).not.toBe(dotted(['auth', 'required']));
  });

  it('says what it could not understand', () => {
    expect(readConfigFacts('a: 1\na: 2\n', 'a.yaml').problems).toHaveLength(1);
    expect(readConfigFacts('a: &a {b: 1}\nc:\n  <<: *a\n', 'a.yaml').problems).toHaveLength(1);
    expect(readConfigFacts('a: [', 'a.yaml')).toMatchObject({ settings: {}, problems: [{ where: { line: 1 } }] });
    expect(readConfigFacts('just text', 'a.yaml').problems).toHaveLength(1);
  });

  it('reads no more settings than it is bounded to, and says so', () => {
    const { settings, problems } = readConfigFacts(
      `a: {${Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join(', ')}}`,
      'a.yaml',
    );
    expect(Object.keys(settings)).toHaveLength(10_000);
    expect(problems).toHaveLength(1);
  });
});

it('reads no more items of a list than it is bounded to, and says so', () => {
  const text = JSON.stringify({ args: Array.from({ length: 5_000 }, () => '--api-key') });
  const { settings, problems } = readConfigFacts(text, 'a.json');
  expect(settings['args']?.value).toHaveLength(1_000);
  expect(problems).toHaveLength(1);
});

describe('secrets', () => {
  it('are not in the facts, whatever they stand under', () => {
    const text = [
      'auth:',
      '  providers:',
      `    - secret: ${SECRETS.jwt}`,
      `note: see ${SECRETS.github} for more`,
      `database: postgres://me:${SECRETS.password}@db.example.com/x`,
      'mcpServers:',
      '  a:',
      '    command: x',
      `    args: [--api-key, ${SECRETS.jwt}, "--token=${SECRETS.password}"]`,
      `    headers: { Authorization: Bearer ${SECRETS.jwt} }`,
      `    env: { API_TOKEN: ${SECRETS.password}, DB_PASSWORD: 12345678 }`,
      `    url: https://a.example/mcp?api_key=${SECRETS.jwt}`,
    ].join('\n');
    const facts = JSON.stringify(readConfigFacts(text, 'a.yaml'));
    for (const secret of [...Object.values(SECRETS), '12345678']) expect(facts).not.toContain(secret);
  });

  it.each([
    ['secret: ${env:JWT}', { secret: 'reference' }],
    ['secret: ${file:./jwt.key}', { secret: 'reference', file: './jwt.key' }],
    ['authorization: Bearer ${TOKEN}', { secret: 'reference' }],
    ['password: $PASSWORD', { secret: 'reference' }],
    ['secret: your-jwt-secret', { secret: 'placeholder', bits: 120 }],
    ['secret: changeme', { secret: 'placeholder', bits: 64 }],
    ['secret: kT4vQ9zL', { secret: 'literal', bits: 64 }],
    ['secret: kT4v${env:REST}zLm2', { secret: 'literal', bits: 152 }],
    ['url: https://a:b4dP4ssw0rd@a.example/x', { secret: 'literal', bits: 264, url: 'https://a.example' }],
  ])('%s', (line, expected) => {
    expect(valueOf(line, line.slice(0, line.indexOf(':')))).toEqual(expected);
  });

  it.each([
    'token_endpoint: https://auth.example.com/token',
    'client_secret_file: /run/secrets/a',
    'secret: /run/secrets/jwt',
    'mask_secrets: true',
    'token_ttl_seconds: 86400',
    'token_bytes: 32',
    'url: https://${env:USER}:${env:PASS}@a.example/x',
    'description: your password is safe',
  ])('%s is none', (line) => {
    const value = valueOf(line, line.slice(0, line.indexOf(':')));
    expect(typeof value).not.toBe('object');
  });
});

describe('a configuration of Merlon’s', () => {
  it.each([
    ['server:\n  state_dir: ./s\n', 'a.yaml', true],
    ['server: {}\n', 'merlon.yaml', true],
    ['server:\n  port: 1\nmcpServers:\n  a: {command: b}\n', 'a.yaml', true],
    ['mcpServers:\n  a: {command: b}\n', 'a.yaml', false],
    ['{"mcpProxy": {}, "server": {"port": 1}, "mcpServers": {"a": {"command": "b"}}}', 'a.json', false],
    [
      readFileSync(join(import.meta.dirname, '../../../config/fixtures/appendix-b.yaml'), 'utf8'),
      'appendix-b.yaml',
      false,
    ],
  ])('%s in %s', (text, file, isMerlon) => {
    expect(readConfigFacts(text, file).isMerlon).toBe(isMerlon);
  });

  it('has defaults for what it does not say, and its own lists instead of theirs', () => {
    const { settings } = readConfigFacts(
      'server:\n  state_dir: ./s\nauth:\n  required: false\n  providers: []\npermissions:\n  roles:\n    - name: one\n',
      'a.yaml',
    );
    expect(settings['server.secure']).toMatchObject({ value: true, isDefault: true });
    expect(settings['server.secure']?.where.line).toBeUndefined();
    expect(settings['auth.required']).not.toHaveProperty('isDefault');
    expect(settings['auth.providers.0.type']).toBeUndefined();
    expect(settings['permissions.roles.1.name']).toBeUndefined();
  });
});

describe('whatever the text is', () => {
  const key = fc.oneof(
    fc.constantFrom('server', 'auth', '__proto__', 'constructor', 'toString', 'secret', 'a.b', '<<'),
    fc.string(),
  );

  it('is read without an error, and the facts are plain data', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.dictionary(key, fc.jsonValue()).map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const facts = readConfigFacts(text, 'a.yaml');
          expect(JSON.parse(JSON.stringify(facts)).file).toBe('a.yaml');
          for (const { where } of Object.values(facts.settings)) expect(where.line).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('a value under `secret` is never in the facts', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+=]{12,60}$/), (secret) => {
        const facts = JSON.stringify(readConfigFacts(JSON.stringify({ auth: { client_secret: secret } }), 'a.json'));
        expect(facts).not.toContain(secret);
      }),
    );
  });
});
