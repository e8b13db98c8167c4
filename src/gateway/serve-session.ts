import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import {
  failure,
  isFailure,
  type JsonObject,
  type Notification,
  type Request,
  type Response,
} from '../kernel/jsonrpc.ts';
import { decide, operationOf } from '../policy/decide.ts';
import { NOTIFICATION_PREFIX } from '../policy/operation.ts';
import { type Cursors, decodeCursor, encodeCursor, LISTS, mergeInitialize, route } from './aggregate.ts';
import { cancelledId, type Gate } from './gate.ts';
import { forbidden, handle } from './handle.ts';
import { whoOf } from './record.ts';
import { checkLegacyVersion, LEGACY_VERSIONS } from './legacy-version.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';

/** A client's request as it arrived. */
export interface Arrival {
  readonly message: Request;
  readonly reply: Reply;
  readonly caller: Caller;
  readonly remote: string;
  /** The upstream of `/mcp/NAME`; undefined for all of them. */
  readonly scope: string | undefined;
  readonly sessionId: string | undefined;
  /** The header MCP-Protocol-Version, where there are headers. */
  readonly protocolVersion?: string | undefined;
  /** Registers what to do when the client is gone and will not be waited for. */
  onGone(run: () => void): void;
}

/** What is known of an arrival once its session is found. */
interface Asked extends Arrival {
  readonly session: Session;
}

/** Answers one request. Errors before anything was sent are thrown, for the HTTP edge to say. */
export async function requested(gate: Gate, arrival: Arrival): Promise<void> {
  const { message, reply, caller, remote, scope, sessionId } = arrival;
  if (message.method === 'initialize') return await initialize(gate, arrival);
  // A notification needs hardly any permission; under an id it would be a request that needs none.
  if (message.method.startsWith(NOTIFICATION_PREFIX)) throw new MerlonError('RPC_INVALID', 'A notification has no id.');
  refuseModern(message);
  const session = gate.findSession(sessionId, caller, remote, scope);
  checkLegacyVersion(arrival.protocolVersion, session.protocolVersion);
  if (session.flights.find(({ id }) => id === message.id) !== undefined)
    throw new MerlonError('RPC_INVALID', 'A request with this id is in flight.');
  arrival.onGone(() => session.cancel(message.id, 'The client disconnected.'));
  const release = session.carry(reply);
  reply.resumable?.(session.events, message.id);
  try {
    const json = await answer(gate, { ...arrival, session });
    reply.reply(json);
  } catch (error) {
    const known = gate.known(error);
    // A cancelled request gets no answer (MCP 2025-11-25, "Cancellation").
    if (known.code === 'CANCELLED') return reply.end();
    if (!TOLD_IN_BAND.has(known.code) && reply.streaming !== true) throw known;
    await gate.recorder.refused({ caller, remote, session, upstream: scope, request: message }, known);
    reply.reply(JSON.stringify(failure(message.id, known)));
  } finally {
    release();
    // A stream that nothing ends would be waited for.
    if (reply.streaming === true) reply.end();
  }
}

// To a legacy client HTTP 404 means that its session is gone, so what concerns one call is said in JSON-RPC alone.
const TOLD_IN_BAND: ReadonlySet<string> = new Set([
  'METHOD_UNKNOWN',
  'PARAMS_INVALID',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID',
  'UPSTREAM_TIMEOUT',
]);

async function answer(gate: Gate, asked: Asked): Promise<string> {
  const { message, scope } = asked;
  if (scope !== undefined) return await single(gate, asked, scope, message);
  if (message.method === 'ping') return result(message, {});
  const list = LISTS[message.method];
  if (list !== undefined) return await lists(gate, asked, list);
  if (message.method === 'logging/setLevel') return await everywhere(gate, asked);
  const routed = route(message, gate.reachable(asked.caller));
  return await single(gate, asked, routed.upstream, routed.request);
}

async function single(gate: Gate, asked: Asked, upstream: string, request: Request): Promise<string> {
  const { caller, remote, session, reply } = asked;
  return (await handle(gate, { caller, remote, session, upstream, request, reply })).json;
}

function result(message: Request, value: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, result: value });
}

