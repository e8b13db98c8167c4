import { MerlonError } from '../kernel/errors.ts';
import { isObject, type Json, type JsonObject, type Request } from '../kernel/jsonrpc.ts';
import { decide, operationOf } from '../policy/decide.ts';
import { prefixName, prefixUri, splitName, splitUri } from './aggregate.ts';
import { ACKNOWLEDGED, META, withMeta } from './era.ts';
import { type Asked, openAll, single, toldResult, type Told } from './fan-out.ts';
import type { Gate } from './gate.ts';
import { forbidden } from './handle.ts';
import type { Announcement } from './link.ts';
import { ownerOf } from './task-owners.ts';

/** How long the upstreams of `/mcp` may take together to acknowledge a subscription, ms. */
const ACKNOWLEDGE_MS = 10_000;
/** What is kept for a subscription that is not acknowledged yet, messages; later ones are lost. */
const MAX_EARLY = 100;
/** Resources, and tasks, that one subscription may name. */
const MAX_NAMED = 1_000;

/**
 * Answers `subscriptions/listen`: a request that stays open, with the caller's permission for every resource that it
 * wants to be told of. On `/mcp` it is one subscription at each upstream, acknowledged together.
 */
export async function listened(gate: Gate, asked: Asked, stay: { mayStay(): Promise<boolean> }): Promise<Told> {
  const { message, caller, session, reply, stateless } = asked;
  if (!reply.open) throw new MerlonError('NOT_ACCEPTABLE', 'A subscription is an event stream.');
  const wanted = message.params?.['notifications'];
  if (!isObject(wanted))
    throw new MerlonError('PARAMS_INVALID', 'The parameter notifications is missing or malformed.');
  const parts = partsOf(gate, asked, wanted);
  authorizeParts(gate, asked, parts);
  const release = gate.takeStream(caller.principal);
  const mayHear = watchRole(gate, asked, parts);
  const flight = stateless?.flight ?? message.id;
  let isFinished = false;
  const unguard = session.guard({
    mayStay: async () => mayHear() && (await stay.mayStay()),
    end: () => session.cancel(flight, 'The credential counts no more.'),
    finish() {
      isFinished = true;
      session.cancel(flight, 'The gateway is stopping.');
    },
  });
  try {
    if (session.scope !== undefined) return await single(gate, asked, session.scope, message);
    return await together(gate, asked, parts);
  } catch (error) {
    if (isFinished && gate.known(error).code === 'CANCELLED') return ended(message);
    throw error;
  } finally {
    unguard();
    release();
  }
}

/** What is wanted of each upstream. */
type Parts = ReadonlyMap<string, Part>;
interface Part {
  readonly filter: JsonObject;
  readonly uris: readonly string[];
  readonly taskIds: readonly string[];
}

function partsOf(gate: Gate, { session, caller }: Asked, wanted: JsonObject): Parts {
  const { resourceSubscriptions, taskIds, ...rest } = wanted;
  const uris = textsIn(resourceSubscriptions);
  const tasks = textsIn(taskIds);
  if (session.scope !== undefined) return new Map([[session.scope, { filter: wanted, uris, taskIds: tasks }]]);
  const reachable = gate.reachable(caller);
  const ownUris = byUpstream(
    uris.map((uri) => splitUri(uri, reachable)),
    ({ uri }) => uri,
  );
  const ownTasks = byUpstream(
    tasks.map((taskId) => splitName(taskId, reachable)),
    ({ name }) => name,
  );
  return new Map(
    [...reachable].map((upstream): [string, Part] => {
      const someUris = ownUris.get(upstream) ?? [];
      const someTasks = ownTasks.get(upstream) ?? [];
      const named = {
        ...(someUris.length === 0 ? {} : { resourceSubscriptions: someUris }),
        ...(someTasks.length === 0 ? {} : { taskIds: someTasks }),
      };
      return [upstream, { filter: { ...rest, ...named }, uris: someUris, taskIds: someTasks }];
    }),
  );
}

function byUpstream<Found extends { upstream: string }>(
  found: readonly (Found | undefined)[],
  nameOf: (one: Found) => string,
): ReadonlyMap<string, string[]> {
  const own = new Map<string, string[]>();
  for (const one of found) {
    if (one === undefined) throw new MerlonError('PARAMS_INVALID', 'No upstream offers something of this list.');
    const some = own.get(one.upstream);
    if (some === undefined) own.set(one.upstream, [nameOf(one)]);
    else some.push(nameOf(one));
  }
  return own;
}

function textsIn(value: Json | undefined): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string')) {
    throw new MerlonError('PARAMS_INVALID', 'The parameter notifications holds a list of something other than text.');
  }
  if (value.length > MAX_NAMED) {
    throw new MerlonError('PARAMS_INVALID', `A subscription may name no more than ${MAX_NAMED} things of a kind.`);
  }
  return value;
}

/**
 * To be told of a resource's changes takes the permission to read it, and of a task's that it is one's own; all
 * permissions that are missing are named at once.
 */
