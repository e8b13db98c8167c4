import { isIP } from 'node:net';
import { checkDepth, isObject, type JsonObject } from '../../../../kernel/jsonrpc.ts';
import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import type { Exchange, MetadataFacts } from '../../../facts/door.ts';
import { type Blind, blind, type Look, saw } from '../../../look.ts';
import type { AskRules } from '../../../probe/ask.ts';
import type { Line } from '../../../probe/line.ts';
import { isPublicAddress } from '../../../../kernel/public-address.ts';

/** The addresses of a name. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** How metadata documents are fetched. */
export interface MetadataRules {
  readonly line: Line;
  readonly resolve: Resolve;
  readonly step: (what: string) => void;
}

/** What metadata documents say. */
export interface Metadata {
  readonly resource: Look<MetadataFacts>;
  readonly servers: readonly Look<MetadataFacts>[];
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
/** Authorization servers of one resource that are asked. */
const MAX_SERVERS = 3;
const MAX_BYTES = 64 * 1024;
const MAX_DEPTH = 20;
const MAX_URL = 2_048;

/**
 * Fetches the protected-resource metadata that a 401 names, else that at the well-known paths (RFC 9728; DISC-04 to
 * DISC-07), and that of the authorization servers in it (RFC 8414 and OpenID Connect; DISC-09 to DISC-14). All
 * addresses are the target's own words: only those of its own host, of this machine where the target is on it too, or
 * of the public internet by https are asked, and no redirect is followed.
 * @param refusal the 401
 */
export async function readMetadata(refusal: Exchange | undefined, rules: MetadataRules): Promise<Metadata> {
  if (refusal === undefined) return { resource: noRefusal(), servers: [] };
  const resource = await readResource(refusal, rules);
  if ('blind' in resource) return { resource, servers: [] };
  const named = resource.saw.document['authorization_servers'];
  const issuers = Array.isArray(named) ? named.slice(0, MAX_SERVERS) : [];
  return { resource, servers: await Promise.all(issuers.map((issuer) => readServer(issuer, rules))) };
}

async function readResource({ headers }: Exchange, rules: MetadataRules): Promise<Look<MetadataFacts>> {
  const { url } = rules.line;
  const named = resourceMetadataIn(headers['www-authenticate'] ?? '');
  if (named !== undefined) return await readNamed(named, rules);
  const path = url.pathname.replace(/\/$/, '');
  return await readFirst(
    [...new Set([WELL_KNOWN + path, WELL_KNOWN])].map((place) => new URL(place, url)),
    rules,
    ['resource', 'authorization_servers'],
  );
}

async function readServer(issuer: unknown, rules: MetadataRules): Promise<Look<MetadataFacts>> {
  const url = typeof issuer === 'string' && issuer.length <= MAX_URL ? URL.parse(issuer) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return noAddress();
  const path = url.pathname.replace(/\/$/, '');
  const places = [`/.well-known/oauth-authorization-server${path}`, `/.well-known/openid-configuration${path}`];
  if (path !== '') places.push(`${path}/.well-known/openid-configuration`);
  return await readFirst(
    places.map((place) => onServer(url, place)),
    rules,
    ['issuer', 'authorization_endpoint', 'token_endpoint'],
  );
}

/** The same server at another path, which is put in and not resolved: `//evil.example` is a path here. */
function onServer(url: URL, path: string): URL {
  const place = new URL(url.origin);
  place.pathname = path;
  return place;
}

async function readNamed(text: string, rules: MetadataRules): Promise<Look<MetadataFacts>> {
  const url = URL.parse(text);
  return url === null ? noAddress() : await readOne(url, rules);
}

/** The first place with a document that has one of the members: some servers answer every path with some object. */
async function readFirst(
  places: readonly URL[],
  rules: MetadataRules,
  members: readonly string[],
): Promise<Look<MetadataFacts>> {
  let look: Look<MetadataFacts> = nothingThere();
  for (const place of places) {
    const one = await readOne(place, rules);
    look = 'saw' in one && !members.some((name) => Object.hasOwn(one.saw.document, name)) ? nothingThere(200) : one;
    // Another address of a server that may not be asked, or does not answer, is no better.
    if ('saw' in look || (look.blind !== 'not-offered' && look.blind !== 'unreadable')) return look;
  }
  return look;
}

async function readOne(url: URL, rules: MetadataRules): Promise<Look<MetadataFacts>> {
  const route = await routeTo(url, rules);
  if ('blind' in route) return route;
  const { line } = rules;
  if (url.host !== line.url.host) rules.step(`asks ${url.origin} for metadata, which the server names`);
  const asked = { url, method: 'GET', headers: { accept: 'application/json' } };
  const look = await line.ask(asked, { maxBodyBytes: MAX_BYTES, ...(route.saw && { address: route.saw }) });
  if ('blind' in look) return look;
  const { status, body } = look.saw;
  if (status >= 300 && status < 400) return notFetched('it redirects elsewhere', '它重定向到别处');
  if (status >= 500) return failing(status);
  if (status !== 200) return nothingThere(status);
  const document = documentIn(body);
  return document === undefined ? unreadable() : saw({ url: url.href.slice(0, MAX_URL), document });
}

/** Whether, and over which address, a place that the target names may be asked. */
async function routeTo(url: URL, { line, resolve }: MetadataRules): Promise<Look<AskRules['address']>> {
  const own = line.url;
  if (url.username !== '' || url.password !== '' || url.href.length > MAX_URL) return noAddress();
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isLoopbackHost(host) && isLoopbackHost(own.hostname) && /^https?:$/.test(url.protocol)) return saw(undefined);
  // Where the target itself is, the scan has been all along.
  if (url.origin === own.origin) return saw(undefined);
  if (url.protocol !== 'https:') return notFetched('it is not https', '不是 https');
  if (url.hostname === own.hostname) return saw(undefined);
  if (isIP(host) !== 0) return publicRoute([{ address: host, family: isIP(host) }]);
  try {
    return publicRoute(await resolve(host));
  } catch {
    return blind('unreachable', 'The name of the metadata address is unknown.', '元数据地址的主机名无法解析。');
  }
}

