import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../kernel/jsonrpc.ts';
import { createMask } from './mask.ts';
import { isSecretKey } from './secret-keys.ts';
import { hintPattern, secretShapes } from './secret-shapes.ts';

const mask = createMask({ secrets: [] });

// Never one of the words (`toString` …) that fast-check likes to use: it also puts them beside the secret, where nobody
// could tell that they are one.
const chars = (alphabet: string, length: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...alphabet.split('')), minLength: length, maxLength: length })
    .filter((text) => !(text in Object.prototype));
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALNUM = UPPER + LOWER + DIGITS;
const URL64 = `${ALNUM}-_`;
const joined = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.join(''));

/** One secret of a kind: the text around it, and the part that must not survive. */
interface Planted {
  readonly text: string;
  readonly secret: string;
}
const bare = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<Planted> =>
  joined(...parts).map((secret) => ({ text: secret, secret }));
const within = (before: string, secret: fc.Arbitrary<string>, after = ''): fc.Arbitrary<Planted> =>
  secret.map((part) => ({ text: before + part + after, secret: part }));

const pem = (label: string): fc.Arbitrary<Planted> =>
  chars(`${ALNUM}+/`, 640).map((body) => {
    const lines = body.match(/.{64}/g) ?? [];
    return { text: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`, secret: lines[3] ?? '' };
  });

const samples: Record<string, fc.Arbitrary<Planted>> = {
  'merlon-key': fc.oneof(
    bare('merlon_', chars(`${LOWER}234567`, 8), '_A', chars(URL64, 42)),
    bare('mlt_', chars(`${LOWER}234567`, 16), '_A', chars(URL64, 42), '_', chars(`${LOWER}234567`, 7)),
  ),
  'private-key': fc.oneof(
    pem('PRIVATE KEY'),
    pem('RSA PRIVATE KEY'),
    pem('OPENSSH PRIVATE KEY'),
    pem('ENCRYPTED PRIVATE KEY'),
  ),
  jwt: fc
    .tuple(chars(URL64, 20), chars(URL64, 40), chars(URL64, 43))
    .map(([head, body, mac]) => ({ text: `eyJ${head}.eyJ${body}.${mac}`, secret: `${body}.${mac}` })),
  'aws-key': bare(fc.constantFrom('AKIA', 'ASIA', 'ABIA', 'ACCA'), chars(UPPER + DIGITS, 16)),
  'github-token': fc.oneof(
    bare(fc.constantFrom('ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'), chars(ALNUM, 36)),
    bare('github_pat_', chars(`${ALNUM}_`, 82)),
  ),
  'gitlab-token': bare(fc.constantFrom('glpat-', 'gldt-', 'glrt-', 'glptt-', 'glsoat-'), chars(URL64, 20)),
  'slack-token': fc.oneof(
    bare(fc.constantFrom('xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxe-'), chars(DIGITS, 12), '-', chars(ALNUM, 24)),
    bare('xapp-1-', chars(UPPER + DIGITS, 11), '-', chars(DIGITS, 13)),
    bare('hooks.slack.com/services/T', chars(UPPER + DIGITS, 8), '/B', chars(UPPER + DIGITS, 8), '/', chars(ALNUM, 24)),
  ),
  'stripe-key': fc.oneof(
    bare(fc.constantFrom('sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'), chars(ALNUM, 24)),
    bare('whsec_', chars(ALNUM, 32)),
  ),
  'anthropic-key': bare('sk-ant-api03-', chars(URL64, 95)),
  'openai-key': fc.oneof(
    bare('sk-', chars(ALNUM, 48)),
    bare(fc.constantFrom('sk-proj-', 'sk-svcacct-'), '7', chars(URL64, 60)),
  ),
  'npm-token': bare('npm_', chars(ALNUM, 36)),
  'google-key': fc.oneof(
    bare('AIza', chars(URL64, 35)),
    bare('GOCSPX-', chars(URL64, 28)),
    bare('ya29.', chars(URL64, 60)),
  ),
  bearer: fc.oneof(
    within('Bearer ', joined('7', chars(`${URL64}.~+/`, 30))),
    within('bearer  ', chars(ALNUM, 32)),
    within('BEARER ', joined('abc4', chars(URL64, 8))),
  ),
  'basic-auth': within('Basic ', joined('dXNlcjpw', chars(ALNUM, 8)), '=='),
  'url-password': fc.oneof(
    within('postgres://user:', chars(`${ALNUM}!$%&()*+,;=:@`, 12), '@db.example:5432/x'),
    within('redis://:', chars(ALNUM, 12), '@cache'),
    within('https://a%20b:', chars(URL64, 600), '@h'),
  ),
  assignment: fc.oneof(
    within('DB_PASSWORD=', chars(ALNUM, 8)),
    within('https://example.com/?access_token=', chars(ALNUM, 12), '&x=1'),
    within('aws_secret_access_key = ', chars(`${ALNUM}/+`, 40)),
    within('{"apiKey":"', chars(ALNUM, 10), '"}'),
    within('{\\"client_secret\\": \\"', chars(ALNUM, 10), '\\"}'),
    within("password: '", chars(ALNUM, 10), "'"),
  ),
};
const anySecret = fc.oneof(...Object.values(samples));

/** A random JSON value with one string put at a random place: as a value or as a field name. */
const jsonWith = (text: fc.Arbitrary<string>): fc.Arbitrary<unknown> => {
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      text,
      fc.tuple(fc.string(), text, fc.string()).map((parts) => parts.join('')),
      text.map((key) => ({ [`x${key}`]: 1 })),
    ),
    tree: fc.oneof(
      { depthSize: 'small' },
      tie('leaf'),
      fc.tuple(fc.jsonValue(), tie('tree'), fc.jsonValue()),
      fc
        .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), tie('tree'))
        .map(([fields, key, inner]) => Object.assign(fields, { [key]: inner })),
    ),
  }));
  return tree;
};

const strings = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(strings)];
};

describe('text', () => {
  it('has a sample of every shape', () => {
    expect(Object.keys(samples).sort()).toEqual(secretShapes.map((shape) => shape.kind).sort());
  });

  it.each(Object.entries(samples))('masks %s wherever it stands, glued to other text too', (kind, sample) => {
    fc.assert(
      fc.property(sample, fc.string(), fc.string(), ({ text, secret }, before, after) => {
        const masked = mask.text(before + text + after);
        expect(masked).not.toContain(secret);
        expect(mask.text(text)).toContain('[masked:');
        expect(mask.text(`${text}\n${text}`)).not.toContain(secret);
      }),
    );
    expect(mask.text(fc.sample(sample, 1)[0]?.text ?? '')).toContain(`[masked:${kind}]`);
  });

  it('keeps what is no secret beside one', () => {
    expect(mask.text('Authorization: Bearer abc123def456 sent')).toBe('Authorization: Bearer [masked:bearer] sent');
    expect(mask.text('postgres://app:hunter2@db:5432/x')).toBe('postgres://app:[masked:url-password]@db:5432/x');
    expect(mask.text('a=1&PASSWORD=hunter2&b=2')).toBe('a=1&PASSWORD=[masked:assignment]&b=2');
  });

  it.each([
    'risk-assessment-and-mitigation-plan-for-the-task-management-system',
    'merlon_upstream_requests_total{upstream="filesystem"} 12',
    'Bearer authentication is required; see WWW-Authenticate: Bearer realm="x"',
    'Basic configuration of the server',
    'https://example.com:8443/a/b@c?token=abc&x=y',
    'the token: expired, the password is wrong, the secret key = none',
    'eyJustWords and a.b.c',
    'user@example.com wrote to ops@example.com: see http://intranet/wiki',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    'sk-learn, disk-usage-0123456789, npm_config_registry, gh_pages',
  ])('leaves %j as it is', (text) => {
    expect(mask.text(text)).toBe(text);
  });

  it('leaves JSON text valid JSON, even where an escape runs into a secret', () => {
    fc.assert(
      fc.property(jsonWith(anySecret.map(({ text }) => text)), (value) => {
        expect(() => JSON.parse(mask.text(JSON.stringify(value)))).not.toThrow();
      }),
    );
    const escapes = [`"\\npm_${'a1'.repeat(20)}"`, `"\\uACCA${'A1'.repeat(20)}"`, `"\\rk_live_${'a1'.repeat(20)}"`];
    for (const text of escapes) {
      expect(mask.text(text)).toContain('[masked:');
      expect(() => JSON.parse(mask.text(text))).not.toThrow();
    }
  });

  it('spends linear time: no unbounded quantifier holds a group, so none can nest', () => {
    for (const { source } of [...secretShapes.map((shape) => shape.pattern), hintPattern(secretShapes)]) {
      expect(source).not.toMatch(/\)(?:[*+]|\{\d+,\})/);
    }
  });

  it.each([
    'eyJ',
    'eyJa',
    '.eyJaaaaaaaa',
    'eyJaaaaaaaa.',
    'merlon_',
    'mlt_',
    'sk-',
    'sk-proj-',
    '://',
    '://a:',
    '://a@',
    ':',
    'token:',
    'password = ',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\n-',
    '-----BEGIN ',
    'Bearer ',
    'Bearer a',
    'Basic a',
    'xoxb-',
    'gl',
    'a',
    '-',
    '_',
    ' ',
    '\\',
    '"',
  ])('comes to an end on a megabyte of %j', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    expect(mask.text(text).length).toBeGreaterThan(0);
    expect(mask.text(`${text}"`).length).toBeGreaterThan(0);
  });
});

