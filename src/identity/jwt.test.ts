import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import { errorOf } from '../../test/error-of.ts';
import { startIssuer } from '../../test/identity/loopback-issuer.ts';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import type { MerlonError } from '../kernel/errors.ts';
import { isRefusal } from './caller.ts';
import { createJwtProvider, type JwtOptions } from './jwt.ts';
import type { TokenProvider } from './token.ts';

const secret = 'planted-secret-planted-secret-planted';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

let clock: FakeClock;
let now: number;
beforeEach(() => {
  clock = fakeClock();
  now = clock.now() / 1000;
});

const options = (given: Partial<JwtOptions> = {}): JwtOptions => ({
  name: 'main',
  algorithms: ['HS256'],
  key: { secret },
  roles: ['admin', 'user', 'guest'],
  clock,
  ...given,
});
const provider = (given: Partial<JwtOptions> = {}): TokenProvider => createJwtProvider(options(given));
const claims = (given: Record<string, unknown> = {}): Record<string, unknown> => ({
  sub: 'alice',
  exp: now + 600,
  ...given,
});
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with any header and claims at all, signed as HS256 with any key. */
function forge(header: object, payload: object, key: string | Buffer = secret): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
const token = (given: Record<string, unknown> = {}): string => forge({ alg: 'HS256' }, claims(given));

async function answer(who: TokenProvider, text: string): Promise<string> {
  const verdict = await who.verify(text, clock.now());
  return isRefusal(verdict) ? verdict.refused : `${verdict.principal} ${verdict.role}`;
}

test('a good token is its subject with its role, until it expires', async () => {
  const verdict = await provider().verify(token({ role: 'user' }), clock.now());
  expect(verdict).toEqual({
    principal: 'jwt:main#alice',
    role: 'user',
    method: 'jwt',
    credential: expect.stringMatching(/^[\w-]{16}$/),
    expiresAt: (now + 600) * 1000,
  });
});

test('the principal names the issuer only where the issuer is checked', async () => {
  const text = token({ iss: 'https://other.example' });
  expect(await answer(provider(), text)).toBe('jwt:main#alice undefined');
  expect(await answer(provider({ issuer: 'https://other.example' }), text)).toBe(
    'jwt:https://other.example#alice undefined',
  );
});

test.each<[string, Record<string, unknown>, string]>([
  ['has expired', { exp: -31 }, 'expired'],
  ['is not valid yet', { nbf: 31 }, 'claim_nbf'],
])('a token that %s is refused', async (_, times, reason) => {
  const shifted = Object.fromEntries(Object.entries(times).map(([claim, seconds]) => [claim, now + Number(seconds)]));
  expect(await answer(provider(), token(shifted))).toBe(reason);
});

test('clocks may differ by the skew and no more', async () => {
  expect(await answer(provider(), token({ exp: now - 29 }))).toMatch(/alice/);
  expect(await answer(provider(), token({ nbf: now + 30 }))).toMatch(/alice/);
  expect(await answer(provider({ clockSkewSeconds: 0 }), token({ exp: now }))).toBe('expired');
});

test.each<[string, Record<string, unknown>]>([
  ['without exp', { exp: undefined }],
  ['with a textual exp', { exp: '9999999999' }],
  ['with an infinite exp', { exp: null }],
  ['without sub', { sub: undefined }],
  ['with an empty sub', { sub: '' }],
  ['with a sub that is no text', { sub: { $ne: null } }],
  ['with a sub of two lines', { sub: 'alice\nadmin' }],
  ['with a hidden character in sub', { sub: 'alice\u202e' }],
  ['with an endless sub', { sub: 'a'.repeat(256) }],
])('a token %s is refused', async (_, given) => {
  expect(await answer(provider(), token(given))).toMatch(/^(claim_(exp|sub)|malformed_token)$/);
});

test('issuer and audience are checked where configured', async () => {
  const strict = provider({ issuer: 'https://a.example', audience: ['https://gate.example', 'client'] });
  const good = { iss: 'https://a.example', aud: ['x', 'https://gate.example'] };
  expect(await answer(strict, token(good))).toMatch(/alice/);
  expect(await answer(strict, token({ ...good, iss: 'https://a.example/' }))).toBe('claim_iss');
  expect(await answer(strict, token({ ...good, iss: undefined }))).toBe('claim_iss');
  expect(await answer(strict, token({ ...good, aud: 'https://gate.example.evil' }))).toBe('claim_aud');
  expect(await answer(strict, token({ ...good, aud: [] }))).toBe('claim_aud');
  expect(await answer(strict, token({ ...good, aud: undefined }))).toBe('claim_aud');
});

