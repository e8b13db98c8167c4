import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { codeOf } from '../../../test/error-of.ts';
import { configChecks } from '../checks/config/index.ts';
import { formatOfConfig, readConfigFacts } from '../collect/config/read-config-facts.ts';
import { defaultThresholds } from '../thresholds.ts';
import type { Dialect } from './config-settings.ts';
import { fixableConfigChecks, fixConfig } from './fix-config.ts';
import { variableNames } from './variable-names.ts';

const RANDOM = 'k7Qz93mXw0aLs82PtRv5';
const FILE = 'merlon.yaml';

interface Asked {
  readonly file?: string;
  readonly dialect?: Dialect;
  readonly only?: readonly string[];
  readonly moveAnyway?: boolean;
}

function fixed(text: string, { file = FILE, dialect = 'merlon', only, moveAnyway = false }: Asked = {}) {
  const { nameFor, moved } = variableNames({ text });
  const all = [...fixableConfigChecks, 'client-packages-pinned', 'client-no-literal-secrets'];
  const target = { file, format: formatOfConfig(text, file), dialect };
  const versionOf = (name: string) => (name === '@acme/x' ? '1.2.3' : undefined);
  return { ...fixConfig(text, target, { only: only ?? all, moveAnyway, nameFor, versionOf }), moved };
}

/** Outcomes by check and subject. */
function outcomes(text: string, file = FILE): Map<string, string> {
  const facts = readConfigFacts(text, file);
  const about = { now: 0, kind: 'server-config', thresholds: defaultThresholds } as const;
  return new Map(
    configChecks.flatMap((check) =>
      [check.ask(facts, about)]
        .flat()
        .map(({ subject, outcome }) => [`${check.id} ${subject ?? ''}`, outcome] as const),
    ),
  );
}

function worst(text: string, check: string, file = FILE): string {
  const found = new Set(
    [...outcomes(text, file)].flatMap(([key, outcome]) => (key.startsWith(`${check} `) ? [outcome] : [])),
  );
  return ['fail', 'warn'].find((each) => found.has(each)) ?? 'fine';
}

describe('a setting that weakens a server', () => {
  it.each([
    ['config-tls-minimum', 'server:\n  tls_min_version: TLSv1.0 # old\n', 'TLSv1.0', 'TLSv1.3'],
    ['config-tls-minimum', 'server:\n  tls_min_version: 1.1\n', '1.1', 'TLSv1.3'],
    ['config-listen-narrow', 'server:\n  host: 127.0.0.1\n  verify_host: false # why\n', 'false', 'true'],
    ['config-allowed-origins-narrow', 'server: { verify_origin: false }\n', 'false', 'true'],
    ['config-auth-required', 'auth:\n  required: no\n', 'no', 'true'],
    ['config-audit-on', 'security:\n  audit_log_enabled: false\n', 'false', 'true'],
    [
      'config-audit-rotation',
      "security:\n  audit_log_rotation: 'never'\n  audit_log_max_bytes: 0\n",
      "'never'",
      "'daily'",
    ],
    ['config-rate-limited', 'security: { rate_limiting: false }\n', 'false', 'true'],
    ['config-masking', 'security:\n  mask_secrets: false\n', 'false', 'true'],
    ['config-masking', 'logging:\n  level: DEBUG\n', 'DEBUG', 'INFO'],
    ['config-log-rotation', 'logging:\n  path: a.log\n  rotation: never\n  max_bytes: 0\n', 'never', 'daily'],
  ])('%s: %j is set to what is safe, and nothing else changes', (check, text, from, to) => {
    expect(worst(text, check)).not.toBe('fine');
    const after = fixed(text);
    expect(after.text).toBe(text.replace(from, to));
    expect(after.done).toMatchObject([{ check }]);
    expect(worst(after.text, check)).toBe('fine');
  });

  it('is set in JSON and TOML too', () => {
    expect(fixed('{"auth":{"required":false /* x */}}', { file: 'merlon.json' }).text).toBe(
      '{"auth":{"required":true /* x */}}',
    );
    expect(fixed('[auth]\nrequired = false # x\n', { file: 'merlon.toml' }).text).toBe('[auth]\nrequired = true # x\n');
  });

  it('switches the sandbox on, and of another server not by a word that it may not know', () => {
    const text = 'security:\n  sandbox_enabled: false\n  sandbox_type: none\nmcpServers:\n  a: { command: x }\n';
    expect(worst(text, 'config-sandbox-on')).toBe('fail');
    const merlons = fixed(text);
    expect(merlons.text).toBe(text.replace('false', 'true').replace('none', 'auto'));
    expect(worst(merlons.text, 'config-sandbox-on')).not.toBe('fail');
    const others = fixed(text, { file: 'server.yaml', dialect: 'other' });
    expect(others.text).toBe(text.replace('false', 'true'));
    expect(others.left).toMatchObject([{ check: 'config-sandbox-on', subject: 'security.sandbox_type' }]);
  });

  it('turns the audit log on together with its rotation', () => {
    const text = 'security: { audit_log_enabled: false, audit_log_rotation: never, audit_log_path: /var/log/a }\n';
    const after = fixed(text, { file: 'server.yaml', dialect: 'other' }).text;
    expect(worst(after, 'config-audit-rotation', 'server.yaml')).toBe('fine');
  });

  it('is left where nobody could call any more, and where only the owner knows what is meant', () => {
    const text = 'auth: { required: false }\nserver: { allowed_origins: ["*"] }\n';
    const { text: after, done, left } = fixed(text, { file: 'server.yaml', dialect: 'other' });
    expect(after).toBe(text);
    expect(done).toEqual([]);
    expect(left.map(({ subject }) => subject)).toEqual(['auth.required', 'server.allowed_origins']);
  });

  it('is not touched where the file does not say it, where it is sound, and where its check is not asked for', () => {
    for (const text of ['logging: { level: WARN }\n', 'server: { tls_min_version: TLSv1.2 }\n']) {
      expect(fixed(text).text).toBe(text);
    }
    const off = 'auth: { required: false }\nsecurity: { rate_limiting: false }\n';
    expect(fixed(off, { only: ['config-rate-limited'] }).text).toBe(off.replace('limiting: false', 'limiting: true'));
  });
});

