import type { Caller } from '../identity/caller.ts';
import { failure, isFailure, type JsonObject, type Request, type Response, success } from '../kernel/jsonrpc.ts';
import type { Grant } from '../policy/decide.ts';
import { type Cursors, decodeCursor, encodeCursor } from './aggregate.ts';
import type { Gate } from './gate.ts';
import { handle, type Released, type Stateless } from './handle.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';

/** A client's request once its session is known. */
export interface Asked {
  readonly message: Request;
  readonly reply: Reply;
  readonly caller: Caller;
  readonly remote: string;
  readonly session: Session;
  readonly stateless?: Stateless;
}

/** Refusals that concern one call and are told in JSON-RPC alone. */
export const TOLD_IN_BAND: ReadonlySet<string> = new Set([
  'METHOD_UNKNOWN',
  'PARAMS_INVALID',
  'CALL_DENIED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID',
  'UPSTREAM_TIMEOUT',
]);

/** An answer, and its text. */
export type Told = Pick<Released, 'response' | 'json'>;

/** The longest that a list put together from several is said to be good for, ms. */
const MAX_TTL_MS = 3_600_000;

export function told(response: Response): Told {
  return { response, json: JSON.stringify(response) };
}

export function toldResult({ id }: Request, result: JsonObject): Told {
  return told(success(id, result));
}

/** One request to one upstream. */
export async function single(gate: Gate, asked: Asked, upstream: string, request: Request): Promise<Released> {
  const { caller, remote, session, reply, stateless } = asked;
  return await handle(gate, { caller, remote, session, upstream, request, reply, stateless });
}

/** Opens the links of a session; of many upstreams those that work are served, and the log names the others. */
export async function openAll(gate: Gate, session: Session, upstreams: readonly string[], grant: Grant): Promise<void> {
  const opened = await Promise.allSettled(upstreams.map((name) => session.link(name, grant)));
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed !== undefined && (session.scope !== undefined || session.answers.size === 0)) throw failed.reason;
  for (const one of opened) if (one.status === 'rejected') gate.log.warn('upstream left out', { error: one.reason });
}

/** One list from many upstreams; only those are asked that said that they have such things. */
export async function lists(gate: Gate, asked: Asked, list: string): Promise<Told> {
  const { message, session, caller } = asked;
  const reachable = gate.reachable(caller);
  const cursors = decodeCursor(message.params?.['cursor'], reachable);
  const names =
    cursors === undefined ? [...reachable].filter((name) => offers(session, name, list)) : Object.keys(cursors);
  const replies = await Promise.all(
    names.map(async (name) => ({ name, response: await page(gate, asked, name, cursors) })),
  );
  const failed = replies.filter(({ response }) => isFailure(response));
  if (failed.length > 0 && failed.length === replies.length && failed[0] !== undefined) {
    return told(failed[0].response);
  }
  const next: Record<string, string> = {};
  const entries = replies.flatMap(({ name, response }) => {
    if (isFailure(response)) return [];
    const { nextCursor } = response.result;
    if (typeof nextCursor === 'string') next[name] = nextCursor;
    const some = response.result[list];
    return Array.isArray(some) ? some : [];
  });
  const nextCursor = encodeCursor(next);
  const merged = nextCursor === undefined ? { [list]: entries } : { [list]: entries, nextCursor };
  const responses = replies.map(({ response }) => response);
  return toldResult(message, session.era === 'modern' ? { ...merged, ...hintsOf(responses) } : merged);
}

/** A list is good for as long as all its parts are, and for the caller whose permissions cut it down. */
function hintsOf(parts: readonly Response[]): JsonObject {
  const times = parts.map((part) => (isFailure(part) ? 0 : part.result['ttlMs']));
  const ttlMs = times.reduce<number>((least, time) => Math.min(least, typeof time === 'number' ? time : 0), MAX_TTL_MS);
  return { resultType: 'complete', ttlMs: parts.length === 0 ? 0 : ttlMs, cacheScope: 'private' };
}

async function page(gate: Gate, asked: Asked, upstream: string, cursors: Cursors | undefined): Promise<Response> {
  const { caller, remote, session, reply, message, stateless } = asked;
  const { cursor: _cursor, ...params } = message.params ?? {};
  const cursor = cursors?.[upstream];
  const request = { ...message, params: cursor === undefined ? params : { ...params, cursor } };
  try {
    return (await handle(gate, { caller, remote, session, upstream, request, reply, stateless })).response;
  } catch (error) {
    const known = gate.known(error);
    if (!TOLD_IN_BAND.has(known.code)) throw known;
    await gate.recorder.refused({ caller, remote, session, upstream, request }, known);
    return failure(message.id, known);
  }
}

/** Whether an upstream announced the capability behind a list. An upstream that is gone is asked: it opens again. */
export function offers(session: Session, upstream: string, list: string): boolean {
  const said = session.answers.get(upstream);
  const capabilities = said?.['capabilities'];
  if (typeof capabilities !== 'object' || capabilities === null) return said === undefined;
  return (list === 'resourceTemplates' ? 'resources' : list) in capabilities;
}

/** A request for every upstream that knows it. */
export async function everywhere(gate: Gate, asked: Asked): Promise<Told> {
  const { session, message, caller } = asked;
  const names = [...gate.reachable(caller)].filter((name) => offers(session, name, 'logging'));
  await Promise.all(names.map((name) => page(gate, asked, name, undefined)));
  return toldResult(message, {});
}