test.each<[unknown, string | undefined, string | undefined]>([
  ['user', undefined, 'user'],
  [['guest', 'admin'], undefined, 'admin'],
  [['unknown', 'guest'], undefined, 'guest'],
  ['USER', undefined, undefined],
  ['user admin', undefined, undefined],
  ['constructor', undefined, undefined],
  [{ name: 'admin' }, undefined, undefined],
  [[['admin']], undefined, undefined],
  [undefined, 'guest', 'guest'],
  ['unknown', 'guest', 'guest'],
  ['user', 'guest', 'user'],
])('the role claim %j with the default %s gives the role %s', async (role, defaultRole, expected) => {
  const given = defaultRole === undefined ? {} : { defaultRole };
  expect(await provider(given).verify(token({ role }), clock.now())).toMatchObject({ role: expected });
});

test('the role claim may have another name, and a name that every object has is no claim', async () => {
  expect(await answer(provider({ roleClaim: 'https://a/roles' }), token({ 'https://a/roles': ['admin'] }))).toMatch(
    /admin$/,
  );
  expect(await answer(provider({ roleClaim: 'constructor', roles: ['Object'] }), token())).toMatch(/undefined$/);
});

test('an unsigned token is refused however its algorithm is spelt', async () => {
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', undefined, null, ['HS256']]) {
    const unsigned = `${encode({ alg })}.${encode(claims())}.`;
    expect(await answer(provider(), unsigned)).toMatch(/^(algorithm|malformed_token)$/);
    expect(await answer(provider(), forge({ alg }, claims()))).toMatch(/^(algorithm|malformed_token)$/);
  }
});

test('a public key is never taken for a shared secret', async () => {
  const pinned = provider({ algorithms: ['RS256'], key: { publicKey: rsaPem } });
  for (const key of [rsaPem, rsaPem.trim(), rsa.publicKey.export({ type: 'spki', format: 'der' })]) {
    expect(await answer(pinned, forge({ alg: 'HS256' }, claims({ role: 'admin' }), key))).toBe('algorithm');
    expect(await answer(pinned, forge({ alg: 'RS256' }, claims({ role: 'admin' }), key))).toBe('signature');
  }
  const signed = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(rsa.privateKey);
  expect(await answer(pinned, signed)).toMatch(/alice/);
});

test('only the pinned algorithm is accepted, even of a key that could do others', async () => {
  const pinned = provider({ algorithms: ['RS256'], key: { publicKey: rsaPem } });
  const other = await new SignJWT(claims()).setProtectedHeader({ alg: 'PS256' }).sign(rsa.privateKey);
  expect(await answer(pinned, other)).toBe('algorithm');
});

test('a key that the token brings along is ignored', async () => {
  const attacker = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(attacker.publicKey);
  const pinned = provider({ algorithms: ['RS256'], key: { publicKey: rsaPem } });
  for (const header of [
    { jwk },
    { jku: 'http://127.0.0.1:9/jwks' },
    { x5u: 'http://127.0.0.1:9/x' },
    { kid: '../../x' },
  ]) {
    const text = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', ...header }).sign(attacker.privateKey);
    expect(await answer(pinned, text)).toBe('signature');
  }
});

test('a token that demands an unknown extension is refused', async () => {
  expect(await answer(provider(), forge({ alg: 'HS256', crit: ['x'], x: 1 }, claims()))).toBe('malformed_token');
  expect(await answer(provider(), forge({ alg: 'HS256', crit: ['b64'], b64: false }, claims()))).toBe(
    'malformed_token',
  );
});

test('a changed token is refused', async () => {
  const [header = '', payload = '', signature = ''] = token({ role: 'guest' }).split('.');
  expect(await answer(provider(), `${header}.${encode(claims({ role: 'admin' }))}.${signature}`)).toBe('signature');
  expect(await answer(provider(), `${header}.${payload}.${signature.slice(0, -2)}`)).toMatch(/signature|malformed/);
  expect(await answer(provider(), `${header}.${payload}.`)).toMatch(/signature|malformed/);
  expect(await answer(provider(), `${header}.!.${signature}`)).toMatch(/signature|malformed/);
  expect(await answer(provider(), '..')).toBe('malformed_token');
});