function authorizeParts(gate: Gate, { caller }: Asked, parts: Parts): void {
  const role = gate.roleOf(caller);
  const missing: string[] = [];
  for (const [upstream, { uris, taskIds }] of parts) {
    if (!taskIds.every((taskId) => gate.taskOwners.mayKnow(upstream, ownerOf(caller), taskId))) {
      throw new MerlonError('PARAMS_INVALID', 'There is no such task.');
    }
    for (const uri of uris) {
      const decision = decide(role, operationOf('resources/subscribe', { uri }, upstream));
      if (!decision.allowed) missing.push(decision.missing);
    }
  }
  const [first, ...others] = missing;
  if (first !== undefined) throw forbidden(first, ...others);
}

/** Judges again whenever the caller's role was defined anew: a subscription outlives many configurations. */
function watchRole(gate: Gate, asked: Asked, parts: Parts): () => boolean {
  let judged = gate.roleOf(asked.caller);
  return () => {
    const role = gate.roleOf(asked.caller);
    if (role === judged) return true;
    judged = role;
    const reachable = gate.reachable(asked.caller);
    if (![...parts.keys()].every((upstream) => reachable.has(upstream))) return false;
    authorizeParts(gate, asked, parts);
    return true;
  };
}

/** What a subscription is told that ends in good order (SUB-06). */
function ended(message: Request): Told {
  return toldResult(message, { resultType: 'complete', _meta: { [META.subscription]: message.id } });
}

/** One subscription at each upstream, and one acknowledgement for all of them, which comes first (SUB-02). */
async function together(gate: Gate, asked: Asked, parts: Parts): Promise<Told> {
  const { message, caller, session, reply } = asked;
  const decision = decide(gate.roleOf(caller), operationOf(message.method, undefined, undefined));
  if (!decision.allowed) throw forbidden(decision.missing);
  await openAll(gate, session, [...parts.keys()], decision.grant);
  const mark = { [META.subscription]: message.id };
  let honoured: Record<string, Json> = {};
  const { promise: acknowledged, resolve: acknowledge } = Promise.withResolvers<void>();
  const waiting = new Set(parts.keys());
  const answered = (upstream: string): void => {
    waiting.delete(upstream);
    if (waiting.size === 0) acknowledge();
  };
  const stopWaiting = gate.clock.after(ACKNOWLEDGE_MS, acknowledge);
  let mayKeep = MAX_EARLY;
  const hear = (upstream: string, heard: Announcement): void => {
    if (heard.method === ACKNOWLEDGED) {
      if (waiting.has(upstream)) honoured = merged(honoured, upstream, heard.params?.['notifications']);
      return answered(upstream);
    }
    if (mayKeep === 0) return;
    mayKeep -= 1;
    const passed = { ...heard, params: withMeta(heard.params, mark) };
    void acknowledged.then(() => session.pass(upstream, undefined, passed, reply)).catch(() => {});
  };
  const flying = [...parts].map(async ([upstream, { filter }]) => {
    const request: Request = { ...message, params: { ...message.params, notifications: filter } };
    const { stateless } = asked;
    const own =
      stateless === undefined
        ? asked
        : { ...asked, stateless: { ...stateless, hear: (heard: Announcement) => hear(upstream, heard) } };
    try {
      await single(gate, own, upstream, request);
    } finally {
      answered(upstream);
    }
  });
  // From now on somebody looks at each end: a rejection that nobody looks at yet would end the process.
  const landed = Promise.allSettled(flying);
  await acknowledged;
  mayKeep = Number.POSITIVE_INFINITY;
  stopWaiting();
  const params = { notifications: honoured, _meta: mark };
  reply.event(gate.hide(JSON.stringify({ jsonrpc: '2.0', method: ACKNOWLEDGED, params })));
  // Cancelled means that the client is gone; an upstream that fails ends its own part alone.
  for (const end of await landed)
    if (end.status === 'rejected' && gate.known(end.reason).code === 'CANCELLED') throw end.reason;
  return ended(message);
}

function merged(
  before: Readonly<Record<string, Json>>,
  upstream: string,
  filter: Json | undefined,
): Record<string, Json> {
  const after: Record<string, Json> = { ...before };
  for (const [key, value] of Object.entries(isObject(filter) ? filter : {})) {
    const toPublic = PUBLIC_NAMES.get(key);
    if (value === undefined) continue;
    if (toPublic === undefined || !Array.isArray(value)) after[key] = value;
    else {
      const known = before[key];
      const named = value.map((name: Json) => (typeof name === 'string' ? toPublic(upstream, name) : name));
      after[key] = [...(Array.isArray(known) ? known : []), ...named];
    }
  }
  return after;
}

/** What of a filter carries names of upstreams, and their form on the aggregated endpoint. */
const PUBLIC_NAMES: ReadonlyMap<string, (upstream: string, name: string) => string> = new Map([
  ['resourceSubscriptions', prefixUri],
  ['taskIds', prefixName],
]);
