import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify, type KeyInput } from 'jose';
import { MerlonError } from '../kernel/errors.ts';
import type { Caller, Verdict } from './caller.ts';
import type { JwtAlgorithm } from './key-algorithms.ts';
import { partFor } from './protected-resource.ts';
import { createTokenCache, tokenDigest } from './token-cache.ts';

/** What is asked of a token besides a good signature, and which role it gives. */
export interface TokenOptions {
  /** The provider's name in logs, and in principals where no issuer is configured. */
  readonly name: string;
  /** The only algorithms accepted, whatever the token claims. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** Exactly the `iss` of acceptable tokens. Default: any. */
  readonly issuer?: string;
  /** At least one of these is in the `aud` of acceptable tokens. Default: any, unless there is an `address`. */
  readonly audience?: readonly string[];
  /**
   * The gateway's own address. Tokens for it, or for a part of it such as ADDRESS/mcp/NAME, are acceptable too, and count
   * there only (RFC 8707, section 2; AUTHZ-41). Default: none.
   */
  readonly address?: () => string;
  /** By how much clocks may differ, seconds. Default 30, range 0 to 300. */
  readonly clockSkewSeconds?: number;
  /** The claim that names the role: a string, or an array of strings. Default `role`. */
  readonly roleClaim?: string;
  /** The role of tokens that name no known one. Default: none, which may do nothing. */
  readonly defaultRole?: string;
  /** The known roles, in the order of the configuration: of several in one token the first in this order counts. */
  readonly roles: readonly string[];
}

/** Turns tokens into callers. */
export interface TokenProvider {
  readonly type: 'jwt' | 'oauth2';
  readonly name: string;
  readonly issuer: string | undefined;
  /** Answers at once for a token verified within the last minute. Never throws and never rejects. */
  verify(token: string, now: number): Verdict | Promise<Verdict>;
  /** Forgets every verified token, as after a revocation. */
  clear(): void;
}

/** A key, or what finds the key for a token. */
export type VerifyKey = KeyInput | JWTVerifyGetKey;

// What becomes part of a principal must be one line, and short enough for a log.
const SUBJECT = /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u;

/** Makes a provider that verifies with the key that `keyNow` gives; when that throws, the token is refused. */
export function createTokenProvider(
  type: 'jwt' | 'oauth2',
  options: TokenOptions,
  keyNow: () => VerifyKey | Promise<VerifyKey>,
): TokenProvider {
  const cache = createTokenCache();
  const wanted = joseOptions(options);

  async function check(token: string, digest: string, now: number): Promise<Verdict> {
    const { epoch } = cache;
    const credential = digest.slice(0, 16);
    try {
      const { payload } = await jwtVerify(token, await keyNow(), { ...wanted, currentDate: new Date(now) });
      const { sub, exp } = payload;
      if (typeof sub !== 'string' || !SUBJECT.test(sub) || exp === undefined) {
        return { refused: 'claim_sub', credential };
      }
      const principal = `jwt:${options.issuer ?? options.name}#${sub}`;
      const known = { principal, role: roleOf(payload, options), method: type, credential, expiresAt: exp * 1000 };
      const parts = partsOf(payload, options);
      if (parts?.length === 0) return { refused: 'claim_aud', credential };
      const caller: Caller = parts === undefined ? known : { ...known, parts };
      cache.put(digest, Object.freeze(caller), now, epoch);
      return caller;
    } catch (error) {
      return { refused: reasonOf(error), credential };
    }
  }

  return {
    type,
    name: options.name,
    issuer: options.issuer,
    verify(token, now) {
      const digest = tokenDigest(token);
      return cache.get(digest, now) ?? check(token, digest, now);
    },
    clear: () => cache.clear(),
  };
}

function joseOptions(options: TokenOptions): JWTVerifyOptions {
  const { issuer, audience, address, clockSkewSeconds = 30 } = options;
  return {
    algorithms: [...options.algorithms],
    clockTolerance: clockSkewSeconds,
    requiredClaims: ['exp', 'sub'],
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined || address !== undefined ? {} : { audience: [...audience] }),
  };
}

/** The parts of the gateway that verified claims are for: none of them is an empty list, all of it undefined. */
function partsOf({ aud }: JWTPayload, { audience, address }: TokenOptions): readonly string[] | undefined {
  if (address === undefined) return undefined;
  const meant = [aud ?? []].flat().filter((one) => typeof one === 'string');
  if (meant.some((one) => audience?.includes(one) === true)) return undefined;
  const own = address();
  const parts = meant.map((one) => partFor(one, own)).filter((part) => part !== undefined);
  return parts.includes('') ? undefined : parts;
}

/**
 * The role that verified claims give: the first of the known roles, in their configured order, that the role claim
 * names; else the default role. The order of the token does not matter, so an issuer's sorting decides nothing.
 */
export function roleOf(
  claims: JWTPayload,
  options: Pick<TokenOptions, 'roles' | 'roleClaim' | 'defaultRole'>,
): Caller['role'] {
  const { roles, roleClaim = 'role', defaultRole } = options;
  const claim = Object.hasOwn(claims, roleClaim) ? claims[roleClaim] : undefined;
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return roles.find((role) => named.includes(role)) ?? defaultRole;
}

/** A short constant for the log: jose's messages may quote the token's (attacker-controlled) content. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return claimReasons.get(error.claim) ?? 'claim';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_signing_key';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'ambiguous_signing_key';
  if (error instanceof MerlonError && error.code === 'ISSUER_UNAVAILABLE') return 'issuer_unavailable';
  if (error instanceof errors.JOSEError) return 'malformed_token';
  return 'not_verifiable';
}

const claimReasons: ReadonlyMap<string, string> = new Map(
  ['iss', 'aud', 'sub', 'exp', 'nbf', 'iat'].map((claim) => [claim, `claim_${claim}`]),
);
