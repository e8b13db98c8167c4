import { MerlonError } from '../kernel/errors.ts';
import {
  failure,
  type Id,
  isFailure,
  isObject,
  type JsonObject,
  type Request,
  type Response,
  success,
} from '../kernel/jsonrpc.ts';
import type { Caller } from '../identity/caller.ts';
import { decide, type Grant, operationOf, type Role } from '../policy/decide.ts';
import type { Flights, Landing } from './flights.ts';
import { CACHEABLE, LISTEN } from './era.ts';
import type { Announcement, Link } from './link.ts';
import { isAsking, present, questionsIn } from './present.ts';
import type { Intent, Recorder, UnderTask } from './record.ts';
import type { Reply } from './reply.ts';
import type { CacheKey, ResultCache } from './result-cache.ts';
import type { Session } from './session.ts';
import { ownerOf, type TaskOwners } from './task-owners.ts';
import type { Question } from './tasks/ask-person.ts';
import { isPermit, type Permit, permitCall } from './tasks/permit.ts';
import type { TaskGate } from './tasks/task-gate.ts';
import { toldBy } from './tasks/told.ts';

/** One request of a client on its way to one upstream. */
export interface Call {
  readonly caller: Caller;
  /** Address that the request came from. */
  readonly remote: string;
  readonly session: Session;
  readonly upstream: string;
  /** As the upstream will see it, under the client's id. */
  readonly request: Request;
  /** The response that the client waits on; undefined where the gateway itself asks. */
  readonly reply: Reply | undefined;
  /** Longest time without a sign of life, ms. Default: the upstream's. */
  readonly timeoutMs?: number | undefined;
  /** What a call of a stateless client brings along. */
  readonly stateless?: Stateless | undefined;
}

/** What only calls of the modern era have. */
export interface Stateless {
  /** Names the call within its session: stateless clients choose their ids without knowing of each other. */
  readonly flight: Id;
  readonly capabilities: JsonObject;
  /** The client's `Mcp-Param-*` headers, as raw pairs. */
  readonly forwarded: readonly string[] | undefined;
  /**
   * Seals an upstream's `requestState`, so that it comes back from this caller, for this request, once.
   * @param permitted what was permitted, for the request that comes back: {@link Permit.mark}
   */
  seal(state: string, permitted: string): string;
  /** Seals that an approval was asked for, in the same way. */
  sealApproval(id: string): string;
  /** The approval that the client was asked for before, where this is its answer. */
  readonly approval: string | undefined;
  /** What the client answered to the questions it was asked. */
  readonly answers: JsonObject | undefined;
  /** What was permitted when the upstream asked, where this is the client's answer to it. */
  readonly continued: string | undefined;
  /** Takes what arrives before the reply in the client's place. */
  readonly hear?: (message: Announcement) => void;
}

/** What the pipeline needs of the gateway around it. */
export interface Pipeline {
  roleOf(caller: Caller): Role | undefined;
  /** The link that a call travels on; opening one takes the grant. */
  connect(call: Call, grant: Grant): Promise<Link>;
  readonly recorder: Recorder;
  readonly flights: Flights;
  /** How long an upstream may take, ms. */
  timeoutOf(upstream: string): number;
  /** What bounds calls beside roles; undefined where nothing does. */
  readonly tasks: TaskGate | undefined;
  /** Takes note of a page of an upstream's `tools/list`; `isFirst`: of its first. */
  learnTools(upstream: string, result: JsonObject, isFirst: boolean): Promise<void>;
  readonly taskOwners: TaskOwners;
  /** Results of modern upstreams that are still good. */
  readonly cache: ResultCache;
  /** Masks the gateway's own secrets in text that leaves it. */
  hide(text: string): string;
  /** An error nobody foresaw fails closed: it is logged, and shows nothing of itself but the id to find it by. */
  known(error: unknown): MerlonError;
}

/** A reply that may leave once its outcome is recorded. Only {@link handle} hands one out. */
class Released {
  readonly #released = true;
  readonly response: Response;
  /** `response` as JSON text. */
  readonly json: string;

