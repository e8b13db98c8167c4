import { createPublicKey, createSecretKey } from 'node:crypto';
import { MerlonError } from '../kernel/errors.ts';
import { trustworthyUrl } from './fetch-document.ts';
import { createJwks, type JwksOptions } from './jwks.ts';
import { algorithmsOf, isSymmetric, type JwtAlgorithm, jwtAlgorithms } from './key-algorithms.ts';
import { createTokenProvider, type TokenOptions, type TokenProvider, type VerifyKey } from './token.ts';

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
  if (options.algorithms.some((one) => !jwtAlgorithms.includes(one)))
    throw invalid(options, 'names an unknown algorithm');
  if (options.audience?.length === 0) throw invalid(options, 'has an empty audience');
  if (!(clockSkewSeconds >= 0 && clockSkewSeconds <= 300))
    throw invalid(options, 'has a clock skew outside 0 to 300 s');
}

function verifyKey(options: JwtOptions): VerifyKey {
  const { key } = options;
  if ('secret' in key) {
    demand(options, isSymmetric, 'a secret goes only with HS256, HS384 or HS512');
    if (key.secret === '') throw invalid(options, 'has an empty secret');
    return createSecretKey(key.secret, 'utf8');
  }
  if ('publicKey' in key) {
    const fitting = algorithmsOf(key.publicKey);
    demand(options, (one) => fitting.includes(one), 'its algorithm needs a public key of that kind in PEM');
    return createPublicKey(key.publicKey);
  }
  demand(options, (one) => !isSymmetric(one), 'keys at an address are public, and HS algorithms need a secret');
  const url = trustworthyUrl(key.jwksUrl);
  if (url === undefined) throw invalid(options, 'needs an https address for its keys');
  return createJwks(url, options);
}

function demand(options: JwtOptions, fits: (algorithm: JwtAlgorithm) => boolean, problem: string): void {
  if (!options.algorithms.every(fits)) throw invalid(options, `is inconsistent: ${problem}`);
}

/** The error for a provider that cannot be used as configured. */
export function invalid(options: TokenOptions, problem: string): MerlonError {
  return new MerlonError('CONFIG_INVALID', `The provider ${JSON.stringify(options.name)} ${problem}.`);
}