describe('a secret', () => {
  const jwt = `auth:\n  providers:\n    - type: api_key\n    - type: jwt\n      secret: "${RANDOM}${RANDOM}" # why\n      algorithm: HS256\n`;

  it('becomes a reference whose name comes from its place', () => {
    const { text, moved, done, left, shown } = fixed(jwt);
    expect(text).toBe(jwt.replace(RANDOM + RANDOM, '${env:MERLON_JWT_SECRET}'));
    expect([...moved]).toEqual([['MERLON_JWT_SECRET', RANDOM + RANDOM]]);
    expect(JSON.stringify([done, left, shown])).not.toContain(RANDOM);
    expect(worst(text, 'config-no-literal-secrets')).toBe('fine');
  });

  it.each([
    [`url: https://h/mcp?api_key=${RANDOM}&b=1`, 'url: https://h/mcp?api_key=${env:MERLON_A_API_KEY}&b=1'],
    [`url: https://u:${RANDOM}@h/mcp`, 'url: https://u:${env:MERLON_A_PASSWORD}@h/mcp'],
    [
      `headers: { Authorization: Bearer ${RANDOM} }`,
      'headers: { Authorization: "Bearer ${env:MERLON_A_AUTHORIZATION}" }',
    ],
    [`env: { API_KEY: ${RANDOM} }`, 'env: { API_KEY: "${env:MERLON_A_API_KEY}" }'],
    [`args: [--token=${RANDOM}]`, 'args: ["--token=${env:MERLON_A_TOKEN}"]'],
    [`args: [--api-key, ${RANDOM}]`, 'args: [--api-key, "${env:MERLON_A_API_KEY}"]'],
    ['env: { DB_PASSWORD: 12345678 }', 'env: { DB_PASSWORD: "${env:MERLON_A_DB_PASSWORD}" }'],
  ])('of an upstream, in %s, is moved and what is around it stays', (line, after) => {
    const text = `mcpServers:\n  a:\n    ${line}\n`;
    const { text: now, moved } = fixed(text);
    expect(now).toBe(`mcpServers:\n  a:\n    ${after}\n`);
    expect(moved.size).toBe(1);
    expect(worst(now, 'config-no-literal-secrets')).toBe('fine');
  });

  it('that has the name of another one gets a name of its own', () => {
    const text = `auth:\n  providers:\n    - { type: jwt, secret: ${RANDOM}1 }\n    - { type: jwt, secret: ${RANDOM}2 }\n`;
    expect([...fixed(text).moved]).toEqual([
      ['MERLON_JWT_SECRET', `${RANDOM}1`],
      ['MERLON_JWT_SECRET_2', `${RANDOM}2`],
    ]);
  });

  it('that is a placeholder becomes a reference, and is no value to keep', () => {
    const { text, moved } = fixed('auth: { providers: [{ type: jwt, secret: your-jwt-secret }] }\n');
    expect(text).toContain('"${env:MERLON_JWT_SECRET}"');
    expect(moved.get('MERLON_JWT_SECRET')).toBeUndefined();
  });

  it('is moved once where others refer to it', () => {
    const text = `auth:\n  providers:\n    - { type: jwt, secret: &s ${RANDOM} }\n    - { type: jwt, secret: *s }\n`;
    const after = fixed(text).text;
    expect(after).not.toContain(RANDOM);
    expect(worst(after, 'config-no-literal-secrets')).toBe('fine');
  });

  it('over several lines is left, and that is said', () => {
    const text = `auth:\n  providers:\n    - type: jwt\n      secret: |\n        ${RANDOM}\n        ${RANDOM}\n`;
    expect(fixed(text)).toMatchObject({ text, done: [], left: [{ check: 'config-no-literal-secrets' }] });
  });

  it('of another server is left, since a reference that is not followed would be the secret, unless asked for', () => {
    const other = { file: 'server.yaml', dialect: 'other' } as const;
    expect(fixed(jwt, other)).toMatchObject({ text: jwt, left: [{ check: 'config-no-literal-secrets' }] });
    expect(fixed(jwt, other).moved.size).toBe(0);
    expect(fixed(jwt, { ...other, moveAnyway: true }).text).toContain('${env:MERLON_JWT_SECRET}');
  });

  it('is never a part of a name', () => {
    const text = `mcpServers:\n  a:\n    command: x\n    args: [--token=${RANDOM}, postgres://u:${RANDOM}9@h/db]\n`;
    for (const only of [undefined, ['client-no-literal-secrets']]) {
      const { moved, done, left } = fixed(text, only === undefined ? {} : { only });
      expect([...moved.keys()].join(' ').toLowerCase()).not.toContain(RANDOM.toLowerCase());
      expect(JSON.stringify([done, left])).not.toContain(RANDOM);
    }
  });
});