test('a verified token is answered at once for a minute, never beyond its expiry, and not after clear', async () => {
  const who = provider();
  const text = token({ exp: now + 90 });
  const first = who.verify(text, clock.now());
  expect(first).toBeInstanceOf(Promise);
  const caller = await first;
  expect(who.verify(text, clock.now())).toEqual(caller);
  clock.advance(59_999);
  expect(who.verify(text, clock.now())).toEqual(caller);
  clock.advance(1);
  const again = who.verify(text, clock.now());
  expect(again).toBeInstanceOf(Promise);
  await again;
  clock.advance(29_999);
  expect(who.verify(text, clock.now())).toEqual(caller);
  who.clear();
  expect(who.verify(text, clock.now())).toBeInstanceOf(Promise);
  clock.advance(1 + 30_000);
  expect(await answer(who, text)).toBe('expired');
});

test('a verification that was under way during clear is not remembered', async () => {
  const who = provider();
  const text = token();
  const begun = who.verify(text, clock.now());
  who.clear();
  await begun;
  expect(who.verify(text, clock.now())).toBeInstanceOf(Promise);
});

test('a refused token is not remembered as accepted', async () => {
  const who = provider();
  const text = forge({ alg: 'HS256' }, claims(), 'wrong');
  expect(await answer(who, text)).toBe('signature');
  expect(await answer(who, text)).toBe('signature');
});

test.each<[string, Partial<JwtOptions>]>([
  ['HS with a public key', { algorithms: ['HS256'], key: { publicKey: rsaPem } }],
  ['RS with a secret', { algorithms: ['RS256'], key: { secret } }],
  ['a mix of HS and RS', { algorithms: ['HS256', 'RS256'], key: { secret } }],
  ['ES with an RSA key', { algorithms: ['ES256'], key: { publicKey: rsaPem } }],
  ['HS with a key address', { algorithms: ['HS256'], key: { jwksUrl: 'https://a.example/jwks' } }],
  [
    'a private key',
    { algorithms: ['RS256'], key: { publicKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() } },
  ],
  ['a key that is no PEM', { algorithms: ['RS256'], key: { publicKey: 'ssh-rsa AAAA' } }],
  ['a short RSA key', { algorithms: ['RS256'], key: { publicKey: shortRsa() } }],
  ['an empty secret', { key: { secret: '' } }],
  ['no algorithm', { algorithms: [] }],
  ['the algorithm none', { algorithms: ['none' as 'HS256'] }],
  ['an empty audience', { audience: [] }],
  ['an endless skew', { clockSkewSeconds: 301 }],
  ['keys over http', { algorithms: ['RS256'], key: { jwksUrl: 'http://a.example/jwks' } }],
  ['keys from a file', { algorithms: ['RS256'], key: { jwksUrl: 'file:///etc/passwd' } }],
  ['keys behind a password', { algorithms: ['RS256'], key: { jwksUrl: 'https://u:p@a.example/jwks' } }],
  [
    'keys from what only looks like loopback',
    { algorithms: ['RS256'], key: { jwksUrl: 'http://127.0.0.1.evil.example/' } },
  ],
])('%s is refused when configured', (_, given) => {
  const error = errorOf(() => provider(given));
  expect(error?.code).toBe('CONFIG_INVALID');
  expect(`${error?.message}${error?.todo}`).not.toMatch(/planted|BEGIN|u:p/);
});

test('a weak secret works, since the example configuration has one', async () => {
  const who = provider({ key: { secret: 'your-jwt-secret' } });
  expect(await answer(who, forge({ alg: 'HS256' }, claims(), 'your-jwt-secret'))).toMatch(/alice/);
});

const remote = (jwksUrl: string, given: Partial<JwtOptions> = {}): Partial<JwtOptions> => ({
  algorithms: ['ES256'],
  key: { jwksUrl },
  ...given,
});

