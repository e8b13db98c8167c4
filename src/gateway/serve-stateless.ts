import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import { isFailure, isObject, type Notification, type Request, type Response } from '../kernel/jsonrpc.ts';
import { decide, operationOf } from '../policy/decide.ts';
import { NOTIFICATION_PREFIX } from '../policy/operation.ts';
import { LISTS, mergeDiscover, route } from './aggregate.ts';
import { checkVersion, DISCOVER, type Envelope, envelopeOf, LISTEN } from './era.ts';
import { type Asked, lists, openAll, single, toldResult, type Told } from './fan-out.ts';
import type { Gate } from './gate.ts';
import { forbidden, type Stateless } from './handle.ts';
import { checkMirrored, checkParamHeaders, type Mirrored } from './mirrored-headers.ts';
import type { Reply } from './reply.ts';
import { listened } from './serve-listen.ts';
import type { Session } from './session.ts';
import { refusalAnswer } from './tasks/denial.ts';

/** Who sends a message, and to which endpoint. */
interface Origin {
  readonly caller: Caller;
  readonly remote: string;
  /** The upstream of `/mcp/NAME`; undefined for all of them. */
  readonly scope: string | undefined;
}

/** A stateless client's request as it arrived. */
export interface StatelessArrival extends Origin {
  readonly message: Request;
  readonly reply: Reply;
  /** The headers that mirror the body; undefined on transports that have none. */
  readonly headers: Mirrored | undefined;
  /** Registers what to do when the client's connection ends, or when it cancels. */
  onGone(run: () => void): void;
  /** Whether the credential of a long answer still counts. */
  mayStay(): Promise<boolean>;
}

/** Methods that 2026-07-28 has no more. */
const REMOVED: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

let lastFlight = 0;

/** Answers one request of a stateless client (MCP 2026-07-28). Refusals are thrown, for the edge to say. */
export async function requestedModern(gate: Gate, arrival: StatelessArrival): Promise<void> {
  const { message, reply, caller, remote, scope } = arrival;
  const envelope = judged(arrival);
  const session = await sessionOf(gate, arrival, envelope);
  lastFlight += 1;
  const flight = `stateless-${lastFlight}`;
  const asked = bound(gate, { ...arrival, session }, envelope, flight);
  let isAnswered = false;
  // Every connection is gone some day; a walk through all that the session has in flight is for those who waited.
  arrival.onGone(() => {
    if (!isAnswered) session.cancel(flight, 'The client disconnected.');
  });
  const release = session.carry(reply);
  try {
    const { json, response } = await answer(gate, asked, arrival);
    reply.reply(json, statusOf(response));
  } catch (error) {
    const known = gate.known(error);
    if (known.code === 'CANCELLED') return reply.end();
    if (!IN_BAND.has(known.code)) throw known;
    await gate.recorder.refused({ caller, remote, session, upstream: scope, request: message }, known);
    reply.reply(JSON.stringify(refusalAnswer(message.id, known, true)));
  } finally {
    isAnswered = true;
    release();
  }
}

/** Failures on the way to an upstream, and a task's no: the request was fine, so HTTP has nothing to complain about. */
const IN_BAND: ReadonlySet<string> = new Set([
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID',
  'UPSTREAM_TIMEOUT',
  'CALL_DENIED',
]);

/** Everything that can be said of a request without knowing what it is about, in the order of the specification. */
function judged({ message, headers }: StatelessArrival): Envelope {
  const envelope = envelopeOf(message);
  // Two names for the version: neither of them is the one to judge by (HTTP-24).
  if (headers?.version !== undefined && headers.version !== envelope.version) {
    throw new MerlonError('HEADER_MISMATCH', 'MCP-Protocol-Version and the body name different versions.');
  }
  checkVersion(envelope);
  if (headers !== undefined) checkMirrored(headers, envelope.version, message);
  const { method } = message;
  // A notification needs hardly any permission; under an id it would be a request that needs none.
  if (method.startsWith(NOTIFICATION_PREFIX)) throw new MerlonError('RPC_INVALID', 'A notification has no id.');
  if (REMOVED.has(method)) throw new MerlonError('METHOD_UNKNOWN', 'This version of MCP has no such method.');
  return envelope;
}

function sessionOf(gate: Gate, { caller, remote, scope }: Origin, envelope: Envelope): Promise<Session> {
  const decision = decide(gate.roleOf(caller), operationOf(DISCOVER, undefined, undefined));
  if (!decision.allowed) throw forbidden(decision.missing);
  return gate.statelessSession(caller, remote, scope, envelope);
}

