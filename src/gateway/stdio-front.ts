import type { Readable, Writable } from 'node:stream';
import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import {
  failure,
  isRequest,
  isResponse,
  type Message,
  type Notification,
  parseJson,
  type Request,
  toMessage,
} from '../kernel/jsonrpc.ts';
import { createAtWork } from './at-work.ts';
import { eraOf, LISTEN } from './era.ts';
import { cancelledId, type Gate } from './gate.ts';
import { createLineReader, type LineFault } from './lines.ts';
import { createLineWriter } from './line-writer.ts';
import { StdioReply } from './reply-stdio.ts';
import { answered, type Arrival, notified, requested } from './serve-session.ts';
import { notifiedModern, requestedModern } from './serve-stateless.ts';
import type { Session } from './session.ts';
import { stdioWire } from './stdio-wire.ts';
import { checkReach, recorded, whoAsks } from './who-asks.ts';

/** One client at the other end of a pair of streams, and the gateway that it is served by. */
export interface StdioFront {
  /** Serves no other client over stdio. */
  readonly gate: Gate;
  /** The upstream that the client gets; undefined for all of them. */
  readonly scope: string | undefined;
  /** Who the client is. Asked for every message, so that a credential that counts no more stops at once. */
  readonly caller: () => Promise<Caller> | Caller;
  readonly input: Readable;
  readonly output: Writable;
  /** Longest message that is taken, in bytes. */
  readonly maxLineBytes: number;
}

/** One line of the client. */
interface Visit {
  /** What it says, or why it says nothing. */
  readonly said: Message | MerlonError;
  readonly reply: StdioReply;
  caller: Caller | undefined;
}

/** Where a pipe comes from, for the record. */
const REMOTE = 'stdio';
/** Time for what is in flight when the input ends, ms. A client waits about 2 s for an end (STDIO-12, STDIO-13). */
const LAST_WORDS_MS = 1_000;
/** Time for sessions and children to end, ms; what is left then is left to the end of the gate. */
const ENDING_MS = 5_000;

/**
 * Serves MCP over stdio: until the input ends (then what is in flight gets a second), is destroyed, or the client is
 * gone. Resolves when its sessions and all that they started are ended, and what was written has left.
 */