/** `initialize` opens a session and its upstream, or all that the caller may use. */
async function initialize(gate: Gate, arrival: Arrival): Promise<void> {
  const { message, reply, caller, remote, scope } = arrival;
  const decision = decide(gate.roleOf(caller), operationOf('initialize', undefined, undefined));
  if (!decision.allowed) throw forbidden(decision.missing);
  if (reply.gone) throw new MerlonError('CANCELLED', 'The client is gone.');
  const session = gate.openSession(caller, remote, scope, message.params ?? {});
  let isAnswered = false;
  // Whoever leaves before the answer never learns the session's id: nobody could use or end it.
  arrival.onGone(() => {
    if (!isAnswered) void session.end('the client left before the answer');
  });
  try {
    const upstreams = scope === undefined ? [...gate.reachable(caller)] : [scope];
    const opened = await Promise.allSettled(upstreams.map((name) => session.link(name, decision.grant)));
    const failed = opened.find((one) => one.status === 'rejected');
    // Of many upstreams, those that work are served; the log names the others.
    if (failed !== undefined && (scope !== undefined || session.answers.size === 0)) throw failed.reason;
    for (const one of opened) if (one.status === 'rejected') gate.log.warn('upstream left out', { error: one.reason });
    await gate.recorder.event({
      kind: 'session',
      event: 'opened',
      cause: 'initialize',
      ...whoOf({ caller, remote, session }),
    });
    const first = scope === undefined ? undefined : session.answers.get(scope);
    const asked = message.params?.['protocolVersion'];
    const version = LEGACY_VERSIONS.find((known) => known === asked) ?? LEGACY_VERSIONS[0];
    const facts = first ?? mergeInitialize(session.answers, version, gate.version);
    const spoken = facts['protocolVersion'];
    if (typeof spoken === 'string') session.agree(spoken);
    reply.sessionId = session.id;
    isAnswered = true;
    reply.reply(result(message, facts));
  } catch (error) {
    await session.end('initialize failed');
    const known = gate.known(error);
    if (!TOLD_IN_BAND.has(known.code)) throw known;
    await gate.recorder.refused({ caller, remote, session, upstream: scope, request: message }, known);
    reply.reply(JSON.stringify(failure(message.id, known)));
  }
}

/** Says what it speaks to a client of 2026-07-28, which then falls back (MCP 2026-07-28, "Versioning"). */
function refuseModern(message: Request): void {
  const meta = message.params?.['_meta'];
  const modern = typeof meta === 'object' && meta !== null && 'io.modelcontextprotocol/protocolVersion' in meta;
  if (!modern && message.method !== 'server/discover') return;
  throw new MerlonError('PROTOCOL_UNSUPPORTED', 'This endpoint needs a session.', {
    data: { supported: LEGACY_VERSIONS },
  });
}

/** One list from many upstreams; only those are asked that said that they have such things. */
async function lists(gate: Gate, asked: Asked, list: string): Promise<string> {
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
    return JSON.stringify(failed[0].response);
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
  return result(message, nextCursor === undefined ? { [list]: entries } : { [list]: entries, nextCursor });
}

async function page(gate: Gate, asked: Asked, upstream: string, cursors: Cursors | undefined): Promise<Response> {
  const { caller, remote, session, reply, message } = asked;
  const { cursor: _cursor, ...params } = message.params ?? {};
  const cursor = cursors?.[upstream];
  const request = { ...message, params: cursor === undefined ? params : { ...params, cursor } };
  try {
    return (await handle(gate, { caller, remote, session, upstream, request, reply })).response;
  } catch (error) {
    const known = gate.known(error);
    if (!TOLD_IN_BAND.has(known.code)) throw known;
    await gate.recorder.refused({ caller, remote, session, upstream, request }, known);
    return failure(message.id, known);
  }
}

/** Whether an upstream announced the capability behind a list. An upstream that is gone is asked: it opens again. */
function offers(session: Session, upstream: string, list: string): boolean {
  const said = session.answers.get(upstream);
  const capabilities = said?.['capabilities'];
  if (typeof capabilities !== 'object' || capabilities === null) return said === undefined;
  return (list === 'resourceTemplates' ? 'resources' : list) in capabilities;
}

/** A request for every upstream that knows it. */
async function everywhere(gate: Gate, asked: Asked): Promise<string> {
  const { session, message, caller } = asked;
  const names = [...gate.reachable(caller)].filter((name) => offers(session, name, 'logging'));
  await Promise.all(names.map((name) => page(gate, asked, name, undefined)));
  return result(message, {});
}

/** Takes a client's notification: cancels what it cancels, forwards the rest to whom it concerns. */
export async function notified(gate: Gate, session: Session, message: Notification): Promise<void> {
  const { method, params } = message;
  const { caller, remote } = session;
  if (method === 'notifications/cancelled') {
    const id = cancelledId(params);
    if (id !== undefined) session.cancel(id, 'The client cancelled the request.');
    return;
  }
  // The gateway has said it already, right after each upstream's answer.
  if (method === 'notifications/initialized') return;
  const decision = decide(gate.roleOf(caller), operationOf(method, params, session.scope));
  if (!decision.allowed) throw forbidden(decision.missing);
  for (const upstream of session.upstreams) {
    await gate.recorder.asked({ caller, remote, session, upstream }, method, 'to_upstream');
    const link = await session.link(upstream, decision.grant);
    await link.notify(message);
  }
}
