import { domainToASCII } from 'node:url';
import { MerlonError } from '../kernel/errors.ts';
import { isLoopbackHost } from '../kernel/loopback.ts';
import type { EdgeNames } from './edge-options.ts';

/** A Host header or authority in its one canonical spelling. */
export interface Authority {
  /** Lower-case name, IPv4 address, or IPv6 address in brackets. */
  readonly name: string;
  readonly port: number | undefined;
}

// Nothing that a browser could read as a path, a query, user information or an escape.
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::([1-9][0-9]{0,4}))?$/i;

/**
 * Parses an attacker-controlled Host header. Undefined unless it is exactly one name with at most one port, spelled as
 * URL parsers leave it: case and a trailing dot are forgiven, other spellings of an address ("127.1", "0x7f.1") are not.
 */
export function parseAuthority(text: string): Authority | undefined {
  const match = AUTHORITY.exec(text);
  const given = match?.[1]?.toLowerCase();
  if (match === null || given === undefined) return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && port > 65_535) return undefined;
  const bare = given.endsWith('.') ? given.slice(0, -1) : given;
  const parsed = URL.parse(`http://${bare}/`)?.hostname;
  if (parsed === undefined || parsed === '') return undefined;
  if (!bare.startsWith('[') && parsed !== bare) return undefined;
  return { name: parsed, port };
}

// scheme://authority and nothing behind it; user information and backslashes have no place in an origin (RFC 6454, 7).
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\%]+$/i;

/**
 * Parses an attacker-controlled Origin header into the spelling that browsers send. Undefined for `null` and for
 * anything that is not exactly a scheme, a host and at most a port.
 */
export function parseOrigin(text: string): string | undefined {
  if (!ORIGIN.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || url.host === '' || url.username !== '' || url.password !== '') return undefined;
  // `origin` is "null" for schemes of editors and browser extensions; their host identifies them all the same.
  return `${url.protocol}//${url.host.toLowerCase()}`;
}

/** What the listener itself knows about its names. */
export interface BoundTo {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** The two allow-lists, compiled. */
export interface AllowLists {
  /** True when the Host header, undefined if absent, names this gateway. */
  allowsHost(header: string | undefined): boolean;
  /** True when the Origin header, undefined if absent, may call. */
  allowsOrigin(header: string | undefined): boolean;
  /** True when the Origin header is on the list, as browsers spell it, whether or not the list is enforced. */
  listsOrigin(header: string): boolean;
  /** The origin to send a plain-HTTP caller to: his own Host if it is ours, else the public or the bound address. */
  redirectOrigin(header: string | undefined): string;
  /** The address to show to people. */
  readonly url: string;
}

/**
 * Compiles the allow-lists. Every name of ours counts with the bound port and without one; a name that was given with
 * a port counts with that port alone.
 * @throws MerlonError CONFIG_INVALID on an entry that can never match
 */
export function makeAllowLists(names: EdgeNames, bound: BoundTo): AllowLists {
  const scheme = bound.secure ? 'https' : 'http';
  const publicUrl = names.publicUrl === undefined ? undefined : parsePublicUrl(names.publicUrl);
  const url = publicUrl?.origin ?? originOf(scheme, nameToShow(bound.host), bound.port);

  const hosts = new Set<string>();
  const origins = new Set(names.allowedOrigins.map(configuredOrigin));
  for (const { name, port } of ownNames(names, bound)) {
    hosts.add(`${name}:${port ?? bound.port}`);
    if (port === undefined) hosts.add(name);
    origins.add(originOf(scheme, name, port ?? bound.port));
  }
  if (publicUrl !== undefined) {
    hosts.add(publicUrl.hostname).add(`${publicUrl.hostname}:${portOf(publicUrl)}`);
    hosts.add(`${publicUrl.hostname}:${bound.port}`);
    origins.add(publicUrl.origin);
  }

  const allowsHost = (header: string | undefined): boolean => {
    if (header === undefined) return false;
    // The canonical spelling needs no parsing, and nearly every caller uses it.
    if (hosts.has(header)) return true;
    const host = parseAuthority(header);
    return host !== undefined && hosts.has(host.port === undefined ? host.name : `${host.name}:${host.port}`);
  };
  return {
    url,
    allowsHost: names.verifyHost ? allowsHost : () => true,
    listsOrigin: (header) => origins.has(header),
    allowsOrigin(header) {
      if (header === undefined || !names.verifyOrigin || origins.has(header)) return true;
      const origin = parseOrigin(header);
      return origin !== undefined && origins.has(origin);
    },
    // The list holds here even when verifyHost is off: a Host that is not ours would make this an open redirect.
    redirectOrigin(header) {
      const host = header !== undefined && allowsHost(header) ? parseAuthority(header) : undefined;
      if (host === undefined) return asHttps(url);
      if (host.port === undefined && host.name === publicUrl?.hostname) return asHttps(url);
      return originOf('https', host.name, host.port ?? bound.port);
    },
  };
}

function* ownNames(names: EdgeNames, bound: BoundTo): Generator<Authority> {
  // A wildcard address is no name of anything, but loopback is part of what it listens on.
  if (!isWildcard(bound.host)) yield configuredHost(withBrackets(bound.host), 'host');
  if (isWildcard(bound.host) || isLoopbackHost(bound.host)) {
    for (const name of ['localhost', '127.0.0.1', '[::1]']) yield { name, port: undefined };
  }
  for (const entry of names.allowedHosts) yield configuredHost(entry, 'allowed_hosts');
}

function configuredHost(entry: string, key: string): Authority {
  // People may write an international name as they read it; on the wire it is always ASCII.
  const [, name = '', port = ''] = /^(.*?)(:[0-9]+)?$/.exec(entry) ?? [];
  const ascii = name.startsWith('[') ? name : domainToASCII(name);
  const host = parseAuthority(ascii + port);
  if (host === undefined)
    throw invalid(`server.${key}: ${JSON.stringify(entry)} is not a host name with an optional port.`);
  return host;
}

function configuredOrigin(entry: string): string {
  const origin = parseOrigin(entry.replace(/\/$/, ''));
  if (origin === undefined) {
    throw invalid(`server.allowed_origins: ${JSON.stringify(entry)} is not an origin such as https://app.example.com.`);
  }
  return origin;
}

function parsePublicUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw invalid('server.public_url is not an http or https URL without user information.');
  }
  return url;
}

function invalid(message: string): MerlonError {
  return new MerlonError('CONFIG_INVALID', message);
}

function originOf(scheme: 'http' | 'https', name: string, port: number): string {
  return new URL(`${scheme}://${name}:${port}`).origin;
}

function asHttps(origin: string): string {
  return origin.replace(/^http:/, 'https:');
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function withBrackets(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function nameToShow(host: string): string {
  return isWildcard(host) ? 'localhost' : withBrackets(host);
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
