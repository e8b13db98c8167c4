import { hash } from 'node:crypto';
import type { Config } from '../config/load.ts';
import type { Children, ChildCommand } from '../gateway/children.ts';
import type { HttpClient } from '../gateway/http-client.ts';
import type { Limits, Snapshot } from '../gateway/gate.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { trustworthyUrl } from '../identity/fetch-document.ts';
import type { ProtectedResource } from '../identity/protected-resource.ts';
import { createUpstream, type Upstream, type UpstreamDefinition } from '../gateway/upstream.ts';
import type { Clock } from '../kernel/clock.ts';
import { defineRole } from '../policy/decide.ts';
import { createRateLimit, type RateLimit } from '../policy/rate-limit.ts';

/** What a snapshot is made of besides the configuration. */
export interface SnapshotParts {
  readonly children: Children;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly authenticate: Authenticate;
  /** Where the gateway says that it is. */
  readonly address: () => string;
  readonly hide: (text: string) => string;
  /** What was in force until now: upstreams and rate limits that did not change live on. */
  readonly before: { readonly snapshot: Snapshot; readonly config: Config } | undefined;
}

/** Turns a configuration into what the data path reads. */
export function makeSnapshot(config: Config, parts: SnapshotParts): Snapshot {
  const { security } = config;
  const { before } = parts;
  const old = before?.config.security;
  const sameRates = old !== undefined && RATES.every((key) => old[key] === security[key]);
  const limits = sameRates && before !== undefined ? before.snapshot : makeLimits(security);
  return {
    roles: new Map(config.permissions.roles.map(({ name, permissions }) => [name, defineRole(name, permissions)])),
    authenticate: parts.authenticate,
    limiter: limits.limiter,
    mcpLimiter: limits.mcpLimiter,
    upstreams: makeUpstreams(config, parts, before?.snapshot.upstreams ?? new Map<string, Upstream>()),
    hide: parts.hide,
    limits: limitsOf(config),
    resource: resourceOf(config, parts.address),
  };
}

/** The address that the configuration names: the public one, or the one listened on. */
export function addressOf({ server }: Config): string {
  return server.public_url ?? `${server.secure ? 'https' : 'http'}://${server.host}:${server.port}`;
}

/** Who issues tokens: those whose metadata a client could find. An `iss` that is no address leads nowhere. */
function resourceOf({ auth }: Config, address: () => string): ProtectedResource | undefined {
  const found = auth.providers.flatMap((provider) => {
    if (provider.type === 'api_key' || provider.issuer === undefined) return [];
    return trustworthyUrl(provider.issuer) === undefined ? [] : [{ issuer: provider.issuer, scopes: provider.scopes }];
  });
  if (found.length === 0) return undefined;
  const authorizationServers = [...new Set(found.map(({ issuer }) => issuer))];
  return { authorizationServers, scopes: [...new Set(found.flatMap(({ scopes }) => scopes))], address };
}

/** Settings under which everybody keeps what is left in their bucket. */
const RATES = [
  'rate_limiting',
  'max_requests_per_minute',
  'rate_limit_burst',
  'max_mcp_requests_per_minute',
  'mcp_rate_limit_burst',
] as const;

function makeLimits(security: Config['security']): Pick<Snapshot, 'limiter' | 'mcpLimiter'> {
  const rate = (perMinute: number, burst: number): RateLimit | undefined =>
    security.rate_limiting ? createRateLimit({ perMinute, burst }) : undefined;
  const { max_requests_per_minute: perMinute, rate_limit_burst: burst } = security;
  return {
    limiter: rate(perMinute, burst),
    mcpLimiter: rate(security.max_mcp_requests_per_minute ?? perMinute, security.mcp_rate_limit_burst ?? burst),
  };
}

function limitsOf({ server, security }: Config): Limits {
  return {
    maxBodyBytes: server.max_body_bytes,
    maxSessions: security.max_sessions,
    maxSessionsPerCaller: security.max_sessions_per_caller,
    maxStreamsPerCaller: server.max_streams_per_caller,
    sessionIdleMs: security.session_idle_seconds * 1_000,
    sessionMaxMs: security.session_max_seconds * 1_000,
  };
}

function makeUpstreams(
  config: Config,
  parts: SnapshotParts,
  before: ReadonlyMap<string, Upstream>,
): Map<string, Upstream> {
  const upstreams = new Map<string, Upstream>();
  for (const definition of definitionsOf(config)) {
    const known = before.get(definition.name);
    const isSame = known !== undefined && fingerprint(known.definition) === fingerprint(definition);
    upstreams.set(definition.name, isSame ? known : createUpstream(definition, parts));
  }
  return upstreams;
}

function fingerprint(definition: UpstreamDefinition): string {
  return hash('sha256', JSON.stringify(definition));
}

/** The upstreams that the configuration defines and does not disable. */
export function definitionsOf(config: Config): UpstreamDefinition[] {
  const enabled = Object.entries(config.mcpServers).filter(([, { disabled }]) => !disabled);
  return enabled.map(([name, entry]) => {
    const { protocolEra } = entry;
    const pinned = protocolEra === 'auto' ? {} : { era: protocolEra };
    const base = { name, requestTimeoutMs: entry.requestTimeoutSeconds * 1_000, ...pinned };
    if (entry.type === 'stdio') {
      return { ...base, kind: 'stdio', command: commandOf(name, entry, entry.command), shared: entry.shared };
    }
    const reached = { ...base, kind: entry.type, url: entry.url, headers: entry.headers };
    return entry.command === undefined ? reached : { ...reached, command: commandOf(name, entry, entry.command) };
  });
}

function commandOf(upstream: string, entry: Config['mcpServers'][string], command: string): ChildCommand {
  const { args, env, envPassthrough, cwd } = entry;
  return { upstream, command, args, env, envPassthrough, ...(cwd === undefined ? {} : { cwd }) };
}
