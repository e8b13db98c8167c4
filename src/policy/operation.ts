import { MerlonError } from '../kernel/errors.ts';
import { isObject, type JsonObject } from '../kernel/jsonrpc.ts';
import { ANY, type Action, type Kind } from './permission.ts';

/** The one thing that a request wants to do. An absent part means that there is none, never "any". */
export interface Operation {
  readonly action: Action;
  readonly kind: Kind;
  readonly upstream?: string;
  /** A tool's or prompt's name, a resource's URI, or a method; never prefixed with the upstream's name. */
  readonly name?: string;
}

/** What an MCP method needs: `argument` says which parameter names the thing. */
export interface MethodNeed {
  readonly action: Action;
  readonly kind: Kind;
  readonly argument: 'name' | 'uri' | 'ref' | undefined;
}

const info = { action: 'read', kind: 'info', argument: undefined } as const;
const resource = { action: 'read', kind: 'resource', argument: 'uri' } as const;

/**
 * What each MCP method needs. The list methods need only `read:info` because each entry is then judged alone, see
 * {@link listedOperation}. The kind of `completion/complete` is that of its `ref`.
 */
export const methodNeeds: ReadonlyMap<string, MethodNeed> = new Map<string, MethodNeed>([
  ['initialize', info],
  ['ping', info],
  ['logging/setLevel', info],
  ['server/discover', info],
  ['subscriptions/listen', info],
  ['tools/list', info],
  ['prompts/list', info],
  ['resources/list', info],
  ['resources/templates/list', info],
  ['tools/call', { action: 'execute', kind: 'tool', argument: 'name' }],
  ['prompts/get', { action: 'read', kind: 'prompt', argument: 'name' }],
  ['resources/read', resource],
  ['resources/subscribe', resource],
  ['resources/unsubscribe', resource],
  ['completion/complete', { action: 'read', kind: 'prompt', argument: 'ref' }],
]);

/** Methods that begin so are notifications, and need `read:info`. */
export const NOTIFICATION_PREFIX = 'notifications/';

/**
 * What each management endpoint needs; `public` ones answer without a credential, `own` ones to every caller with a role
 * about what is theirs, and to others as `docs/tasks.md` says.
 */
export const endpointNeeds = {
  '/health': 'public',
  '/ready': 'public',
  '/api/v2/info': 'public',
  '/api/v2/roles': { action: 'read', kind: 'roles' },
  '/api/v2/tools': { action: 'read', kind: 'tools' },
  '/api/v2/config/logging': { action: 'read', kind: 'config' },
  '/api/v2/controls': { action: 'read', kind: 'config' },
  '/api/v2/tasks': 'own',
  '/api/v2/tasks/{id}': 'own',
  '/api/v2/approvals': 'own',
  '/api/v2/approvals/{id}': 'own',
  '/api/v2/openapi.json': { action: 'read', kind: 'info' },
} as const satisfies Record<string, 'public' | 'own' | Operation>;

/**
 * The one operation that an MCP request or notification needs.
 * @param upstream the upstream that will get it; undefined only at the endpoint of all upstreams, for a method that
 *   concerns none in particular
 * @throws MerlonError PARAMS_INVALID when the parameters do not name what the method acts on, METHOD_UNKNOWN when a
 *   method without a meaning here has no upstream to go to
 */
export function operationOf(method: string, params: JsonObject | undefined, upstream: string | undefined): Operation {
  const need = method.startsWith(NOTIFICATION_PREFIX) ? info : methodNeeds.get(method);
  // Extensions, tasks, and whatever a later MCP adds: nothing is allowed by not being known.
  if (need === undefined) {
    if (upstream === undefined || !isUsable(method)) {
      throw new MerlonError('METHOD_UNKNOWN', 'No upstream is known for this method.');
    }
    return { action: 'execute', kind: 'method', upstream, name: method };
  }
  if (need.argument === undefined) return { action: need.action, kind: need.kind };
  if (upstream === undefined) throw new MerlonError('PARAMS_INVALID', `No upstream offers what ${method} names.`);
  if (need.argument === 'ref') return { action: need.action, upstream, ...referenced(method, params?.['ref']) };
  return { action: need.action, kind: need.kind, upstream, name: named(method, params, need.argument) };
}

/**
 * The operation that using one entry of a list would need, so that a list shows exactly what can be used; undefined
 * for an entry that nobody could use, because an upstream (attacker-controlled) gave it no usable name or URI.
 * A resource template is judged by its `uriTemplate` text.
 */
export function listedOperation(
  kind: 'tool' | 'prompt' | 'resource',
  upstream: string,
  nameOrUri: unknown,
): Operation | undefined {
  if (!isUsable(nameOrUri)) return undefined;
  return { action: kind === 'tool' ? 'execute' : 'read', kind, upstream, name: nameOrUri };
}

function referenced(method: string, ref: unknown): { kind: 'prompt' | 'resource'; name: string } {
  if (!isObject(ref)) throw malformed(method, 'ref');
  if (ref['type'] === 'ref/prompt') return { kind: 'prompt', name: named(method, ref, 'name') };
  if (ref['type'] === 'ref/resource') return { kind: 'resource', name: named(method, ref, 'uri') };
  throw malformed(method, 'ref.type');
}

function named(method: string, params: JsonObject | undefined, argument: 'name' | 'uri'): string {
  const value = params?.[argument];
  if (!isUsable(value)) throw malformed(method, argument);
  return value;
}

/** A thing called `*` could not be allowed without allowing everything beside it, so it cannot be used at all. */
function isUsable(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name !== ANY;
}

function malformed(method: string, argument: string): MerlonError {
  return new MerlonError('PARAMS_INVALID', `The parameter ${argument} of ${method} is missing or malformed.`);
}
