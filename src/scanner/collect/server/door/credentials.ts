import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isObject, type JsonObject } from '../../../../kernel/jsonrpc.ts';

/** What a scan proves itself with. */
export interface DoorCredential {
  /** `oauth`: a bearer token that was fetched for this scan. */
  readonly kind: 'bearer' | 'oauth' | 'headers';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that prove nothing, each in its own way. */
export interface FalseCredentials {
  readonly wrong: Readonly<Record<string, string>>;
  readonly empty: Readonly<Record<string, string>>;
  /** A token that nobody issued. */
  readonly random: string;
  /** Undefined where the real credential is no bearer token. */
  readonly tokens: { readonly unsigned: string; readonly expired: string; readonly foreign: string } | undefined;
}

const HOUR_SECONDS = 3_600;

/**
 * Makes credentials that must not be accepted, in the place of the real one. The tokens have the claims of the real one
 * where that is a JWT, so that nothing but the signature, the expiry or the audience is wrong with them. Their
 * signatures are by a key made here and thrown away: the issuer's own cannot be made.
 * @param now ms since 1970
 */
export function falsify(credential: DoorCredential | undefined, url: URL, now: number): FalseCredentials {
  const real = credential?.headers ?? { authorization: 'Bearer ' };
  return {
    wrong: mapped(real, (value) => schemeOf(value) + randomToken()),
    random: randomToken(),
    empty: mapped(real, (value) => schemeOf(value).trimEnd()),
    tokens: credential === undefined || isBearer(credential) ? tokensLike(real['authorization'], url, now) : undefined,
  };
}

/** The texts in a credential that must not turn up anywhere. */
export function secretsOf(credential: DoorCredential | undefined): string[] {
  const values = Object.values(credential?.headers ?? {}).map((value) => value.slice(schemeOf(value).length).trim());
  return values.filter((value) => value.length >= LEAST_SECRET).toSorted((a, b) => b.length - a.length);
}

/** Shorter values, such as `1`, stand in half of all answers. */
const LEAST_SECRET = 6;

function randomToken(): string {
  return `merlon-scan-${randomBytes(24).toString('base64url')}`;
}

function isBearer({ headers }: DoorCredential): boolean {
  return (headers['authorization'] ?? '').toLowerCase().startsWith('bearer ');
}

/** `Bearer ` of `Bearer abc`; nothing of a value without a scheme. */
function schemeOf(value: string): string {
  const end = value.indexOf(' ');
  return end === -1 ? '' : value.slice(0, end + 1);
}

function mapped(headers: Readonly<Record<string, string>>, to: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, to(value)]));
}

function tokensLike(authorization: string | undefined, url: URL, now: number): FalseCredentials['tokens'] {
  const seconds = Math.floor(now / 1_000);
  const likely = { iss: url.origin, sub: 'merlon-scan', aud: url.origin + url.pathname };
  const lasting = {
    ...(claimsOf(authorization) ?? likely),
    iat: seconds - 60,
    nbf: seconds - 60,
    exp: seconds + HOUR_SECONDS,
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = (claims: JsonObject): string => {
    const text = `${encoded({ alg: 'ES256', typ: 'JWT' })}.${encoded(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  return {
    unsigned: `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(lasting)}.`,
    expired: signed({
      ...lasting,
      iat: seconds - 3 * HOUR_SECONDS,
      nbf: seconds - 3 * HOUR_SECONDS,
      exp: seconds - 2 * HOUR_SECONDS,
    }),
    foreign: signed({ ...lasting, aud: 'https://evil.example/mcp' }),
  };
}

function encoded(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function claimsOf(authorization: string | undefined): JsonObject | undefined {
  const payload = authorization?.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
