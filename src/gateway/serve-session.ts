import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import { failure, type Notification, type Request, type Response } from '../kernel/jsonrpc.ts';
import { decide, operationOf } from '../policy/decide.ts';
import { NOTIFICATION_PREFIX } from '../policy/operation.ts';
import { LISTS, mergeInitialize, route } from './aggregate.ts';
import { LEGACY_VERSIONS, LISTEN } from './era.ts';
import { type Asked, lists, everywhere, openAll, single, toldResult, TOLD_IN_BAND, type Told } from './fan-out.ts';
import { cancelledId, type Gate } from './gate.ts';
import { forbidden } from './handle.ts';
import { whoOf } from './record.ts';
import { checkLegacyVersion } from './legacy-version.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';
import { refusalAnswer } from './tasks/denial.ts';

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
  /** Registers what to do when the client's connection ends. */
  onGone(run: () => void): void;
}

/** Answers one request. Errors before anything was sent are thrown, for the HTTP edge to say. */
export async function requested(gate: Gate, arrival: Arrival): Promise<void> {
  const { message, reply, caller, remote, scope, sessionId } = arrival;
  if (message.method === 'initialize') return await initialize(gate, arrival);
  // A notification needs hardly any permission; under an id it would be a request that needs none.
  if (message.method.startsWith(NOTIFICATION_PREFIX)) throw new MerlonError('RPC_INVALID', 'A notification has no id.');
  const session = gate.findSession(sessionId, caller, remote, scope);
  checkLegacyVersion(arrival.protocolVersion, session.protocolVersion);
  if (session.flights.find(({ id }) => id === message.id) !== undefined)
    throw new MerlonError('RPC_INVALID', 'A request with this id is in flight.');
  arrival.onGone(() => {
    // A connection that broke says nothing while there is a stream to come back to (MCP 2025-11-25: "Disconnection
    // SHOULD NOT be interpreted as the client cancelling its request"; LEG-HTTP-18).
    if (reply.gone) session.cancel(message.id, 'The client disconnected.');
  });
  const release = session.carry(reply);
  reply.resumable?.(session.events, message.id);
  try {
    const { json } = await answer(gate, { message, reply, caller, remote, session });
    reply.reply(json);
  } catch (error) {
    const known = gate.known(error);
    // A cancelled request gets no answer (MCP 2025-11-25, "Cancellation").
    if (known.code === 'CANCELLED') return reply.end();
    // To a legacy client HTTP 404 means that its session is gone.
    if (!TOLD_IN_BAND.has(known.code) && reply.streaming !== true) throw known;
    await gate.recorder.refused({ caller, remote, session, upstream: scope, request: message }, known);
    reply.reply(JSON.stringify(refusalAnswer(message.id, known, false)));
  } finally {
    release();
    // A stream that nothing ends would be waited for.
    if (reply.streaming === true) reply.end();
  }
}

async function answer(gate: Gate, asked: Asked): Promise<Told> {
  const { message, session } = asked;
  const { scope } = session;
  // Each resource that it names takes a permission of its own, which only the modern way asks for (serve-listen.ts).
  if (message.method === LISTEN) throw new MerlonError('METHOD_UNKNOWN', 'This version of MCP has no such method.');
  if (scope !== undefined) return await single(gate, asked, scope, message);
  if (message.method === 'ping') return toldResult(message, {});
  const list = LISTS.get(message.method);
  if (list !== undefined) return await lists(gate, asked, list);
  if (message.method === 'logging/setLevel') return await everywhere(gate, asked);
  const routed = route(message, gate.reachable(asked.caller));
  return await single(gate, asked, routed.upstream, routed.request);
}

/** `initialize` opens a session and its upstream, or all that the caller may use. */
async function initialize(gate: Gate, arrival: Arrival): Promise<void> {
  const { message, reply, caller, remote, scope } = arrival;
  const decision = decide(gate.roleOf(caller), operationOf('initialize', undefined, undefined));
  if (!decision.allowed) throw forbidden(decision.missing);
  if (reply.gone) throw new MerlonError('CANCELLED', 'The client is gone.');
  const session = gate.openSession({ era: 'legacy', scope, caller, remote, openingParams: message.params ?? {} });
  let isAnswered = false;
  // Whoever leaves before the answer never learns the session's id: nobody could use or end it.
  arrival.onGone(() => {
    if (!isAnswered) void session.end('the client left before the answer');
  });
  try {
    const upstreams = scope === undefined ? [...gate.reachable(caller)] : [scope];
    await openAll(gate, session, upstreams, decision.grant);
    await gate.recorder.event({
      kind: 'session',
      event: 'opened',
      cause: 'initialize',
      ...whoOf({ caller, remote, session }),
    });
    const first = scope === undefined ? undefined : session.answers.get(scope);
    const asked = message.params?.['protocolVersion'];
    const version = LEGACY_VERSIONS.find((known) => known === asked) ?? LEGACY_VERSIONS[0] ?? '';
    const facts = first ?? mergeInitialize(session.answers, version, gate.version);
    const spoken = facts['protocolVersion'];
    if (typeof spoken === 'string') session.agree(spoken);
    reply.sessionId = session.id;
    isAnswered = true;
    reply.reply(toldResult(message, facts).json);
  } catch (error) {
    await session.end('initialize failed');
    const known = gate.known(error);
    if (!TOLD_IN_BAND.has(known.code)) throw known;
    await gate.recorder.refused({ caller, remote, session, upstream: scope, request: message }, known);
    reply.reply(JSON.stringify(failure(message.id, known)));
  }
}

/** Takes a client's answer to what an upstream asked. @throws MerlonError RPC_INVALID when nobody asked */
export async function answered(gate: Gate, session: Session, message: Response): Promise<void> {
  const { caller, remote } = session;
  const known = await session.answer(message, (upstream, method) =>
    gate.recorder.asked({ caller, remote, session, upstream }, method, 'to_upstream'),
  );
  if (!known) throw new MerlonError('RPC_INVALID', 'Nobody waits for this response.');
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
