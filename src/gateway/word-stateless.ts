import { isFailure, isObject, type Json, type JsonObject, type Response } from '../kernel/jsonrpc.ts';
import { CACHEABLE, DISCOVER, MAX_QUESTIONS, mayAsk, missingFor, STATELESS_VERSIONS } from './era.ts';
import type { Call } from './handle.ts';
import { upstreamInvalid } from './pending.ts';
import type { Permit } from './tasks/permit.ts';

/** What a stateless client is told beside the result itself. */
export function toStateless(call: Call, permit: Permit, result: JsonObject): JsonObject {
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

/** Methods of what a response asks of its client. */
export function questionsIn(call: Call, response: Response): string[] {
  if (isFailure(response) || !isAsking(call, response.result)) return [];
  const { inputRequests } = response.result;
  const questions = isObject(inputRequests) ? Object.values(inputRequests) : [];
  const methods = questions.map((question) => (isObject(question) ? question['method'] : undefined));
  return methods.filter((method) => typeof method === 'string');
}
