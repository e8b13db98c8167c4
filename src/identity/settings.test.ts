import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { algorithmsOf, jwtAlgorithms, shortestSecret } from './key-algorithms.ts';
import { authSettings } from './settings.ts';

const pem = (key: KeyObject) =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const p384 = pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey);
const secp256k1 = pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey);
const ed25519 = pem(generateKeyPairSync('ed25519').publicKey);
const weakRsa = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);

const problems = (provider: object) => {
  const { error } = authSettings.safeParse({ providers: [{ type: 'jwt', ...provider }] });
  return (error?.issues ?? []).map(({ path }) => path.join('.'));
};

describe('a JWT provider is refused', () => {
  test.each([
    ['without a key', { algorithm: 'HS256' }, ['providers.0']],
    ['with two keys', { algorithm: 'HS256', secret: 'a', jwks_url: 'https://a.example/jwks' }, ['providers.0']],
    ['without an algorithm', { secret: 'a' }, ['providers.0.algorithm']],
    ['with no signature at all', { algorithm: 'none', secret: 'a' }, ['providers.0.algorithm']],
    // The classic confusion: a public key used as an HMAC secret.
    ['with HS256 for a public key', { algorithm: 'HS256', public_key: pem(rsa.publicKey) }, ['providers.0.algorithm']],
    ['with HS256 for a JWKS', { algorithm: 'HS256', jwks_url: 'https://a.example/jwks' }, ['providers.0.algorithm']],
    ['with RS256 for a secret', { algorithm: 'RS256', secret: 'a' }, ['providers.0.algorithm']],
    ['with ES256 for an RSA key', { algorithm: 'ES256', public_key: pem(rsa.publicKey) }, ['providers.0.algorithm']],
    ['with ES256 for a P-384 key', { algorithm: 'ES256', public_key: p384 }, ['providers.0.algorithm']],
    ['with a private key', { algorithm: 'RS256', public_key: pem(rsa.privateKey) }, ['providers.0.public_key']],
    ['with a short RSA key', { algorithm: 'RS256', public_key: weakRsa }, ['providers.0.public_key']],
    ['with another curve', { algorithm: 'ES256', public_key: secp256k1 }, ['providers.0.public_key']],
    ['with text that is no key', { algorithm: 'RS256', public_key: 'keys/jwt.pub' }, ['providers.0.public_key']],
    ['with a JWKS over http', { algorithm: 'RS256', jwks_url: 'http://a.example/jwks' }, ['providers.0.jwks_url']],
    ['with an empty secret', { algorithm: 'HS256', secret: '' }, ['providers.0.secret']],
  ])('%s', (_what, provider, paths) => expect(problems(provider)).toEqual(paths));
});

test.each([
  { algorithm: 'HS512', secret: 'a' },
  { algorithm: 'RS256', public_key: pem(rsa.publicKey) },
  { algorithm: 'PS384', public_key: pem(rsa.publicKey) },
  { algorithm: 'ES256', public_key: p256 },
  { algorithm: 'ES384', public_key: p384 },
  { algorithm: 'EdDSA', public_key: ed25519 },
  { algorithm: 'RS256', jwks_url: 'https://a.example/jwks' },
  { algorithm: 'RS256', jwks_url: 'http://127.0.0.1:9000/jwks' },
])('a JWT provider is accepted with $algorithm and a fitting key', (provider) => {
  expect(problems(provider)).toEqual([]);
});

test('an OAuth provider accepts no shared-secret algorithm and no issuer over http elsewhere', () => {
  const parse = (more: object) =>
    authSettings.safeParse({ providers: [{ type: 'oauth2', issuer: 'https://a.example', ...more }] }).success;
  expect(parse({})).toBe(true);
  expect(parse({ algorithms: ['HS256'] })).toBe(false);
  expect(parse({ algorithms: [] })).toBe(false);
  expect(parse({ issuer: 'http://a.example' })).toBe(false);
  expect(parse({ issuer: 'http://localhost:9000' })).toBe(true);
});

test('scopes for clients are scopes, and none of a client alone (AUTHZ-50)', () => {
  const parse = (...scopes: unknown[]) =>
    authSettings.safeParse({ providers: [{ type: 'oauth2', issuer: 'https://a.example', scopes }] }).success;
  expect(parse()).toBe(true);
  expect(parse('openid', 'api://merlon/.default')).toBe(true);
  for (const bad of ['offline_access', '', 'a b', 'a"', 'a\\b', 'é', 'x'.repeat(257), 7])
    expect(parse(bad)).toBe(false);
});

test('the shortest secret is as long as the hash', () => {
  expect([shortestSecret('HS256'), shortestSecret('HS384'), shortestSecret('HS512')]).toEqual([32, 48, 64]);
});

test('no key fits a shared-secret algorithm', () => {
  for (const key of [pem(rsa.publicKey), p256, ed25519]) {
    expect(algorithmsOf(key).filter((name) => name.startsWith('HS'))).toEqual([]);
    expect(algorithmsOf(key).every((name) => jwtAlgorithms.includes(name))).toBe(true);
  }
});
