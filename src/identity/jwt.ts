import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { MerlonError } from '../kernel/errors.ts';
import { trustworthyUrl } from './fetch-document.ts';
import { createJwks, type JwksOptions } from './jwks.ts';
import {
  type Algorithm,
  algorithms,
  createTokenProvider,
  type TokenOptions,
  type TokenProvider,
  type VerifyKey,
} from './token.ts';

/** How tokens of the type `jwt` are verified: with a shared secret, one public key (PEM), or the keys at an address. */
export interface JwtOptions extends TokenOptions, JwksOptions {
  readonly key: { readonly secret: string } | { readonly publicKey: string } | { readonly jwksUrl: string };
}

/**
 * Makes the provider for JWTs. Key and algorithms must fit each other, so no token can have a public key taken for a
 * shared secret.
 * @throws MerlonError CONFIG_INVALID when they do not
 */
export function createJwtProvider(options: JwtOptions): TokenProvider {
  checkTokenOptions(options);
  const key = verifyKey(options);
  return createTokenProvider('jwt', options, () => key);
}

/** @throws MerlonError CONFIG_INVALID when no algorithm or an empty audience is given: either would accept the unmeant */
export function checkTokenOptions(options: TokenOptions): void {
  const { clockSkewSeconds = 30 } = options;
  if (options.algorithms.length === 0) throw invalid(options, 'names no algorithm');
  if (options.algorithms.some((one) => !Object.hasOwn(algorithms, one)))
    throw invalid(options, 'names an unknown algorithm');
  if (options.audience?.length === 0) throw invalid(options, 'has an empty audience');
  if (!(clockSkewSeconds >= 0 && clockSkewSeconds <= 300))
    throw invalid(options, 'has a clock skew outside 0 to 300 s');
}

/**
 * True for a secret that is shorter than the hash it keys (RFC 7518, section 3.2): from one token it can be guessed
 * offline. Such a secret works, and deserves a warning.
 */
export function isWeakSecret(secret: string, algorithm: 'HS256' | 'HS384' | 'HS512'): boolean {
  return Buffer.byteLength(secret) * 8 < Number(algorithm.slice(2));
}

function verifyKey(options: JwtOptions): VerifyKey {
  const { key } = options;
  if ('secret' in key) {
    demand(options, (kind) => kind === 'secret', 'a secret goes only with HS256, HS384 or HS512');
    if (key.secret === '') throw invalid(options, 'has an empty secret');
    return createSecretKey(key.secret, 'utf8');
  }
  if ('publicKey' in key) {
    const found = publicKeyIn(options, key.publicKey);
    const kind = found.asymmetricKeyDetails?.namedCurve ?? found.asymmetricKeyType;
    demand(options, (wanted) => wanted === kind, 'its public key is not of the kind that its algorithm takes');
    return found;
  }
  demand(options, (kind) => kind !== 'secret', 'keys at an address are public, and HS algorithms need a secret');
  const url = trustworthyUrl(key.jwksUrl);
  if (url === undefined) throw invalid(options, 'needs an https address for its keys');
  return createJwks(url, options);
}

function publicKeyIn(options: JwtOptions, pem: string): KeyObject {
  // A public key can be derived from a private one, but a verifier must not have it.
  if (pem.includes('PRIVATE KEY')) throw invalid(options, 'was given a private key where the public key belongs');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw invalid(options, 'has a public key that is no PEM');
  }
  if ((key.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048)
    throw invalid(options, 'has an RSA key below 2048 bits');
  return key;
}

function demand(options: JwtOptions, fits: (kind: (typeof algorithms)[Algorithm]) => boolean, problem: string): void {
  if (!options.algorithms.every((one) => fits(algorithms[one]))) throw invalid(options, `is inconsistent: ${problem}`);
}

/** The error for a provider that cannot be used as configured. */
export function invalid(options: TokenOptions, problem: string): MerlonError {
  return new MerlonError('CONFIG_INVALID', `The provider ${JSON.stringify(options.name)} ${problem}.`);
}
