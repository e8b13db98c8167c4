import { createServer } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import { errorOf } from '../../test/error-of.ts';
import { type LoopbackIssuer, startIssuer } from '../../test/identity/loopback-issuer.ts';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import type { MerlonError } from '../kernel/errors.ts';
import { isRefusal } from './caller.ts';
import { createOAuth2Provider, type OAuth2Options } from './oauth2.ts';
import type { TokenProvider } from './token.ts';

const OIDC = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';
const audience = 'https://gate.example/mcp';

let clock: FakeClock;
let problems: MerlonError[];
beforeEach(() => {
  clock = fakeClock();
  problems = [];
});

function provider(issuer: string, given: Partial<OAuth2Options> = {}): TokenProvider {
  const onOutage = (problem: MerlonError): number => problems.push(problem);
  return createOAuth2Provider({
    name: 'sso',
    issuer,
    audience: [audience],
    roles: ['admin', 'user'],
    clock,
    onOutage,
    ...given,
  });
}

const sign = (issuer: LoopbackIssuer, given: Record<string, unknown> = {}): Promise<string> =>
  issuer.sign({
    iss: issuer.url,
    aud: audience,
    sub: 'alice',
    exp: clock.now() / 1000 + 86_400,
    role: 'user',
    ...given,
  });

async function answer(who: TokenProvider, text: string): Promise<string> {
  const verdict = await who.verify(text, clock.now());
  return isRefusal(verdict) ? verdict.refused : `${verdict.method} ${verdict.principal} ${verdict.role}`;
}

test('the issuer is discovered once, and its tokens are accepted', async () => {
  await using issuer = await startIssuer();
  const who = provider(issuer.url);
  const texts = await Promise.all(['1', '2', '3'].map((jti) => sign(issuer, { jti })));
  const answers = await Promise.all(texts.map((text) => answer(who, text)));
  expect(new Set(answers)).toEqual(new Set([`oauth2 jwt:${issuer.url}#alice user`]));
  expect(issuer.requests).toEqual([OIDC, '/jwks']);
});

test('an issuer without OpenID metadata is discovered by RFC 8414', async () => {
  await using issuer = await startIssuer();
  issuer.answers.set(OAUTH, issuer.answers.get(OIDC) ?? {});
  issuer.answers.delete(OIDC);
  expect(await answer(provider(issuer.url), await sign(issuer))).toMatch(/alice/);
  expect(issuer.requests).toEqual([OIDC, OAUTH, '/jwks']);
});

test('an issuer with a path is asked at the addresses that the standards give', async () => {
  await using issuer = await startIssuer();
  const tenant = `${issuer.url}/tenant`;
  issuer.answers.set(`${OAUTH}/tenant`, { body: JSON.stringify({ issuer: tenant, jwks_uri: `${issuer.url}/jwks` }) });
  expect(await answer(provider(tenant), await sign(issuer, { iss: tenant }))).toMatch(/alice/);
  expect(issuer.requests).toEqual([`/tenant${OIDC}`, `${OAUTH}/tenant`, '/jwks']);
});

test.each<[string, Record<string, unknown>, string]>([
  ['another audience', { aud: 'https://other.example' }, 'claim_aud'],
  ['no audience', { aud: undefined }, 'claim_aud'],
  ['another issuer', { iss: 'https://other.example' }, 'claim_iss'],
  ['no expiry', { exp: undefined }, 'claim_exp'],
])('a token with %s is refused', async (_, given, reason) => {
  await using issuer = await startIssuer();
  expect(await answer(provider(issuer.url), await sign(issuer, given))).toBe(reason);
});

test('a token of another server that claims this issuer is refused', async () => {
  await using issuer = await startIssuer();
  await using impostor = await startIssuer();
  expect(await answer(provider(issuer.url), await sign(impostor, { iss: issuer.url }))).toBe('signature');
});

test.each<[string, (url: string) => object]>([
  ['names another issuer', (url) => ({ issuer: 'https://other.example', jwks_uri: `${url}/jwks` })],
  ['names the issuer with a slash more', (url) => ({ issuer: `${url}/`, jwks_uri: `${url}/jwks` })],
  ['names no issuer', (url) => ({ jwks_uri: `${url}/jwks` })],
  ['names no keys', (url) => ({ issuer: url })],
  ['has its keys over http elsewhere', (url) => ({ issuer: url, jwks_uri: 'http://keys.example/jwks' })],
  ['has its keys in a file', (url) => ({ issuer: url, jwks_uri: 'file:///etc/passwd' })],
  ['has its keys in itself', (url) => ({ issuer: url, jwks_uri: 'data:application/json,{"keys":[]}' })],
])('metadata that %s is not used', async (_, metadata) => {
  await using issuer = await startIssuer();
  issuer.answers.set(OIDC, { body: JSON.stringify(metadata(issuer.url)) });
  expect(await answer(provider(issuer.url), await sign(issuer))).toBe('issuer_unavailable');
  expect(problems.map(({ code }) => code)).toEqual(['ISSUER_UNAVAILABLE']);
  expect(issuer.requests).toEqual([OIDC, OAUTH]);
});

