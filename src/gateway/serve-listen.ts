import { MerlonError } from '../kernel/errors.ts';
import { isObject, type Json, type JsonObject, type Request } from '../kernel/jsonrpc.ts';
import { decide, operationOf } from '../policy/decide.ts';
import { prefixUri, splitUri } from './aggregate.ts';
import { ACKNOWLEDGED, META, withMeta } from './era.ts';
import { type Asked, openAll, single, success, type Told } from './fan-out.ts';
import type { Gate } from './gate.ts';
import { forbidden } from './handle.ts';
import type { Announcement } from './link.ts';

/** How long the upstreams of `/mcp` may take together to acknowledge a subscription, ms. */
const ACKNOWLEDGE_MS = 10_000;

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
  authorizeUris(gate, asked, parts);
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
type Parts = ReadonlyMap<string, { readonly filter: JsonObject; readonly uris: readonly string[] }>;

function partsOf(gate: Gate, { session, caller }: Asked, wanted: JsonObject): Parts {
  const { resourceSubscriptions, ...rest } = wanted;
  const uris = urisOf(resourceSubscriptions);
  if (session.scope !== undefined) return new Map([[session.scope, { filter: wanted, uris }]]);
  const reachable = gate.reachable(caller);
  const own = new Map<string, string[]>();
  for (const uri of uris) {
    const found = splitUri(uri, reachable);
    if (found === undefined) throw new MerlonError('PARAMS_INVALID', 'No upstream offers one of these resources.');
    own.set(found.upstream, [...(own.get(found.upstream) ?? []), found.uri]);
  }
  return new Map(
    [...reachable].map((upstream) => {
      const some = own.get(upstream) ?? [];
      return [upstream, { filter: some.length === 0 ? rest : { ...rest, resourceSubscriptions: some }, uris: some }];
    }),
  );
}

function urisOf(value: Json | undefined): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((uri) => typeof uri === 'string')) {
    throw new MerlonError('PARAMS_INVALID', 'The resourceSubscriptions are no list of URIs.');
  }
  return value;
}

/** To be told of a resource's changes takes the permission to read it; all that is missing is named at once. */
function authorizeUris(gate: Gate, { caller }: Asked, parts: Parts): void {
  const role = gate.roleOf(caller);
  const missing: string[] = [];
  for (const [upstream, { uris }] of parts) {
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
    authorizeUris(gate, asked, parts);
    return true;
  };
}

/** What a subscription is told that ends in good order (SUB-06). */
function ended(message: Request): Told {
  return success(message, { resultType: 'complete', _meta: { [META.subscription]: message.id } });
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
  const hear = (upstream: string, heard: Announcement): void => {
    if (heard.method === ACKNOWLEDGED) {
      honoured = merged(honoured, upstream, heard.params?.['notifications']);
      return answered(upstream);
    }
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
  const { resourceSubscriptions, ...flags } = isObject(filter) ? filter : {};
  const after: Record<string, Json> = { ...before };
  for (const [key, value] of Object.entries(flags)) if (value !== undefined) after[key] = value;
  if (!Array.isArray(resourceSubscriptions)) return after;
  const uris = resourceSubscriptions.map((uri: Json) => (typeof uri === 'string' ? prefixUri(upstream, uri) : uri));
  const known = before['resourceSubscriptions'];
  after['resourceSubscriptions'] = [...(Array.isArray(known) ? known : []), ...uris];
  return after;
}