describe('exact secrets', () => {
  it('are masked wherever they stand, as they are, within JSON text, within JSON in JSON and within an address', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (secret, before, after) => {
        const known = createMask({ secrets: [secret] });
        const inner = known.text(before + secret + after).replaceAll('[masked:secret]', '');
        expect(inner).not.toContain(secret);
        expect(known.text(JSON.stringify({ secret }))).not.toContain(JSON.stringify(secret).slice(1, -1));
        const nested = JSON.stringify({ text: JSON.stringify({ secret }) });
        const twice = JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1);
        expect(known.text(nested)).not.toContain(twice);
        expect(known.text(`?x=${encodeURIComponent(secret.toWellFormed())}`)).toBe('?x=[masked:secret]');
      }),
    );
  });

  it('can be added later; longer ones win over their beginnings', () => {
    const known = createMask({ secrets: ['correct horse'] });
    known.addSecret('correct horse battery');
    expect(known.text('it is correct horse battery, not correct horse')).toBe(
      'it is [masked:secret], not [masked:secret]',
    );
  });

  it('that are too short would mask ordinary words and are ignored', () => {
    const known = createMask({ secrets: ['', 'a', 'admin'] });
    expect(known.text('admin said a word')).toBe('admin said a word');
  });
});

describe('value', () => {
  it('lets no planted secret survive, wherever it stands in random JSON', () => {
    fc.assert(
      fc.property(
        anySecret.chain((planted) => fc.tuple(fc.constant(planted.secret), jsonWith(fc.constant(planted.text)))),
        ([secret, value]) => {
          const masked = mask.value(value);
          for (const text of strings(masked)) expect(text).not.toContain(secret);
          expect(() => JSON.parse(JSON.stringify(masked))).not.toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });

  it('returns the very value when it holds no secret', () => {
    const plain = fc.string().map((text) => text.replaceAll(/[=:@]|[a-z]{2}_|sk-/gi, ''));
    const key = fc.string().map((text) => `x${text.replaceAll(/[=:@]/g, '')}y`);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        plain,
        fc.integer(),
        fc.array(tie('tree')),
        fc.dictionary(key, tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(mask.value(value)).toBe(value);
      }),
    );
  });

  it('masks whatever stands under a secret-looking name and keeps the structure', () => {
    const value = {
      password: 'x',
      'X-Api-Key': 12345,
      Authorization: ['a', { b: 'c', d: null, e: true, f: '' }],
      refreshToken: undefined,
      progressToken: 'p-1',
      max_tokens: 100,
      author: 'me',
    };
    expect(mask.value(value)).toEqual({
      password: '[masked:field]',
      'X-Api-Key': '[masked:field]',
      Authorization: ['[masked:field]', { b: '[masked:field]', d: null, e: true, f: '' }],
      refreshToken: undefined,
      progressToken: 'p-1',
      max_tokens: 100,
      author: 'me',
    });
    expect(value.password).toBe('x');
  });

  it('keeps exact numbers, hides them under a secret-looking name', () => {
    const value = parseJson('{"n":123456789012345678901,"pin":123456789012345678901}');
    expect(JSON.stringify(mask.value(value))).toBe('{"n":123456789012345678901,"pin":"[masked:field]"}');
  });

  it('keeps a field called __proto__ a field', () => {
    const masked = mask.value(parseJson('{"__proto__":{"password":"x"},"a":1}'));
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"password":"[masked:field]"},"a":1}');
  });

  it('keeps two fields whose names are both secrets', () => {
    const names = [`npm_${'a1'.repeat(18)}`, `npm_${'b2'.repeat(18)}`] as const;
    expect(mask.value({ [names[0]]: 1, [names[1]]: 2 })).toEqual({
      '[masked:npm-token]': 1,
      '[masked:npm-token]-2': 2,
    });
  });

  it('looks at what an object turns into, and stops at a depth no message has', () => {
    expect(mask.value({ at: new URL('https://a:hunter2@b/') })).toEqual({ at: 'https://a:[masked:url-password]@b/' });
    let deep: unknown = 'x';
    for (let i = 0; i < 10_000; i++) deep = [deep];
    expect(JSON.stringify(mask.value(deep))).toContain('[masked:too-deep]');
  });
});

describe('isSecretKey', () => {
  it.each([
    'password',
    'PASSWD',
    'userPassword',
    'secret',
    'clientSecret',
    'token',
    'access_token',
    'id-token',
    'api_key',
    'apikey',
    'X-API-Key',
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'private_key',
    'credential',
    'credentials',
    'passphrase',
    'aws_secret_access_key',
    'accessKey',
    'refreshTokens',
    'pwd',
    'jwt',
  ])('holds for %s', (key) => {
    expect(isSecretKey(key)).toBe(true);
    expect(isSecretKey(key)).toBe(true);
  });

  it.each([
    'path',
    'key',
    'keyword',
    'author',
    'progressToken',
    'nextPageToken',
    'max_tokens',
    'tokens',
    'secretary',
    'authorization_endpoint',
    'authorizationServers',
    'tokenCount',
    'compass',
    'x'.repeat(100),
  ])('does not hold for %s', (key) => {
    expect(isSecretKey(key)).toBe(false);
  });
});