/** One private address among several is enough to stay away: which one a client takes is chance. */
function publicRoute(found: Awaited<ReturnType<Resolve>>): Look<AskRules['address']> {
  const [first] = found;
  if (first === undefined || !found.every(({ address }) => isPublicAddress(address))) {
    return notFetched('it leads to a private address', '指向私有地址');
  }
  return saw({ address: first.address, family: first.family === 6 ? 6 : 4 });
}

/** The address in a challenge (RFC 9728, section 5.1): a quoted text or a token, attacker-controlled. */
export function resourceMetadataIn(challenge: string): string | undefined {
  const key = 'resource_metadata=';
  const at = challenge.toLowerCase().indexOf(key);
  if (at === -1) return undefined;
  const rest = challenge.slice(at + key.length);
  const end = rest.startsWith('"') ? rest.indexOf('"', 1) : rest.search(/[\s,]/);
  const text = rest.startsWith('"')
    ? rest.slice(1, end === -1 ? undefined : end)
    : rest.slice(0, end === -1 ? undefined : end);
  return text === '' || text.length > MAX_URL ? undefined : text;
}

function documentIn(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    checkDepth(value, MAX_DEPTH);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function noRefusal(): Blind {
  return blind('not-offered', 'The endpoint never answered 401.', '该端点从未返回 401。');
}

function nothingThere(status?: number): Blind {
  const [en, zh] = status === undefined ? ['', ''] : [` (${status})`, `(${status})`];
  return blind('not-offered', `There is no metadata document${en}.`, `没有元数据文档${zh}。`);
}

function failing(status: number): Blind {
  return blind('error', `The metadata address fails (${status}).`, `元数据地址返回错误(${status})。`);
}

function unreadable(): Blind {
  return blind('unreadable', 'The metadata document is no JSON object.', '元数据文档不是 JSON 对象。');
}

function noAddress(): Blind {
  return blind('unreadable', 'What is named as metadata is no address.', '所指明的元数据地址无效。');
}

function notFetched(en: string, zh: string): Blind {
  return blind('not-asked', `The metadata address was not asked: ${en}.`, `未访问元数据地址:${zh}。`);
}