export async function serveStdio(front: StdioFront): Promise<void> {
  const { gate, input, output, scope, maxLineBytes } = front;
  const ended = Promise.withResolvers<Ending>();
  const writer = createLineWriter(output, (cause) => ended.resolve({ cause, inFlight: 'is cut off' }));
  const atWork = createAtWork();
  let sessionId: string | undefined;
  /** The last `initialize`: what came after it waits for it, so that a client may send ahead. */
  let opening: Promise<void> | undefined;

  const session = (): Session | undefined => (sessionId === undefined ? undefined : gate.sessions.get(sessionId));

  function parse(line: string): Message | MerlonError {
    try {
      return toMessage(parseJson(line));
    } catch (error) {
      return gate.known(error);
    }
  }

  function take(line: string): void {
    const said = parse(line);
    const cancellation = cancellationOf(said);
    if (cancellation === undefined) return void work(said, line.length);
    const id = cancelledId(cancellation.params);
    const reply = id === undefined ? undefined : atWork.find(id);
    // Late cancellations and those of nothing mean nothing (CANC-22 to CANC-24).
    if (id === undefined || reply === undefined) return;
    session()?.cancel(id, 'The client cancelled the request.');
    reply.abandon();
  }

  /** One line from its arrival to its end. Never rejects. */
  async function work(said: Message | MerlonError, size: number): Promise<void> {
    const request = requestOf(said);
    const visit: Visit = { said, reply: new StdioReply(writer, farewellOf(request)), caller: undefined };
    const entered = atWork.enter(request, visit.reply, size);
    const served = serve(visit, entered.refusal, opening).catch((error: unknown) => refuse(gate.known(error), visit));
    if (request?.method === 'initialize') opening = served;
    await served;
    entered.leave();
  }

  async function serve(visit: Visit, refusal: MerlonError | undefined, before: Promise<void> | undefined) {
    const { said, reply } = visit;
    if (gate.draining) throw new MerlonError('SHUTTING_DOWN', 'The gateway is stopping.');
    if (refusal !== undefined) throw refusal;
    // An answer was asked for, and there are no more of them than questions.
    const isAnswer = !(said instanceof MerlonError) && isResponse(said);
    const caller = await whoAsks(gate, front.caller, REMOTE, isAnswer ? undefined : gate.current.mcpLimiter);
    visit.caller = caller;
    if (said instanceof MerlonError) throw said;
    checkReach(gate, caller, scope);
    await before;
    if (isResponse(said)) return await answered(gate, gate.findSession(sessionId, caller, REMOTE, scope), said);
    if (reply.gone) throw new MerlonError('CANCELLED', 'The client waits no more.');
    if (isRequest(said)) return await ask(said, reply, caller);
    if (eraOf(said, undefined) === 'modern') await notifiedModern(gate, { caller, remote: REMOTE, scope }, said);
    else await notified(gate, gate.findSession(sessionId, caller, REMOTE, scope), said);
  }

  /** One request, in the era that it speaks: what is stateless in the body is so over stdio too, without headers. */
  async function ask(message: Request, reply: StdioReply, caller: Caller): Promise<void> {
    const onGone = (run: () => void): void => reply.onGone(run);
    const arrival = { message, reply, caller, remote: REMOTE, scope, onGone };
    const isModern = eraOf(message, undefined) === 'modern';
    if (isModern) await requestedModern(gate, { ...arrival, headers: undefined, mayStay: staying(caller) });
    else if (message.method === 'initialize') await initialize(arrival);
    else await requested(gate, { ...arrival, sessionId });
  }

  /** Whether whoever listens may still do so. */
  const staying =
    ({ principal, role }: Caller) =>
    async (): Promise<boolean> => {
      const now = await front.caller();
      return now.principal === principal && now.role === role;
    };

  /** Opens the client's session in place of the one before, and listens in it: what HTTP does with a GET. */
  async function initialize(arrival: Omit<Arrival, 'sessionId'>): Promise<void> {
    await session()?.end('initialized anew');
    sessionId = undefined;
    await requested(gate, { ...arrival, sessionId: undefined });
    sessionId = arrival.reply.sessionId;
    session()?.attach(stdioWire(writer), undefined, staying(arrival.caller));
  }

  /** Writes a refusal down and says it where an answer is due: to a request, and to what could not be read. */
  async function refuse(error: MerlonError, { said, reply, caller }: Visit): Promise<void> {
    const asked = requestOf(said);
    const known = await recorded(gate, { caller, remote: REMOTE, request: asked, upstream: scope }, error);
    if (known.code === 'CANCELLED') return reply.end();
    if (asked !== undefined) reply.reply(JSON.stringify(failure(asked.id, known)));
    else if (said instanceof MerlonError) reply.reply(JSON.stringify(failure(null, known)));
  }

  const onFault = (fault: LineFault): void => void work(faultOf(fault, maxLineBytes), 0);
  const lines = createLineReader({ maxBytes: maxLineBytes, strict: true, onLine: take, onFault });
  const read = (chunk: Buffer): void => void lines.push(chunk);
  input.on('data', read);
  input.on('end', () => ended.resolve({ cause: 'the input ended', inFlight: 'finishes' }));
  input.on('error', () => ended.resolve({ cause: 'the input broke', inFlight: 'is cut off' }));
  input.on('close', () => ended.resolve({ cause: 'stopped', inFlight: 'is cut off' }));

  const { cause, inFlight } = await ended.promise;
  input.off('data', read);
  atWork.end(LISTEN);
  if (inFlight === 'finishes') await atMost(gate, LAST_WORDS_MS, atWork.idle());
  atWork.end();
  const endSessions = async (): Promise<void> => {
    const open = [...gate.sessions.values()].filter(({ remote }) => remote === REMOTE);
    await Promise.all(open.map((one) => one.end(cause)));
    await atWork.idle();
    // One that was just being opened when the end came.
    await session()?.end(cause);
  };
  await atMost(gate, ENDING_MS, endSessions());
  await atMost(gate, LAST_WORDS_MS, writer.flushed());
}

interface Ending {
  readonly cause: string;
  readonly inFlight: 'finishes' | 'is cut off';
}

function faultOf(fault: LineFault, maxBytes: number): MerlonError {
  return fault === 'too-long'
    ? new MerlonError('BODY_TOO_LARGE', `The line has more than ${maxBytes} bytes.`)
    : new MerlonError('RPC_PARSE', 'The line is not valid UTF-8.');
}

/** Who ends a subscription says so, where it has no stream of its own to close (CANC-02). */
function farewellOf(request: Request | undefined): string | undefined {
  if (request?.method !== LISTEN) return undefined;
  const params = { requestId: request.id, reason: 'The subscription ended.' };
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
}

function requestOf(said: Message | MerlonError): Request | undefined {
  return !(said instanceof MerlonError) && isRequest(said) ? said : undefined;
}

function cancellationOf(said: Message | MerlonError): Notification | undefined {
  if (said instanceof MerlonError || isResponse(said) || isRequest(said)) return undefined;
  return said.method === 'notifications/cancelled' ? said : undefined;
}

async function atMost({ clock }: Gate, ms: number, what: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  await Promise.race([what, promise]);
  cancel();
}
