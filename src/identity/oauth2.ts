import type { JWTVerifyGetKey } from 'jose';
import { MerlonError } from '../kernel/errors.ts';
import type { JsonObject } from '../kernel/jsonrpc.ts';
import { isLoopbackHost } from '../kernel/loopback.ts';
import { createBackoff } from './backoff.ts';
import { FETCH_TIMEOUT_MS, fetchDocument, trustworthyUrl, unavailable } from './fetch-document.ts';
import { createJwks, type JwksOptions, withRetry } from './jwks.ts';
import { checkTokenOptions, invalid } from './jwt.ts';
import { isSymmetric, type JwtAlgorithm, jwtAlgorithms } from './key-algorithms.ts';
import { createTokenProvider, type TokenOptions, type TokenProvider } from './token.ts';

/** How tokens of an OAuth 2 authorization server are verified. */
export interface OAuth2Options extends Omit<TokenOptions, 'algorithms' | 'issuer' | 'audience'>, JwksOptions {
  /** Exactly the issuer's identifier, as its metadata and its tokens spell it; https. */
  readonly issuer: string;
  /** Whom acceptable tokens are for, where the server does not say it by an address. Needed unless there is an `address`. */
  readonly audience?: readonly string[];
  /** Default: every asymmetric algorithm. */
  readonly algorithms?: readonly JwtAlgorithm[];
}

const DEFAULT_ALGORITHMS = jwtAlgorithms.filter((name) => !isSymmetric(name));
const REFRESH_MS = 3_600_000;

interface Discovered {
  readonly jwksUri: string;
  readonly keys: JWTVerifyGetKey;
  readonly at: number;
}

/**
 * Makes the provider for an issuer that is discovered on first use and again every hour. While the issuer cannot be
 * reached the last metadata serves; without any, tokens are refused and attempts are spaced from 1 s to 60 s.
 * @throws MerlonError CONFIG_INVALID
 */
export function createOAuth2Provider(options: OAuth2Options): TokenProvider {
  const tokenOptions = { ...options, algorithms: options.algorithms ?? DEFAULT_ALGORITHMS };
  checkTokenOptions(tokenOptions);
  if (options.audience === undefined && options.address === undefined) {
    throw invalid(tokenOptions, 'needs an audience: its issuer makes tokens for others too');
  }
  const issuer = trustworthyUrl(options.issuer);
  if (issuer === undefined || issuer.search !== '' || issuer.hash !== '') {
    throw invalid(tokenOptions, 'needs an https address without query as its issuer');
  }
  if (tokenOptions.algorithms.some(isSymmetric)) {
    throw invalid(tokenOptions, 'cannot use HS algorithms: an issuer publishes public keys');
  }

  const { clock, onOutage } = options;
  const backoff = createBackoff();
  let current: Discovered | undefined;
  let pending: Promise<void> | undefined;

  async function refresh(source: URL): Promise<void> {
    try {
      const jwksUri = await discover(source, options);
      const isSame = current?.jwksUri === jwksUri.href;
      const keys = isSame && current !== undefined ? current.keys : createJwks(jwksUri, options);
      current = { jwksUri: jwksUri.href, keys, at: clock.now() };
      backoff.succeeded();
    } catch (error) {
      backoff.failed(clock.now());
      if (error instanceof MerlonError) onOutage?.(withRetry(error, backoff.waitMs(clock.now())));
    } finally {
      pending = undefined;
    }
  }

  return createTokenProvider('oauth2', tokenOptions, async () => {
    const now = clock.now();
    const isFresh = current !== undefined && now - current.at < REFRESH_MS;
    if (!isFresh && backoff.waitMs(now) === 0) pending ??= refresh(issuer);
    if (current === undefined) await pending;
    if (current === undefined) throw unavailable(issuer, 'not discovered');
    return current.keys;
  });
}

/** The address of the issuer's keys, from the first of its two metadata documents that is acceptable. */
async function discover(issuer: URL, options: OAuth2Options): Promise<URL> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const problems: string[] = [];
  for (const address of metadataAddresses(issuer)) {
    try {
      return jwksUriIn(address, issuer, await fetchDocument(address, signal, options.fetch), options.issuer);
    } catch (error) {
      if (!(error instanceof MerlonError)) throw error;
      problems.push(error.message);
    }
  }
  throw new MerlonError('ISSUER_UNAVAILABLE', problems.join(' '));
}

/** OpenID Connect Discovery 1.0, section 4 (appended to the path), then RFC 8414, section 3 (put before the path). */
function metadataAddresses(issuer: URL): [URL, URL] {
  const path = issuer.pathname.replace(/\/$/, '');
  return [
    withPath(issuer, `${path}/.well-known/openid-configuration`),
    withPath(issuer, `/.well-known/oauth-authorization-server${path}`),
  ];
}

/** Unlike resolving, this cannot take a path that begins with two slashes for another host. */
function withPath(url: URL, path: string): URL {
  const changed = new URL(url);
  changed.pathname = path;
  return changed;
}

function jwksUriIn(address: URL, issuer: URL, metadata: JsonObject, issuerText: string): URL {
  // RFC 8414, section 3.3: identical, without normalising, or one issuer could speak for another.
  if (metadata['issuer'] !== issuerText) throw unavailable(address, 'it is for another issuer');
  const text = metadata['jwks_uri'];
  const url = typeof text === 'string' ? trustworthyUrl(text) : undefined;
  // Metadata from elsewhere must not send us to a port of this machine.
  if (url === undefined || (isLoopbackHost(url.hostname) && !isLoopbackHost(issuer.hostname)))
    throw unavailable(address, 'its jwks_uri is unsafe');
  return url;
}