test.each<[string, (url: string) => object]>([
  ['redirects', (url) => ({ status: 301, headers: { location: `${url}/moved` } })],
  ['is endless', () => ({ body: `{"x":"${'x'.repeat(300_000)}"}` })],
  ['is no JSON', () => ({ body: '<planted>' })],
])('metadata that %s is not followed or read', async (_, answerOf) => {
  await using issuer = await startIssuer();
  issuer.answers.set('/moved', issuer.answers.get(OIDC) ?? {});
  issuer.answers.set(OIDC, answerOf(issuer.url));
  expect(await answer(provider(issuer.url), await sign(issuer))).toBe('issuer_unavailable');
  expect(issuer.requests).toEqual([OIDC, OAUTH]);
  expect(problems[0]?.message).not.toContain('planted');
});

test('metadata of an issuer elsewhere cannot point to this machine', async () => {
  await using issuer = await startIssuer();
  const far = 'https://issuer.example';
  const asked: string[] = [];
  const fetch = (url: URL): Promise<Response> => {
    asked.push(url.href);
    return Promise.resolve(Response.json({ issuer: far, jwks_uri: `${issuer.url}/jwks` }));
  };
  expect(await answer(provider(far, { fetch }), await sign(issuer, { iss: far }))).toBe('issuer_unavailable');
  expect(asked).toEqual([far + OIDC, far + OAUTH]);
});

test('an issuer that is down is left alone for 1 s, doubling to 60 s, and used as soon as it answers', async () => {
  await using issuer = await startIssuer();
  const metadata = issuer.answers.get(OIDC) ?? {};
  issuer.answers.set(OIDC, { status: 500 });
  const who = provider(issuer.url);
  const text = await sign(issuer);
  for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
    for (let index = 0; index < 3; index++) expect(await answer(who, text)).toBe('issuer_unavailable');
    clock.advance(wait * 1000);
  }
  expect(problems.map(({ data }) => data?.['retryAfterMs'])).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1000));
  issuer.answers.set(OIDC, metadata);
  expect(await answer(who, text)).toMatch(/alice/);
});

test('an issuer that cannot be reached is an outage, not a crash', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  await using other = await startIssuer();
  expect(await answer(provider(`http://127.0.0.1:${port}`), await sign(other))).toBe('issuer_unavailable');
  expect(problems[0]?.message).toContain('ECONNREFUSED');
});

test('metadata is renewed after an hour, and the last one serves while that fails', async () => {
  await using issuer = await startIssuer();
  const who = provider(issuer.url);
  expect(await answer(who, await sign(issuer))).toMatch(/alice/);
  issuer.answers.set(OIDC, { status: 500 });
  clock.advance(3_600_000);
  expect(await answer(who, await sign(issuer))).toMatch(/alice/);
  await expect.poll(() => problems.length).toBe(1);
  expect(issuer.requests).toEqual([OIDC, '/jwks', OIDC, OAUTH]);
  expect(await answer(who, await sign(issuer, { jti: '3' }))).toMatch(/alice/);
});

test('keys that moved are found when metadata is renewed', async () => {
  await using issuer = await startIssuer();
  const who = provider(issuer.url);
  expect(await answer(who, await sign(issuer))).toMatch(/alice/);
  await issuer.rotate('k2');
  issuer.answers.set('/jwks2', issuer.answers.get('/jwks') ?? {});
  issuer.answers.set(OIDC, { body: JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks2` }) });
  clock.advance(3_600_000);
  await answer(who, await sign(issuer, { jti: '2' }));
  await expect.poll(async () => answer(who, await sign(issuer, { jti: '3' }))).toMatch(/alice/);
});

test.each<[string, string, Partial<OAuth2Options>]>([
  ['over http', 'http://issuer.example', {}],
  ['with a query', 'https://issuer.example/?a', {}],
  ['with a password', 'https://a:planted@issuer.example', {}],
  ['that is no address', 'issuer', {}],
  ['without an audience', 'https://issuer.example', { audience: [] }],
  ['with HS256', 'https://issuer.example', { algorithms: ['HS256'] }],
])('an issuer %s is refused when configured', (_, issuer, given) => {
  const error = errorOf(() => provider(issuer, given));
  expect(error?.code).toBe('CONFIG_INVALID');
  expect(error?.message).not.toContain('planted');
});