  constructor(response: Response, json: string) {
    this.response = response;
    this.json = json;
  }

  static isReleased(value: unknown): value is Released {
    return typeof value === 'object' && value !== null && #released in value && value.#released;
  }
}
export type { Released };

/**
 * The gateway's data path, per request: may they, may their task do just this, who is there, write ahead, send, look at
 * what came back, record, release. An error before the intent is a refusal (nothing was sent) and is thrown; one after it becomes the recorded
 * outcome and the reply, because the tool may have run.
 * @param opening the link that this call initializes; default: the session's own
 */
export async function handle(gate: Pipeline, call: Call, opening?: Link): Promise<Released> {
  let intent: Intent | undefined;
  try {
    const grant = authorize(gate, call);
    const permit = await permitCall(gate, call, grant);
    if (!isPermit(permit)) return await askFirst(gate, call, permit);
    let link = opening ?? (await gate.connect(call, grant));
    intent = await gate.recorder.intent(call, grant, underOf(gate, permit));
    await permit.charged;
    // Ended, or replaced by another configuration, while the intent was written.
    if (link.closed && opening === undefined) link = await gate.connect(call, grant);
    refuseAbandoned(call);
    const reply = remembered(gate, call) ?? (await forward(gate, link, grant, permit, intent, call));
    await learn(gate, call, permit, reply);
    const released = release(gate, call, permit, reply);
    for (const method of questionsIn(call, released.response)) await gate.recorder.asked(call, method, 'to_client');
    await gate.recorder.outcome(intent, statusOf(call, released.response), released.json.length);
    return released;
  } catch (error) {
    const known = gate.known(error);
    if (intent === undefined) throw known;
    await gate.recorder.outcome(intent, outcomeOf(known), 0, known.code);
    if (known.code === 'CANCELLED' || known.code === 'AUDIT_UNAVAILABLE') throw known;
    const response = failure(call.request.id, known);
    return new Released(response, JSON.stringify(response));
  }
}

/** May they? The one decision; a list's entries ask the same question in {@link present}. */
function authorize(gate: Pipeline, call: Call): Grant {
  const { method, params } = call.request;
  const decision = decide(gate.roleOf(call.caller), operationOf(method, params, call.upstream));
  if (!decision.allowed) throw forbidden(decision.missing);
  gate.taskOwners.check(call.upstream, ownerOf(call.caller), call.request);
  return decision.grant;
}

/**
 * The refusal that names what is missing, and nothing else about what exists. Where one request needs several
 * permissions, all that are missing go in, so that a client can ask for them at once (AUTHZ-57, AUTHZ-58). A client adds
 * them to what it has and keeps them: for one task alone this is no way to hand out anything.
 */
export function forbidden(...missing: readonly [string, ...string[]]): MerlonError {
  const what = missing.length === 1 ? `the permission ${missing[0]}` : `the permissions ${missing.join(', ')}`;
  const data = { missing: missing.length === 1 ? missing[0] : missing };
  return new MerlonError('FORBIDDEN', `This needs ${what}.`, { data });
}

/** The permissions that a refusal names. */
export function missingIn(error: MerlonError): readonly string[] {
  return [error.data?.['missing']].flat().filter((one) => typeof one === 'string');
}

/** A client that left while nothing was in flight yet could not cancel: what nobody waits for is not sent. */
function refuseAbandoned({ session, reply }: Call): void {
  if (session.ended || reply?.gone === true) throw new MerlonError('CANCELLED', 'The client is gone.');
}

function underOf({ tasks }: Pipeline, { task }: Permit): UnderTask {
  return task === undefined || tasks === undefined ? {} : { task, exposed: tasks.tasks.exposed(task) };
}

/** Asks the client what a person has to say before the call may leave; the call comes back with the answer. */
async function askFirst(gate: Pipeline, call: Call, { result }: Question): Promise<Released> {
  const response = success(call.request.id, result);
  for (const method of questionsIn(call, response)) await gate.recorder.asked(call, method, 'to_client');
  return new Released(response, JSON.stringify(response));
}

