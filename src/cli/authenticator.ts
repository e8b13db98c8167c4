import type { Config } from '../config/load.ts';
import { type ApiKeys, openApiKeys } from '../identity/api-key.ts';
import {
  type Authenticate,
  type AuthEvent,
  createAuthenticator,
  type Provider,
  type TaskCredentials,
} from '../identity/authenticate.ts';
import { createJwtProvider } from '../identity/jwt.ts';
import { createOAuth2Provider, type OAuth2Options } from '../identity/oauth2.ts';
import { partFor } from '../identity/protected-resource.ts';
import type { Clock } from '../kernel/clock.ts';
import type { MerlonError } from '../kernel/errors.ts';
import { join } from 'node:path';

/** What authentication needs of its surroundings. */
export interface AuthenticatorParts {
  readonly clock: Clock;
  /** What knows the credentials of tasks; default: there are none. */
  readonly tasks?: TaskCredentials;
  /** The gateway's own address: whom OAuth tokens must be for when no audience is configured. */
  readonly address: () => string;
  readonly onEvent: (event: AuthEvent) => void;
  /** Told when a key set or an issuer cannot be reached, or the keys file cannot be read. */
  readonly onProblem: (problem: MerlonError) => void;
}

type ProviderSettings = Config['auth']['providers'][number];

/** Where the API keys of a configuration are kept, one file a provider. */
export function keyFiles(config: Config): string[] {
  return config.auth.providers.flatMap((provider) => (provider.type === 'api_key' ? [keyFile(config, provider)] : []));
}

function keyFile(config: Config, provider: Extract<ProviderSettings, { type: 'api_key' }>): string {
  return provider.file ?? join(config.server.state_dir, 'keys.json');
}

/** Turns the `auth` section into the function that says who is asking. */
export function makeAuthenticate(config: Config, parts: AuthenticatorParts): Authenticate {
  const { auth, permissions } = config;
  const roles = permissions.roles.map(({ name }) => name);
  return createAuthenticator({
    required: auth.required,
    anonymousRole: auth.anonymous_role,
    providers: [
      ...auth.providers.map((provider, index) => makeProvider(config, provider, index, roles, parts)),
      ...(parts.tasks === undefined ? [] : [{ type: 'task', tasks: parts.tasks } as const]),
    ],
    clock: parts.clock,
    onEvent: parts.onEvent,
  });
}

function makeProvider(
  config: Config,
  provider: ProviderSettings,
  index: number,
  roles: readonly string[],
  parts: AuthenticatorParts,
): Provider {
  if (provider.type === 'api_key') return { type: 'api_key', keys: openKeys(keyFile(config, provider), parts) };
  const common = {
    name: `${provider.type}-${index + 1}`,
    clockSkewSeconds: config.auth.clock_skew_seconds,
    roleClaim: provider.role_claim,
    roles,
    clock: parts.clock,
    onOutage: parts.onProblem,
    ...(provider.default_role === undefined ? {} : { defaultRole: provider.default_role }),
  };
  if (provider.type === 'oauth2') {
    return createOAuth2Provider({
      ...common,
      issuer: provider.issuer,
      ...audienceOf(provider, parts),
      algorithms: provider.algorithms,
    });
  }
  return createJwtProvider({
    ...common,
    key: keyOf(provider),
    algorithms: [provider.algorithm],
    ...(provider.issuer === undefined ? {} : { issuer: provider.issuer }),
    ...(provider.audience === undefined ? {} : { audience: [provider.audience].flat() }),
  });
}

/** Whom tokens must be for: what is configured, else the gateway itself or a part of it, as clients ask their server. */
function audienceOf(
  { audience, client_id: clientId }: Extract<ProviderSettings, { type: 'oauth2' }>,
  { address }: AuthenticatorParts,
): Pick<OAuth2Options, 'audience' | 'address'> {
  if (audience === undefined) return clientId === undefined ? { address } : { address, audience: [clientId] };
  // Whoever writes the gateway's own address means the default.
  return partFor(audience, address()) === '' ? { address } : { audience: [audience] };
}

function keyOf(provider: Extract<ProviderSettings, { type: 'jwt' }>) {
  if (provider.secret !== undefined) return { secret: provider.secret };
  if (provider.public_key !== undefined) return { publicKey: provider.public_key };
  // The schema has seen to it that there is exactly one of the three.
  return { jwksUrl: provider.jwks_url ?? '' };
}

/**
 * Whether what somebody once signed in with still counts: an API key until it is revoked or over. Of tokens nothing can
 * be asked later; what was begun with one ends with it.
 */
export function signInCounts(
  config: () => Config,
  parts: Pick<AuthenticatorParts, 'clock' | 'onProblem'>,
): (opener: { readonly method: string; readonly credential: string }, now: number) => boolean {
  let rings: { readonly of: Config; readonly keys: readonly ApiKeys[] } | undefined;
  const keyRings = (): readonly ApiKeys[] => {
    if (rings?.of !== config()) rings = { of: config(), keys: keyFiles(config()).map((file) => openKeys(file, parts)) };
    return rings.keys;
  };
  return ({ method, credential }, now) =>
    method !== 'api_key' || keyRings().some((keys) => keys.counts(credential, now));
}

/** Opens a file of API keys. */
export function openKeys(path: string, parts: Pick<AuthenticatorParts, 'clock' | 'onProblem'>): ApiKeys {
  return openApiKeys({ path, clock: parts.clock, onProblem: parts.onProblem });
}