/** The request with all that ties its parts together; a `requestState` that comes back is opened here. */
function bound(
  gate: Gate,
  { message, reply, caller, remote, scope, headers, session }: StatelessArrival & { session: Session },
  { capabilities }: Envelope,
  flight: string,
): Asked & { stateless: Stateless } {
  const binding = { principal: caller.principal, task: caller.task, scope, request: message };
  const { request, ...back } = comeBack(message, (sealed) => gate.states.open(sealed, binding));
  const stateless: Stateless = {
    flight,
    capabilities,
    forwarded: headers?.params,
    seal: (state, permitted) => gate.states.seal(binding, `${UPSTREAM}${permitted}\n${state}`),
    sealApproval: (id) => gate.states.seal(binding, `${APPROVAL}${id}`),
    ...back,
  };
  return { message: request, reply, caller, remote, session, stateless };
}

/** Who had something to remember: only the first is chosen by upstreams, and neither can pass for the other. */
const UPSTREAM = 'u';
const APPROVAL = 'a';

interface ComeBack extends Pick<Stateless, 'approval' | 'answers' | 'continued'> {
  /** As the upstream may see it. */
  readonly request: Request;
}

/** What a request says of an earlier one that had to ask something. */
function comeBack(request: Request, open: (sealed: string) => string): ComeBack {
  const none = { approval: undefined, answers: undefined, continued: undefined };
  const sealed = request.params?.['requestState'];
  if (sealed === undefined) return { ...none, request };
  if (typeof sealed !== 'string') throw new MerlonError('PARAMS_INVALID', 'The parameter requestState is no text.');
  const opened = open(sealed);
  if (opened.startsWith(APPROVAL)) {
    const { requestState: _s, inputResponses, ...params } = request.params ?? {};
    const answers = isObject(inputResponses) ? inputResponses : undefined;
    return { ...none, approval: opened.slice(APPROVAL.length), answers, request: { ...request, params } };
  }
  const end = opened.indexOf('\n');
  const params = { ...request.params, requestState: opened.slice(end + 1) };
  return { ...none, continued: opened.slice(UPSTREAM.length, end), request: { ...request, params } };
}

async function answer(gate: Gate, asked: Asked, arrival: StatelessArrival): Promise<Told> {
  const { message, caller, session } = asked;
  const { scope } = session;
  if (message.method === LISTEN) return await listened(gate, asked, arrival);
  if (scope !== undefined) return await one(gate, asked, arrival, scope, message);
  if (message.method === DISCOVER || LISTS.has(message.method)) await connected(gate, asked);
  if (message.method === DISCOVER) {
    const reachable = gate.reachable(caller);
    const answers = [...session.answers].filter(([upstream]) => reachable.has(upstream));
    return toldResult(message, mergeDiscover(new Map(answers), gate.version));
  }
  const list = LISTS.get(message.method);
  if (list !== undefined) return await lists(gate, asked, list);
  const routed = route(message, gate.reachable(caller));
  return await one(gate, asked, arrival, routed.upstream, routed.request);
}

/** Every upstream that the caller may use anything of, so that it is known what they offer. */
async function connected(gate: Gate, { caller, session, message }: Asked): Promise<void> {
  const decision = decide(gate.roleOf(caller), operationOf(message.method, undefined, undefined));
  if (!decision.allowed) throw forbidden(decision.missing);
  const missing = [...gate.reachable(caller)].filter((name) => !session.answers.has(name));
  if (missing.length > 0) await openAll(gate, session, missing, decision.grant);
}

async function one(
  gate: Gate,
  asked: Asked,
  { headers }: StatelessArrival,
  upstream: string,
  request: Request,
): Promise<Told> {
  const { name, arguments: args } = request.params ?? {};
  if (headers !== undefined && request.method === 'tools/call' && typeof name === 'string') {
    const declared = gate.current.upstreams.get(upstream)?.toolHeaders.of(name);
    if (declared !== undefined) checkParamHeaders(headers, declared, isObject(args) ? args : undefined);
  }
  return await single(gate, asked, upstream, request);
}

/** The HTTP status of an answer: most errors are an answer like any other (HTTP-26, HTTP-59). */
function statusOf(response: Response): number {
  if (!isFailure(response)) return 200;
  const { code } = response.error;
  if (code === -32601) return 404;
  return code === -32020 || code === -32021 || code === -32022 ? 400 : 200;
}

/**
 * Takes a stateless client's notification. Cancelling has its own way on each transport, so what is left are those of
 * extensions, for an upstream that the endpoint names.
 */
export async function notifiedModern(gate: Gate, origin: Origin, message: Notification): Promise<void> {
  const { caller, remote, scope } = origin;
  const { method, params } = message;
  const decision = decide(gate.roleOf(caller), operationOf(method, params, scope));
  if (!decision.allowed) throw forbidden(decision.missing);
  if (scope === undefined || UNSAID.has(method)) return;
  const envelope = envelopeOf(message);
  checkVersion(envelope);
  const session = await sessionOf(gate, origin, envelope);
  await gate.recorder.asked({ caller, remote, session, upstream: scope }, method, 'to_upstream');
  const link = await session.link(scope, decision.grant);
  await link.notify(message);
}

/** What stateless upstreams are not told. */
const UNSAID: ReadonlySet<string> = new Set([
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
]);