describe('a configuration', () => {
  it('has its packages pinned', () => {
    const text = 'mcpServers:\n  a:\n    command: npx\n    args: [-y, "@acme/x"] # memory\n';
    expect(fixed(text).text).toBe(text.replace('@acme/x', '@acme/x@1.2.3').replace('-y', '"-y"'));
  });

  it('keeps its byte order mark and line ends', () => {
    const text = '\uFEFF# x\r\nauth:\r\n  required: false # y\r\n';
    expect(fixed(text).text).toBe(text.replace('false', 'true'));
  });

  it.each(['auth: [', 'auth: { required: false }\nauth: { required: true }\n', '- a\n'])(
    'that can be read in two ways or none is not touched: %j',
    (text) => expect(codeOf(() => fixed(text))).toBe('CONFIG_SYNTAX'),
  );

  it('as the checklist has it is mended without a new failure', () => {
    const text = readFileSync(join(import.meta.dirname, '../../config/fixtures/appendix-b.yaml'), 'utf8');
    const after = fixed(text, { file: 'appendix-b.yaml' }).text;
    expect(after.split('\n')).toHaveLength(text.split('\n').length);
    expect(worst(after, 'config-no-literal-secrets', 'appendix-b.yaml')).toBe('fine');
    expect(worst(after, 'config-auth-providers', 'appendix-b.yaml')).toBe('fine');
  });

  const odd = fc.constantFrom(
    RANDOM,
    'never',
    'none',
    false,
    true,
    'no',
    0,
    1,
    'x',
    '*',
    '${env:A}',
    'your-secret',
    'DEBUG',
  );
  const key = (...names: string[]) => fc.dictionary(fc.constantFrom(...names, '__proto__', 'toString'), odd);
  const configs = fc.record(
    {
      server: key('host', 'tls_min_version', 'verify_host', 'verify_origin', 'secure', 'allowed_origins'),
      auth: fc.record(
        {
          required: odd,
          providers: fc.array(key('type', 'secret', 'client_secret', 'algorithm'), { maxLength: 3 }),
        },
        { requiredKeys: [] },
      ),
      security: key(
        'audit_log_enabled',
        'audit_log_path',
        'audit_log_rotation',
        'rate_limiting',
        'sandbox_enabled',
        'sandbox_type',
      ),
      logging: key('level', 'rotation', 'path', 'token'),
      mcpServers: fc.dictionary(
        fc.constantFrom('a', 'b'),
        fc.record({ command: odd, args: fc.array(odd), env: key('API_KEY', 'B') }),
      ),
    },
    { requiredKeys: [] },
  );

  it('gets no new failure, keeps every comment, and a second time changes nothing', () => {
    fc.assert(
      fc.property(configs, fc.boolean(), fc.boolean(), (config, isMerlons, isFlow) => {
        const file = isMerlons ? FILE : 'server.yaml';
        const asked = { file, dialect: isMerlons ? 'merlon' : 'other', moveAnyway: true } as const;
        const plain = isFlow ? `${JSON.stringify(config, null, 1)}\n` : stringify(config);
        const text = isFlow ? plain : plain.replaceAll(/(?<=\w)\n/g, ' # kept\n');
        const after = fixed(text, asked).text;
        expect(fixed(after, asked).text).toBe(after);
        expect(after.split('# kept')).toHaveLength(text.split('# kept').length);
        const before = outcomes(text, file);
        const fresh = [...outcomes(after, file)].filter(([id, now]) => now === 'fail' && before.get(id) !== 'fail');
        expect(fresh).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
