import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startIssuer } from '../../test/identity/loopback-issuer.ts';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type ApiKeys, openApiKeys } from './api-key.ts';
import { type Authenticate, type AuthEvent, type AuthenticatorOptions, createAuthenticator } from './authenticate.ts';
import { createJwtProvider } from './jwt.ts';
import { createOAuth2Provider } from './oauth2.ts';
import type { TokenProvider } from './token.ts';

const secret = 'planted-secret-planted-secret-planted';
const address = '192.0.2.7';
let folder: string;
let clock: FakeClock;
let keys: ApiKeys;
let events: AuthEvent[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-auth-'));
  clock = fakeClock();
  keys = openApiKeys({ path: join(folder, 'keys.json'), clock });
  events = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function gate(given: Partial<AuthenticatorOptions> = {}): Authenticate {
  const providers = [{ type: 'api_key' as const, keys }, jwt()];
  return createAuthenticator({ required: true, providers, clock, onEvent: (event) => events.push(event), ...given });
}
const jwt = (given: { name?: string; issuer?: string; secret?: string; audience?: string[] } = {}): TokenProvider => {
  const { secret: own = secret, ...rest } = given;
  return createJwtProvider({
    name: 'main',
    algorithms: ['HS256'],
    key: { secret: own },
    roles: ['user'],
    clock,
    ...rest,
  });
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims: object = {}, key = secret): string {
  const payload = { sub: 'alice', exp: clock.now() / 1000 + 600, role: 'user', ...claims };
  const signed = `${encode({ alg: 'HS256' })}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** The principal, or the error's code. */
async function answer(who: Authenticate, header: string | readonly string[] | undefined): Promise<string> {
  return (await errorOf(who, header))?.code ?? (await who(header, address)).principal;
}
async function errorOf(
  who: Authenticate,
  header: string | readonly string[] | undefined,
): Promise<MerlonError | undefined> {
  try {
    await who(header, address);
    return undefined;
  } catch (error) {
    if (error instanceof MerlonError) return error;
    throw error;
  }
}

test('an API key is answered at once, and so is a token seen before', async () => {
  const { text, key } = keys.create({ role: 'user', name: 'a' });
  const who = gate();
  expect(who(`Bearer ${text}`, address)).toMatchObject({ principal: `key:${key.id}`, method: 'api_key', role: 'user' });
  const header = `Bearer ${token()}`;
  expect(who(header, address)).toBeInstanceOf(Promise);
  await who(header, address);
  expect(who(header, address)).toMatchObject({ principal: 'jwt:main#alice', method: 'jwt', role: 'user' });
});

test.each(['Bearer ', 'bearer ', 'BEARER ', 'bEaReR   '])('the scheme %j is Bearer', async (scheme) => {
  const { text, key } = keys.create({ role: 'user', name: 'a' });
  expect(await answer(gate(), scheme + text)).toBe(`key:${key.id}`);
});

test('no credential is AUTH_REQUIRED, or a caller with the anonymous role where that is allowed', async () => {
  expect(await answer(gate(), undefined)).toBe('AUTH_REQUIRED');
  expect(await answer(gate(), [])).toBe('AUTH_REQUIRED');
  expect(gate({ required: false, anonymousRole: 'guest' })(undefined, address)).toEqual({
    principal: `anonymous@${address}`,
    role: 'guest',
    method: 'anonymous',
    credential: 'none',
    expiresAt: undefined,
  });
  expect(gate({ required: false })(undefined, address)).toMatchObject({ role: undefined });
});

test('a bad credential is refused even where none is needed', async () => {
  const who = gate({ required: false, anonymousRole: 'guest' });
  for (const header of ['', 'Bearer', 'Bearer x', 'Basic YTpi', `Bearer ${token({}, 'wrong')}`]) {
    expect(await answer(who, header)).toBe('AUTH_INVALID');
  }
});

test('several Authorization headers are refused, even when one or both are good', async () => {
  const { text } = keys.create({ role: 'user', name: 'a' });
  const good = `Bearer ${text}`;
  expect(await answer(gate(), [good])).toMatch(/^key:/);
  expect(await answer(gate(), [good, good])).toBe('AUTH_INVALID');
  expect(await answer(gate(), [good, 'Bearer x'])).toBe('AUTH_INVALID');
  expect(await answer(gate(), `${good}, ${good}`)).toBe('AUTH_INVALID');
});

test.each<[string, (text: string) => string]>([
  ['the key alone', (text) => text],
  ['another scheme', (text) => `Basic ${text}`],
  ['a scheme that begins like Bearer', (text) => `BearerX ${text}`],
  ['no space', (text) => `Bearer${text}`],
  ['a tab', (text) => `Bearer\t${text}`],
  ['a space before', (text) => ` Bearer ${text}`],
  ['a space after', (text) => `Bearer ${text} `],
  ['a line end after', (text) => `Bearer ${text}\n`],
  ['quotes', (text) => `Bearer "${text}"`],
  ['parameters', (text) => `Bearer token=${text}`],
  ['a zero byte', (text) => `Bearer ${text}\u0000`],
  ['a truncated key', (text) => `Bearer ${text.slice(0, -1)}`],
  ['a key with more behind it', (text) => `Bearer ${text}x`],
  ['a huge value', (text) => `Bearer ${text}${'x'.repeat(1_000_000)}`],
  ['huge space', (text) => `Bearer${' '.repeat(1_000_000)}${text}`],
])('a header with %s is refused', async (_, spell) => {
  const { text } = keys.create({ role: 'user', name: 'a' });
  expect(await answer(gate(), spell(text))).toBe('AUTH_INVALID');
});

test('every refusal looks the same to the caller, and names its reason to the operator', async () => {
  const [live, revoked, expiring] = [1, 2, 3].map(() => keys.create({ role: 'user', name: 'a' })) as [
    ReturnType<ApiKeys['create']>,
    ReturnType<ApiKeys['create']>,
    ReturnType<ApiKeys['create']>,
  ];
  keys.revoke(revoked.key.id);
  const short = keys.create({ role: 'user', name: 'b', expiresAt: clock.now() + 1 });
  clock.advance(1);
  const wrong = `${live.text.slice(0, 16)}${expiring.text.slice(16)}`;
  const refused = [
    `Bearer ${revoked.text}`,
    `Bearer ${short.text}`,
    `Bearer ${wrong}`,
    'Bearer merlon_x',
    'Bearer opaque',
    'Bearer a.b.c.d.e',
    `Bearer ${token({}, 'wrong')}`,
    `Bearer ${token({ exp: 1 })}`,
    'Basic YTpi',
  ];
  const who = gate();
  const errors = await Promise.all(refused.map((header) => errorOf(who, header)));
  const seen = errors.map((error) =>
    JSON.stringify([error?.code, error?.message, error?.todo, error?.data, error?.cause]),
  );
  expect(new Set(seen).size).toBe(1);
  expect(errors[0]?.code).toBe('AUTH_INVALID');
  expect(events.map(({ reason }) => reason).toSorted()).toEqual(
    [
      'revoked_key',
      'expired_key',
      'unknown_key',
      'malformed_key',
      'unknown_kind',
      'unknown_kind',
      'signature',
      'expired',
      'malformed_header',
    ].toSorted(),
  );
  expect(new Set(events.map(({ remoteAddress, at }) => `${remoteAddress} ${at}`))).toEqual(
    new Set([`${address} ${clock.now()}`]),
  );
});

test('no part of a credential is in an error or an event', async () => {
  const { text } = keys.create({ role: 'user', name: 'a' });
  const bad = [
    `${text.slice(0, -1)}!`,
    `${text.slice(0, -2)}AA`,
    token({ sub: 'planted', exp: 1 }),
    token({ iss: 'planted' }, 'wrong'),
    'Basic cGxhbnRlZA',
  ];
  const who = gate();
  for (const credential of bad) {
    const error = await errorOf(who, `Bearer ${credential}`);
    const shown = JSON.stringify([error?.message, error?.todo, error?.data, error?.stack, events]);
    expect(shown).not.toContain(text.slice(16, 40));
    expect(shown).not.toContain('planted');
    expect(shown).not.toContain(credential.slice(-20));
  }
});

test('a key goes to key providers only, a token to token providers only', async () => {
  const asked: string[] = [];
  const spyKeys = { verify: (text: string) => (asked.push(`keys ${text}`), { refused: 'x' }) };
  const spyTokens: TokenProvider = {
    type: 'jwt',
    name: 'spy',
    issuer: undefined,
    verify: (text) => (asked.push(`tokens ${text}`), { refused: 'x' }),
    clear: () => undefined,
  };
  const who = gate({ providers: [{ type: 'api_key', keys: spyKeys }, spyTokens] });
  for (const text of ['merlon_a.b.c', 'a.b.c', 'opaque', 'a.b', 'a.b.c.d']) await errorOf(who, `Bearer ${text}`);
  expect(asked).toEqual(['keys merlon_a.b.c', 'tokens a.b.c']);
});

test('without a provider for it, a credential is refused', async () => {
  const { text } = keys.create({ role: 'user', name: 'a' });
  const nobody = gate({ providers: [] });
  expect(await answer(nobody, `Bearer ${text}`)).toBe('AUTH_INVALID');
  expect(await answer(nobody, `Bearer ${token()}`)).toBe('AUTH_INVALID');
});

test('of several issuers the one that the token names is asked, and it alone decides', async () => {
  const a = jwt({ name: 'a', issuer: 'https://a.example', secret: 'secret-a' });
  const b = jwt({ name: 'b', issuer: 'https://b.example', secret: 'secret-b' });
  const any = jwt({ name: 'any', secret: 'secret-any' });
  const who = gate({ providers: [a, b, any] });
  expect(await answer(who, `Bearer ${token({ iss: 'https://b.example' }, 'secret-b')}`)).toBe(
    'jwt:https://b.example#alice',
  );
  expect(await answer(who, `Bearer ${token({ iss: 'https://a.example' }, 'secret-b')}`)).toBe('AUTH_INVALID');
  expect(await answer(who, `Bearer ${token({ iss: 'https://a.example' }, 'secret-any')}`)).toBe('AUTH_INVALID');
  expect(await answer(who, `Bearer ${token({ iss: 'https://c.example' }, 'secret-any')}`)).toBe('jwt:any#alice');
  expect(await answer(who, `Bearer ${token({}, 'secret-any')}`)).toBe('jwt:any#alice');
  expect(await answer(who, `Bearer ${token({}, 'secret-a')}`)).toBe('AUTH_INVALID');
});

test('two providers of one issuer are asked in turn', async () => {
  const one = jwt({ issuer: 'https://a.example', audience: ['one'] });
  const two = jwt({ issuer: 'https://a.example', audience: ['two'] });
  const who = gate({ providers: [one, two] });
  expect(await answer(who, `Bearer ${token({ iss: 'https://a.example', aud: 'two' })}`)).toMatch(/alice/);
  expect(await answer(who, `Bearer ${token({ iss: 'https://a.example', aud: 'three' })}`)).toBe('AUTH_INVALID');
});

test('while an issuer is down its tokens look like any other bad credential', async () => {
  await using issuer = await startIssuer();
  issuer.answers.clear();
  const sso = createOAuth2Provider({ name: 'sso', issuer: issuer.url, audience: ['x'], roles: ['user'], clock });
  const who = gate({ providers: [sso] });
  const good = await issuer.sign({ iss: issuer.url, aud: 'x', sub: 'a', exp: clock.now() / 1000 + 60 });
  const [down, bad] = [await errorOf(who, `Bearer ${good}`), await errorOf(who, 'Bearer x')];
  expect([down?.code, down?.message]).toEqual([bad?.code, bad?.message]);
  expect(events[0]?.reason).toBe('issuer_unavailable');
});

test('arbitrary headers are refused with a code and never crash', async () => {
  const who = gate();
  const three = fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join('.'));
  const header = fc.oneof(
    fc.string(),
    fc.string().map((text) => `Bearer ${text}`),
    three.map((text) => `Bearer ${text}`),
  );
  await fc.assert(
    fc.asyncProperty(header, async (text) => {
      expect(await answer(who, text)).toBe('AUTH_INVALID');
    }),
  );
});

test('a token for one part of the gateway counts there and nowhere else, however fresh it is remembered (AUTHZ-41)', async () => {
  await using issuer = await startIssuer();
  const own = 'https://gate.example';
  const common = { name: 'sso', issuer: issuer.url, address: () => own, roles: ['user'], clock };
  const who = gate({ providers: [createOAuth2Provider({ ...common, audience: ['client-1'] })] });
  const paths = ['', '/mcp', '/mcp/files', '/mcp/files2', '/api'];
  async function accepts(aud: unknown): Promise<string[]> {
    const exp = clock.now() / 1000 + 600;
    const text = await issuer.sign(JSON.parse(JSON.stringify({ iss: issuer.url, sub: 'alice', exp, aud })));
    const found: string[] = [];
    // Twice: the second time it is remembered.
    for (const path of [...paths, ...paths]) {
      const ask = async (): Promise<string> => (await who(`Bearer ${text}`, address, path)).principal;
      if ((await ask().catch(() => '')) !== '') found.push(path);
    }
    expect(found.slice(found.length / 2)).toEqual(found.slice(0, found.length / 2));
    return found.slice(found.length / 2);
  }
  expect(await accepts(own)).toEqual(paths);
  expect(await accepts('client-1')).toEqual(paths);
  expect(await accepts(`${own}/mcp`)).toEqual(['/mcp', '/mcp/files', '/mcp/files2']);
  expect(await accepts(`${own}/mcp/files`)).toEqual(['/mcp/files']);
  expect(await accepts([`${own}/mcp/files`, 'https://other.example', `${own}/api`])).toEqual(['/mcp/files', '/api']);
  for (const aud of ['https://other.example', `${own}.evil`, `${own}/elsewhere`, [], undefined, '', 7, null])
    expect(await accepts(aud), String(aud)).toEqual([]);
  expect(new Set(events.map(({ reason }) => reason))).toEqual(new Set(['claim_aud']));
});

test('who does not say which part is asked gets in only with a credential for all of it', async () => {
  await using issuer = await startIssuer();
  const common = { name: 'sso', issuer: issuer.url, address: () => 'https://gate.example', roles: ['user'], clock };
  const who = gate({ providers: [{ type: 'api_key', keys }, createOAuth2Provider(common)] });
  const claims = { iss: issuer.url, sub: 'alice', exp: clock.now() / 1000 + 600 };
  const narrow = await issuer.sign({ ...claims, aud: 'https://gate.example/mcp' });
  expect(await answer(who, `Bearer ${narrow}`)).toBe('AUTH_INVALID');
  expect(await answer(who, `Bearer ${await issuer.sign({ ...claims, aud: 'https://gate.example' })}`)).toMatch(/alice/);
  expect(await answer(who, `Bearer ${keys.create({ role: 'user', name: 'x' }).text}`)).toMatch(/^key:/);
});

test('an issuer whose tokens could be for anybody is no provider', () => {
  const options = { name: 'sso', issuer: 'https://sso.example', roles: [], clock };
  expect(() => createOAuth2Provider(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

test('a task credential is shown to the tasks alone, and nothing else is shown to them', async () => {
  const seen: string[] = [];
  const spy = (name: string) => ({
    verify: (text: string) => {
      seen.push(`${name} ${text}`);
      return { refused: 'unknown' };
    },
  });
  const issuer = { ...jwt(), verify: spy('issuer').verify } as TokenProvider;
  const providers = [
    { type: 'api_key' as const, keys: spy('keys') },
    { type: 'task' as const, tasks: spy('tasks') },
    issuer,
  ];
  const who = gate({ providers });
  const texts = ['mlt_x', 'mlt_a.b.c', 'merlon_x', 'a.b.c'];
  for (const text of texts) expect(await answer(who, `Bearer ${text}`)).toBe('AUTH_INVALID');
  expect(seen).toEqual(['tasks mlt_x', 'tasks mlt_a.b.c', 'keys merlon_x', 'issuer a.b.c']);
});

test("where there are no tasks, a task credential is nobody's, and is shown to nobody", async () => {
  expect(await answer(gate(), 'Bearer mlt_a.b.c')).toBe('AUTH_INVALID');
  expect(events.at(-1)?.reason).toBe('no_provider');
});

test('a task credential makes a caller of its task', async () => {
  const caller = {
    principal: 'key:alice',
    role: 'user',
    method: 'task' as const,
    credential: 'abc',
    expiresAt: undefined,
    task: 'abc',
  };
  const who = gate({ providers: [{ type: 'task', tasks: { verify: () => caller } }] });
  expect(await who('Bearer mlt_x', address)).toBe(caller);
});
