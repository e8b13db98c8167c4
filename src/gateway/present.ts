import { isFailure, isObject, type Json, type JsonObject, type Response } from '../kernel/jsonrpc.ts';
import { decide, listedOperation } from '../policy/decide.ts';
import { LISTS, publish } from './aggregate.ts';
import { CACHEABLE, DISCOVER, MAX_QUESTIONS, mayAsk, missingFor, STATELESS_VERSIONS } from './era.ts';
import type { Call, Pipeline } from './handle.ts';
import { upstreamInvalid } from './pending.ts';
import { ownerOf } from './task-owners.ts';
import { isGiven, type Permit } from './tasks/permit.ts';

/**
 * A result as its caller may see it: only what the caller may use, in the words of the caller's era and endpoint.
 * @throws MerlonError UPSTREAM_INVALID where it asks for what the client did not offer
 */
export function present(gate: Pipeline, call: Call, permit: Permit, result: JsonObject): JsonObject {
  const { method } = call.request;
  const list = LISTS.get(method);
  const visible = list === undefined ? result : permitted(gate, call, permit, list, result);
  const own = gate.taskOwners.learn(call.upstream, ownerOf(call.caller), method, visible);
  const worded = call.session.era === 'modern' ? toStateless(call, permit, own) : own;
  return call.session.scope === undefined ? publish(method, call.upstream, worded) : worded;
}

/** What a stateless client is told beside the result itself. */
function toStateless(call: Call, permit: Permit, result: JsonObject): JsonObject {
  const { method } = call.request;
  if (result['resultType'] === 'input_required') return asking(call, permit, result);
  if (!CACHEABLE.has(method)) return result;
  // What was cut down to one caller's permissions is nobody else's, whatever the upstream says (CACHE-23, CACHE-24).
  const ttlMs = result['ttlMs'];
  const isUsable = typeof ttlMs === 'number' && ttlMs >= 0;
  // A task's permissions change while it runs.
  const longest = permit.task === undefined ? Number.POSITIVE_INFINITY : MAX_TASK_TTL_MS;
  const hinted = { ...result, ttlMs: isUsable ? Math.min(ttlMs, longest) : 0, cacheScope: 'private' };
  // An upstream may speak versions that the gateway does not.
  const { supportedVersions: spoken } = result;
  if (method !== DISCOVER || !Array.isArray(spoken)) return hinted;
  return {
    ...hinted,
    supportedVersions: spoken.filter((version: Json) => STATELESS_VERSIONS.some((own) => own === version)),
  };
}

/** Longest that a list is said to be good for under a task, ms. */
const MAX_TASK_TTL_MS = 5_000;

/** A call that cannot go on without the client: only what it offered may be asked of it (MRTR-04, MRTR-06, MRTR-13). */
function asking({ upstream, request, stateless: own }: Call, permit: Permit, result: JsonObject): JsonObject {
  const { inputRequests, requestState } = result;
  const questions = isObject(inputRequests) ? Object.values(inputRequests) : [];
  if (questions.length > MAX_QUESTIONS) throw upstreamInvalid(upstream, 'asks too much at once');
  const isAllowed = questions.every((question) => {
    const { method, params } = isObject(question) ? question : {};
    return typeof method === 'string' && missingFor(method, params, own?.capabilities ?? {}) === undefined;
  });
  if (own === undefined || !mayAsk(request.method) || !isAllowed) {
    throw upstreamInvalid(upstream, 'asks for what the client did not offer');
  }
  if (requestState === undefined) return result;
  if (typeof requestState !== 'string') throw upstreamInvalid(upstream, 'gives a state that is no text');
  return { ...result, requestState: own.seal(requestState, permit.mark) };
}

/** True for a result that asks; one of a session that only looks so asks nobody. */
export function isAsking({ session }: Call, result: JsonObject): boolean {
  return session.era === 'modern' && result['resultType'] === 'input_required';
}

/** The methods of the questions that a response asks of its client. */
export function questionsIn(call: Call, response: Response): string[] {
  if (isFailure(response) || !isAsking(call, response.result)) return [];
  const { inputRequests } = response.result;
  const questions = isObject(inputRequests) ? Object.values(inputRequests) : [];
  const methods = questions.map((question) => (isObject(question) ? question['method'] : undefined));
  return methods.filter((method) => typeof method === 'string');
}

const LISTED = {
  tools: { kind: 'tool', key: 'name' },
  prompts: { kind: 'prompt', key: 'name' },
  resources: { kind: 'resource', key: 'uri' },
  resourceTemplates: { kind: 'resource', key: 'uriTemplate' },
} as const;

function isListed(list: string): list is keyof typeof LISTED {
  return list in LISTED;
}

/** A list cut down to what role and task may use: an entry is visible exactly when using it could be allowed. */
function permitted(gate: Pipeline, call: Call, { task }: Permit, list: string, result: JsonObject): JsonObject {
  const { upstream, caller } = call;
  const entries = result[list];
  if (!isListed(list) || !Array.isArray(entries)) return result;
  const { kind, key } = LISTED[list];
  const role = gate.roleOf(caller);
  const keeper = gate.tasks?.concerns(caller) === true ? gate.tasks : undefined;
  const visible = entries.filter((entry) => {
    const operation = isObject(entry) ? listedOperation(kind, upstream, entry[key]) : undefined;
    if (operation === undefined || !decide(role, operation).allowed) return false;
    return keeper === undefined || isGiven(keeper, caller, task, operation);
  });
  return { ...result, [list]: visible };
}
