import { createPublicKey, type KeyObject } from 'node:crypto';

/** The signature algorithms that a JWT provider can be pinned to (RFC 7518 section 3.1, RFC 8037, RFC 9864). `none` is not among them. */
export const jwtAlgorithms = [
  ...(['HS256', 'HS384', 'HS512'] as const),
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
] as const;
/** One of {@link jwtAlgorithms}. */
export type JwtAlgorithm = (typeof jwtAlgorithms)[number];

/** True for the algorithms that sign with a shared secret. */
export function isSymmetric(algorithm: JwtAlgorithm): boolean {
  return algorithm.startsWith('HS');
}

/** The shortest secret, in bytes, that RFC 7518 section 3.2 allows for an HS algorithm: the size of its hash. */
export function shortestSecret(algorithm: JwtAlgorithm): number {
  return Number(algorithm.slice(2)) / 8;
}

const curves: Readonly<Record<string, JwtAlgorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/**
 * The algorithms whose signatures a PEM public key or certificate can verify; none for text that is no such key, for a
 * private key (it has no business in a verifier's configuration) and for RSA keys shorter than 2048 bits.
 */
export function algorithmsOf(pem: string): readonly JwtAlgorithm[] {
  if (!/-----BEGIN (RSA )?(PUBLIC KEY|CERTIFICATE)-----/.test(pem)) return [];
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return [];
  }
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength < 2048 ? [] : jwtAlgorithms.filter((name) => /^[RP]S/.test(name));
    case 'ec':
      return jwtAlgorithms.filter((name) => name === curves[namedCurve]);
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    default:
      return [];
  }
}
