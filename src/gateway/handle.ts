import { MerlonError } from '../kernel/errors.ts';
import { failure, isFailure, isObject, type JsonObject, type Request, type Response } from '../kernel/jsonrpc.ts';
import type { Caller } from '../identity/caller.ts';
import { decide, type Grant, listedOperation, operationOf, type Role } from '../policy/decide.ts';
import { LISTS, publish } from './aggregate.ts';
import type { Flights } from './flights.ts';
import type { Link } from './link.ts';
import type { Intent, Recorder } from './record.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';

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
 * The gateway's data path, per request: may they, who is there, write ahead, send, look at what came back, record,
 * release. An error before the intent is a refusal (nothing was sent) and is thrown; one after it becomes the recorded
 * outcome and the reply, because the tool may have run.
 * @param opening the link that this call initializes; default: the session's own
 */
export async function handle(gate: Pipeline, call: Call, opening?: Link): Promise<Released> {
  let intent: Intent | undefined;
  try {
    const grant = authorize(gate, call);
    let link = opening ?? (await gate.connect(call, grant));
    intent = await gate.recorder.intent(call, grant);
    // Ended, or replaced by another configuration, while the intent was written.
    if (link.closed && opening === undefined) link = await gate.connect(call, grant);
    refuseAbandoned(call);
    const reply = await forward(gate, link, grant, intent, call);
    const released = release(gate, call, reply);
    await gate.recorder.outcome(intent, statusOf(released.response), released.json.length);
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

/** May they? The one decision; a list's entries ask the same question in {@link permitted}. */
function authorize(gate: Pipeline, call: Call): Grant {
  const { method, params } = call.request;
  const decision = decide(gate.roleOf(call.caller), operationOf(method, params, call.upstream));
  if (decision.allowed) return decision.grant;
  throw forbidden(decision.missing);
}

/** The refusal that names what is missing, and nothing else about what exists. */
export function forbidden(missing: string): MerlonError {
  return new MerlonError('FORBIDDEN', `This needs the permission ${missing}.`, { data: { missing } });
}

/** A client that left while nothing was in flight yet could not cancel: what nobody waits for is not sent. */
function refuseAbandoned({ session, reply }: Call): void {
  if (session.ended || reply?.gone === true) throw new MerlonError('CANCELLED', 'The client is gone.');
}

/** Sends it. Takes the grant and the intent: nothing leaves undecided or unrecorded. */
async function forward(gate: Pipeline, link: Link, _grant: Grant, _intent: Intent, call: Call): Promise<Response> {
  const { session, request, upstream, reply } = call;
  const flight = link.request(request, (message) => {
    landed.extend();
    session.pass(upstream, link, message, reply).catch(() => {});
  });
  const landed = gate.flights.start(session, request.id, flight, gate.timeoutOf(upstream), upstream);
  try {
    return await flight.reply;
  } finally {
    landed.done();
  }
}

/** What may come back: only entries that the caller may use, under public names, without the gateway's secrets. */
function release(gate: Pipeline, call: Call, reply: Response): Released {
  const response = isFailure(reply) ? reply : { ...reply, result: present(gate, call, reply.result) };
  const json = JSON.stringify(response);
  const hidden = gate.hide(json);
  return hidden === json ? new Released(response, json) : new Released(JSON.parse(hidden), hidden);
}

function present(gate: Pipeline, call: Call, result: JsonObject): JsonObject {
  const { method } = call.request;
  const list = LISTS[method];
  const visible = list === undefined ? result : permitted(gate.roleOf(call.caller), call.upstream, list, result);
  return call.session.scope === undefined ? publish(method, call.upstream, visible) : visible;
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

/** A list cut down to what the role may use: an entry is visible exactly when using it would be allowed. */
function permitted(role: Role | undefined, upstream: string, list: string, result: JsonObject): JsonObject {
  const entries = result[list];
  if (!isListed(list) || !Array.isArray(entries)) return result;
  const { kind, key } = LISTED[list];
  const visible = entries.filter((entry) => {
    const operation = isObject(entry) ? listedOperation(kind, upstream, entry[key]) : undefined;
    return operation !== undefined && decide(role, operation).allowed;
  });
  return { ...result, [list]: visible };
}

function statusOf(response: Response): 'ok' | 'error' | 'tool_error' {
  if (isFailure(response)) return 'error';
  return response.result['isError'] === true ? 'tool_error' : 'ok';
}

function outcomeOf(error: MerlonError): 'error' | 'cancelled' | 'timeout' | 'withheld' {
  if (error.code === 'CANCELLED') return 'cancelled';
  if (error.code === 'UPSTREAM_TIMEOUT') return 'timeout';
  return error.code === 'UPSTREAM_INVALID' || error.code === 'RPC_TOO_DEEP' ? 'withheld' : 'error';
}