/** Sends it. Takes grant, permit and intent: nothing leaves undecided or unrecorded. */
async function forward(
  gate: Pipeline,
  link: Link,
  _grant: Grant,
  _permit: Permit,
  _intent: Intent,
  call: Call,
): Promise<Response> {
  const { session, request, upstream, reply, stateless } = call;
  let landed: Landing | undefined;
  const hear = (message: Announcement): void => {
    landed?.extend();
    if (stateless?.hear !== undefined) stateless.hear(message);
    else session.pass(upstream, link, message, reply).catch(() => {});
  };
  const flight = link.request(request, hear, {
    forwarded: stateless?.forwarded,
    opened: (retryMs) => reply?.start(retryMs),
    paused: () => reply?.pause?.(),
  });
  // A subscription has no end of its own.
  const timeoutMs = request.method === LISTEN ? Number.POSITIVE_INFINITY : (call.timeoutMs ?? gate.timeoutOf(upstream));
  landed = gate.flights.start(session, stateless?.flight ?? request.id, flight, timeoutMs, upstream);
  try {
    const answered = await flight.reply;
    if (mayBeRemembered(call) && !isFailure(answered)) gate.cache.put(cacheKeyOf(call), answered.result);
    return answered;
  } finally {
    landed.done();
  }
}

/** A result that the upstream itself said is still good. Judged, recorded and released like any other. */
function remembered(gate: Pipeline, call: Call): Response | undefined {
  if (!mayBeRemembered(call)) return undefined;
  const result = gate.cache.get(cacheKeyOf(call));
  return result === undefined ? undefined : success(call.request.id, result);
}

/** The cheap question first: most calls are calls of tools, and their results are never kept. */
function mayBeRemembered({ session, request }: Call): boolean {
  return session.era === 'modern' && CACHEABLE.has(request.method);
}

function cacheKeyOf({ upstream, caller: { principal, credential }, request }: Call): CacheKey {
  return { upstream, principal, credential, request };
}

/** What may come back: only entries that the caller may use, under public names, without the gateway's secrets. */
function release(gate: Pipeline, call: Call, permit: Permit, reply: Response): Released {
  const response = isFailure(reply) ? reply : { ...reply, result: present(gate, call, permit, reply.result) };
  const json = JSON.stringify(response);
  const hidden = gate.hide(json);
  return hidden === json ? new Released(response, json) : new Released(JSON.parse(hidden), hidden);
}

/** What tools there are, and what a task has seen: later decisions depend on both. */
async function learn(gate: Pipeline, { request, upstream }: Call, permit: Permit, reply: Response): Promise<void> {
  const { method, params } = request;
  if (method === 'tools/list' && !isFailure(reply))
    await gate.learnTools(upstream, reply.result, params?.['cursor'] === undefined);
  const { task, profile } = permit;
  if (task === undefined || gate.tasks === undefined) return;
  const told = toldBy(method, reply);
  // Of a tool that is trusted, that it failed says nothing new.
  if (told === undefined || (isFailure(reply) && profile?.output === 'trusted')) return;
  const args = params?.['arguments'];
  await gate.tasks.tasks.learn(task, profile, isObject(args) ? args : {}, told);
}

function statusOf(call: Call, response: Response): 'ok' | 'error' | 'tool_error' | 'input_required' {
  if (isFailure(response)) return 'error';
  if (isAsking(call, response.result)) return 'input_required';
  return response.result['isError'] === true ? 'tool_error' : 'ok';
}

function outcomeOf(error: MerlonError): 'error' | 'cancelled' | 'timeout' | 'withheld' {
  if (error.code === 'CANCELLED' || error.code === 'TASK_OVER') return 'cancelled';
  if (error.code === 'UPSTREAM_TIMEOUT') return 'timeout';
  return error.code === 'UPSTREAM_INVALID' || error.code === 'RPC_TOO_DEEP' ? 'withheld' : 'error';
}
