/**
 * The gateway as an OAuth 2 protected resource (RFC 9728). A part of it is named by its path: `/mcp/NAME`, `/mcp`, or
 * nothing at all for the whole gateway.
 */
export interface ProtectedResource {
  /** Issuers of tokens that count here, as they spell themselves; never empty. */
  readonly authorizationServers: readonly string[];
  /** Scopes that clients should ask for from the start, where the issuers need any. */
  readonly scopes: readonly string[];
  /** The whole gateway's canonical URI as configured; never what a request says (attacker-controlled). */
  address(this: void): string;
}

/** A metadata document (RFC 9728, section 2). */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly resource_name: string;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** An address in its canonical spelling, without a slash at its end (MCP 2026-07-28, "Canonical Server URI"; AUTHZ-34). */
export function canonicalAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, '');
}

/**
 * The document for one part of the gateway. It is the same whether or not there is such an upstream, and of scopes it
 * names only what the operator wrote for it: permissions speak of upstreams and tools, of which a stranger is told
 * nothing. Without any a client asks for no scope (AUTHZ-20), and learns from a refusal which one it lacks (AUTHZ-17).
 */
export function metadataOf(resource: ProtectedResource, path: string): ProtectedResourceMetadata {
  return {
    // RFC 9728, section 3.3: identical to what the client asked, or the client must not use it.
    resource: canonicalAddress(resource.address()) + path,
    authorization_servers: resource.authorizationServers,
    ...(resource.scopes.length === 0 ? {} : { scopes_supported: resource.scopes }),
    bearer_methods_supported: ['header'],
    resource_name: 'Merlon',
  };
}

/**
 * Where the document for one part of the gateway is. For an address with a path, as behind a proxy that cuts it off,
 * it lies below that path, because such a proxy forwards nothing else.
 */
export function metadataUrl(resource: ProtectedResource, path: string): string {
  return canonicalAddress(resource.address()) + WELL_KNOWN + path;
}

/** True for a path under which a document would be, for whatever part. */
export function isMetadataPath(path: string): boolean {
  return path === WELL_KNOWN || path.startsWith(`${WELL_KNOWN}/`);
}

/** The part of the gateway that a request for a document means: with the address's own path or without it. */
export function partIn(path: string, address: string | undefined): string {
  const part = path.slice(WELL_KNOWN.length);
  const own = address === undefined ? '' : new URL(canonicalAddress(address)).pathname;
  return own.length > 1 && isWithin(part, own) ? part.slice(own.length) : part;
}

/**
 * The part of the gateway that an audience stands for: `''` for all of it. Undefined for an audience that is no part,
 * spelled in any case (AUTHZ-33), with or without a slash at its end.
 */
export function partFor(audience: string, address: string): string | undefined {
  const url = URL.parse(audience);
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return undefined;
  }
  const [meant, own] = [canonicalAddress(audience), canonicalAddress(address)];
  return isWithin(meant, own) ? meant.slice(own.length) : undefined;
}

/** True when `path` is `part` or lies below it: who may use the whole may use its parts. */
export function isWithin(path: string, part: string): boolean {
  return path.startsWith(part) && (path.length === part.length || path[part.length] === '/');
}
