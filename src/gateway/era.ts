import { MerlonError } from '../kernel/errors.ts';
import { type Id, isObject, type Json, type JsonObject, type Notification, type Request } from '../kernel/jsonrpc.ts';
import { DISCOVER, type Era, LEGACY_VERSIONS, META, MODERN_VERSION } from '../kernel/mcp-eras.ts';

export { DISCOVER, type Era, LEGACY_VERSIONS, META, MODERN_VERSION };

/** What a stateless request may name; the legacy versions are reached through `initialize` alone. */
export const STATELESS_VERSIONS: readonly string[] = [MODERN_VERSION];

export const LISTEN = 'subscriptions/listen';
/** The first message of every subscription (SUB-02). */
export const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

/** What a modern client says of itself with every request (BASE-35). */
export interface Envelope {
  readonly version: string;
  readonly capabilities: JsonObject;
  readonly clientInfo: JsonObject | undefined;
  readonly logLevel: LogLevel | undefined;
}

/**
 * The era of one message. The body decides; a header that names the modern era without a body that does is a modern
 * request that lacks its envelope, never a legacy one with a strange header.
 */
export function eraOf({ method, params }: Request | Notification, versionHeader: string | undefined): Era {
  const claims = metaOf(params)?.[META.version] !== undefined;
  return claims || versionHeader === MODERN_VERSION || method === DISCOVER ? 'modern' : 'legacy';
}

/** @throws MerlonError PARAMS_INVALID where a required field is missing or malformed (BASE-36) */
export function envelopeOf({ params }: Request | Notification): Envelope {
  const meta = metaOf(params) ?? {};
  const version = meta[META.version];
  const capabilities = meta[META.capabilities];
  const clientInfo = meta[META.clientInfo];
  const logLevel = meta[META.logLevel];
  if (typeof version !== 'string') throw malformed(META.version);
  if (!isObject(capabilities)) throw malformed(META.capabilities);
  if (clientInfo !== undefined && !isObject(clientInfo)) throw malformed(META.clientInfo);
  if (logLevel !== undefined && !isLogLevel(logLevel)) throw malformed(META.logLevel);
  return { version, capabilities, clientInfo, logLevel };
}

/** @throws MerlonError PROTOCOL_UNSUPPORTED with the versions that would be (VER-01) */
export function checkVersion({ version }: Envelope): void {
  if (version === MODERN_VERSION) return;
  throw new MerlonError('PROTOCOL_UNSUPPORTED', 'This protocol version is not spoken here.', {
    data: { supported: STATELESS_VERSIONS, requested: version.slice(0, 64) },
  });
}

function malformed(key: string): MerlonError {
  return new MerlonError('PARAMS_INVALID', `The field ${key} of params._meta is missing or malformed.`);
}

export function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta : undefined;
}

/** `params` with `fields` in their `_meta`; what the client itself wrote under these keys is gone. */
export function withMeta(params: JsonObject | undefined, fields: JsonObject): JsonObject {
  return { ...params, _meta: { ...metaOf(params), ...fields } };
}

/** `params` without what only the modern era has. */
export function withoutEnvelope(params: JsonObject | undefined): JsonObject | undefined {
  const meta = metaOf(params);
  if (params === undefined || meta === undefined) return params;
  const { [META.version]: _v, [META.capabilities]: _c, [META.clientInfo]: _i, [META.logLevel]: _l, ...rest } = meta;
  const { _meta, inputResponses: _r, requestState: _s, ...kept } = params;
  return Object.keys(rest).length === 0 ? kept : { ...kept, _meta: rest };
}

/** The subscription that a notification of a modern upstream belongs to (SUB-04). */
export function subscriptionOf(params: JsonObject | undefined): Id | undefined {
  const id = metaOf(params)?.[META.subscription];
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

/** Questions that one call may have open at a time; each is recorded, and shown to somebody. */
export const MAX_QUESTIONS = 100;

/** Methods whose result may ask for input instead (MRTR-04). */
const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

export function mayAsk(method: string): boolean {
  return MAY_ASK.has(method);
}

/** Whether a client that declared `capabilities` can be asked this (MRTR-06, MRTR-13); undefined when it can. */
export function missingFor(method: string, params: unknown, capabilities: JsonObject): JsonObject | undefined {
  if (method === 'roots/list') return isObject(capabilities['roots']) ? undefined : { roots: {} };
  if (method === 'sampling/createMessage') return isObject(capabilities['sampling']) ? undefined : { sampling: {} };
  if (method !== 'elicitation/create') return {};
  const elicitation = capabilities['elicitation'];
  const mode = isObject(params) && params['mode'] === 'url' ? 'url' : 'form';
  if (!isObject(elicitation)) return { elicitation: { [mode]: {} } };
  // An empty declaration means forms alone.
  const can = mode in elicitation || (mode === 'form' && Object.keys(elicitation).length === 0);
  return can ? undefined : { elicitation: { [mode]: {} } };
}

/** What a server offers that both eras mean by the same word: their tasks are two protocols of one name. */
export function sharedCapabilities(offered: unknown): JsonObject {
  const { tasks: _tasks, ...shared } = isObject(offered) ? offered : {};
  return shared;
}

const CHANGING_LISTS = ['tools', 'prompts', 'resources'] as const;

/** The flags of a subscription to the lists whose changes a server with these capabilities tells of. */
export function listChangesOf(capabilities: JsonObject): Record<string, Json> {
  const flags: Record<string, Json> = {};
  for (const list of CHANGING_LISTS) {
    const offered = capabilities[list];
    if (isObject(offered) && offered['listChanged'] === true) flags[`${list}ListChanged`] = true;
  }
  return flags;
}

/** The list that a notification says has changed. */
export function changedList(method: string): (typeof CHANGING_LISTS)[number] | undefined {
  return CHANGING_LISTS.find((list) => method === `notifications/${list}/list_changed`);
}

/** Results that must say how long they are good (CACHE-01..06). */
export const CACHEABLE: ReadonlySet<string> = new Set([
  DISCOVER,
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function isLogLevel(value: unknown): value is LogLevel {
  return LOG_LEVELS.some((level) => level === value);
}

/** True when a message of `level` is at least as severe as `least` (RFC 5424 order). */
export function isAtLeast(level: unknown, least: LogLevel): boolean {
  return isLogLevel(level) && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