test('keys at an address verify tokens, and are fetched once', async () => {
  await using issuer = await startIssuer();
  const who = provider(remote(`${issuer.url}/jwks`));
  for (let index = 0; index < 5; index++) {
    expect(await answer(who, await issuer.sign(claims({ jti: String(index) })))).toMatch(/alice/);
  }
  expect(issuer.requests).toEqual(['/jwks']);
});

test('a new signing key is found by its id, an old one no longer counts', async () => {
  await using issuer = await startIssuer();
  const who = provider(remote(`${issuer.url}/jwks`, { cooldownMs: 0 }));
  const [before, later] = [await issuer.sign(claims()), await issuer.sign(claims({ jti: '2' }))];
  expect(await answer(who, before)).toMatch(/alice/);
  await issuer.rotate('k2');
  expect(await answer(who, await issuer.sign(claims({ jti: '3' })))).toMatch(/alice/);
  expect(await answer(who, later)).toBe('unknown_signing_key');
});

test('tokens with invented key ids do not make it ask again and again', async () => {
  await using issuer = await startIssuer();
  const who = provider(remote(`${issuer.url}/jwks`));
  for (let index = 0; index < 10; index++) {
    const text = await issuer.sign(claims({ jti: String(index) }), { kid: `invented-${index}` });
    expect(await answer(who, text)).toBe('unknown_signing_key');
  }
  expect(issuer.requests).toEqual(['/jwks']);
});

test('a known key id with another key is refused', async () => {
  await using issuer = await startIssuer();
  await using impostor = await startIssuer();
  const who = provider(remote(`${issuer.url}/jwks`));
  expect(await answer(who, await impostor.sign(claims()))).toBe('signature');
});

test('while keys cannot be fetched tokens are refused, and attempts are spaced from 1 s to 60 s', async () => {
  await using issuer = await startIssuer();
  const waits: unknown[] = [];
  const onOutage = (problem: MerlonError) => waits.push(problem.data?.['retryAfterMs']);
  const who = provider(remote(`${issuer.url}/jwks`, { onOutage }));
  const keys = issuer.answers.get('/jwks') ?? {};
  issuer.answers.set('/jwks', { status: 503 });
  const text = await issuer.sign(claims({ exp: now + 86_400 }));
  for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
    for (let index = 0; index < 3; index++) expect(await answer(who, text)).toBe('issuer_unavailable');
    clock.advance(wait * 1000);
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(issuer.requests).toHaveLength(8);
  issuer.answers.set('/jwks', keys);
  expect(await answer(who, text)).toMatch(/alice/);
});

test.each<[string, (url: string) => object]>([
  ['a redirect', (url) => ({ status: 302, headers: { location: `${url}/elsewhere` } })],
  ['an endless document', () => ({ body: `{"keys":["${'x'.repeat(300_000)}"]}` })],
  ['no JSON', () => ({ body: '<html>planted</html>' })],
  ['no key set', () => ({ body: '{"keys":{}}' })],
  ['an array', () => ({ body: '[]' })],
])('%s instead of keys is an outage that quotes nothing received', async (_, answerOf) => {
  await using issuer = await startIssuer();
  const problems: MerlonError[] = [];
  const who = provider(remote(`${issuer.url}/jwks`, { onOutage: (problem) => problems.push(problem) }));
  issuer.answers.set('/elsewhere', issuer.answers.get('/jwks') ?? {});
  issuer.answers.set('/jwks', answerOf(issuer.url));
  expect(await answer(who, await issuer.sign(claims()))).toBe('issuer_unavailable');
  expect(problems.map(({ code }) => code)).toEqual(['ISSUER_UNAVAILABLE']);
  expect(problems[0]?.message).not.toMatch(/planted|xxx/);
  expect(issuer.requests).toEqual(['/jwks']);
});

test('a shared secret published among the keys is not used', async () => {
  await using issuer = await startIssuer();
  issuer.answers.set('/jwks', { body: JSON.stringify({ keys: [{ kty: 'oct', k: encode('x'), kid: 'k1' }] }) });
  const who = provider(remote(`${issuer.url}/jwks`));
  expect(isRefusal(await who.verify(forge({ alg: 'HS256', kid: 'k1' }, claims(), '"x"'), clock.now()))).toBe(true);
  expect(isRefusal(await who.verify(await issuer.sign(claims()), clock.now()))).toBe(true);
});

function shortRsa(): string {
  return generateKeyPairSync('rsa', { modulusLength: 1024 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
}
