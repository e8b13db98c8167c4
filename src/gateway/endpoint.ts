import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../identity/caller.ts';
import { challenge } from '../identity/challenge.ts';
import { MerlonError } from '../kernel/errors.ts';
import { failure, type Id, isRequest, isResponse, type Message, parseJson, toMessage } from '../kernel/jsonrpc.ts';
import type { RateLimit } from '../policy/rate-limit.ts';
import { asKnown } from './handle.ts';
import type { Gate } from './gate.ts';
import { readBody } from './read-body.ts';
import { ReplyStream } from './reply-stream.ts';
import { notified, requested } from './serve-session.ts';

/** The MCP endpoints: `/mcp` for all upstreams, `/mcp/NAME` for one. Anything else is none. */
export function scopeOf(path: string): { readonly scope: string | undefined } | undefined {
  if (path === '/mcp') return { scope: undefined };
  const name = path.startsWith('/mcp/') ? path.slice(5) : '';
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) ? { scope: name } : undefined;
}

/** Serves one HTTP request to an MCP endpoint (MCP 2025-11-25, "Streamable HTTP"). Never rejects. */
export async function serveMcp(gate: Gate, req: IncomingMessage, res: ServerResponse, scope: string | undefined): Promise<void> {
  const remote = req.socket.remoteAddress ?? 'unknown';
  const state: { caller?: Caller; id?: Id | null } = {};
  try {
    if (gate.draining) throw new MerlonError('SHUTTING_DOWN', 'The gateway is stopping.');
    state.caller = await identify(gate, req, remote, gate.current.mcpLimiter);
    if (scope !== undefined && !gate.reachable(state.caller).has(scope)) throw unreachable(gate, state.caller);
    if (req.method === 'POST') await post(gate, req, res, scope, state.caller, remote, state);
    else if (req.method === 'GET') get(gate, req, res, scope, state.caller, remote);
    else if (req.method === 'DELETE') await remove(gate, req, res, scope, state.caller, remote);
    else throw new MerlonError('METHOD_NOT_ALLOWED', 'MCP uses POST, GET and DELETE.');
  } catch (error) {
    refuse(gate, res, asKnown(error), state.id ?? null);
  }
}

/**
 * Who is asking, and may they ask this often? Failed sign-ins count against the address they come from.
 * @throws MerlonError AUTH_REQUIRED, AUTH_INVALID, RATE_LIMITED, all of them recorded
 */
export async function identify(
  gate: Gate,
  req: IncomingMessage,
  remote: string,
  limiter: RateLimit | undefined,
): Promise<Caller> {
  let caller: Caller | undefined;
  try {
    const found = gate.current.authenticate(req.headers.authorization, remote);
    caller = found instanceof Promise ? await found : found;
    throttle(limiter, caller.principal, gate.clock.now());
    return caller;
  } catch (error) {
    const known = asKnown(error);
    if (caller === undefined) throttle(gate.current.limiter, `address ${remote}`, gate.clock.now());
    await gate.recorder.refused({ remote, caller }, known);
    throw known;
  }
}

/** @throws MerlonError RATE_LIMITED with the time to wait in `data.retryAfterMs` */
export function throttle(limiter: RateLimit | undefined, key: string, now: number): void {
  const answer = limiter?.take(key, now);
  if (answer === undefined || answer.allowed) return;
  const { retryAfterMs } = answer;
  throw new MerlonError('RATE_LIMITED', 'Too many requests.', { data: { retryAfterMs } });
}

async function post(
  gate: Gate,
  req: IncomingMessage,
  res: ServerResponse,
  scope: string | undefined,
  caller: Caller,
  remote: string,
  state: { id?: Id | null },
): Promise<void> {
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw new MerlonError('MEDIA_TYPE', 'The body must be JSON.');
  }
  const acceptsStream = accepts(req, 'text/event-stream');
  if (!acceptsStream && !accepts(req, 'application/json')) {
    throw new MerlonError('NOT_ACCEPTABLE', 'The client accepts neither JSON nor an event stream.');
  }
  const message = parse(await readBody(req, gate.current.limits.maxBodyBytes));
  if (!isRequest(message)) {
    const session = gate.findSession(sessionIdOf(req), caller, remote, scope);
    if (isResponse(message)) await answered(gate, session, message, caller, remote);
    else await notified(gate, session, message, caller, remote);
    res.writeHead(202).end();
    return;
  }
  state.id = message.id;
  const reply = new ReplyStream(res, acceptsStream);
  await requested(gate, { message, reply, caller, remote, scope, sessionId: sessionIdOf(req), onGone: (run) => res.once('close', run) });
}

async function answered(gate: Gate, session: ReturnType<Gate['findSession']>, message: Parameters<typeof session.answer>[0], caller: Caller, remote: string): Promise<void> {
  const known = await session.answer(message, (upstream, method) =>
    gate.recorder.asked({ caller, remote, session, upstream }, method, 'to_upstream'),
  );
  if (!known) throw new MerlonError('RPC_INVALID', 'Nobody waits for this response.');
}

function parse(body: Buffer): Message {
  if (!isUtf8(body)) throw new MerlonError('RPC_PARSE', 'The body is not valid UTF-8.');
  return toMessage(parseJson(body.toString('utf8')));
}

function get(gate: Gate, req: IncomingMessage, res: ServerResponse, scope: string | undefined, caller: Caller, remote: string): void {
  if (!accepts(req, 'text/event-stream')) throw new MerlonError('NOT_ACCEPTABLE', 'This is an event stream.');
  const session = gate.findSession(sessionIdOf(req), caller, remote, scope);
  const release = gate.takeStream(caller.principal);
  const stream = new ReplyStream(res, true);
  stream.sessionId = session.id;
  res.once('close', () => {
    release();
    session.detach(stream);
    session.lastUsed = gate.clock.now();
  });
  session.attach(stream, caller.expiresAt);
}

async function remove(gate: Gate, req: IncomingMessage, res: ServerResponse, scope: string | undefined, caller: Caller, remote: string): Promise<void> {
  const session = gate.findSession(sessionIdOf(req), caller, remote, scope);
  res.writeHead(204).end();
  await session.end('deleted by the client');
}

function sessionIdOf(req: IncomingMessage): string | undefined {
  const id = req.headers['mcp-session-id'];
  return typeof id === 'string' ? id : undefined;
}

function accepts(req: IncomingMessage, type: string): boolean {
  const accept = req.headers.accept;
  return accept === undefined || accept.includes(type) || accept.includes('*/*');
}

/** Whether it does not exist or is not for this caller is not said. */
function unreachable(gate: Gate, caller: Caller): MerlonError {
  return gate.roleOf(caller) === undefined
    ? new MerlonError('FORBIDDEN', 'Your credential carries no role.', { data: { missing: 'a role' } })
    : new MerlonError('NOT_FOUND', 'There is no such upstream.');
}

/** Answers a request that was not sent anywhere. */
export function refuse(gate: Gate, res: ServerResponse, error: MerlonError, id: Id | null): void {
  if (error.code === 'INTERNAL') gate.log.error('request failed', { error: error.cause });
  if (res.destroyed || res.writableEnded) return;
  if (res.headersSent) return void res.end();
  const json = JSON.stringify(failure(id, error));
  res.writeHead(error.http, { ...refusalHeaders(error), 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  res.end(json);
}

/** The headers that HTTP asks for with a refusal: a challenge (RFC 6750), when to come back (RFC 9110). */
export function refusalHeaders(error: MerlonError): Record<string, string> {
  const retry = error.data?.['retryAfterMs'];
  if (typeof retry === 'number') return { 'retry-after': String(Math.max(1, Math.ceil(retry / 1000))) };
  const missing = error.data?.['missing'];
  if (error.code === 'FORBIDDEN') return { 'www-authenticate': challenge(error, typeof missing === 'string' ? { scope: missing } : {}) };
  return error.http === 401 ? { 'www-authenticate': challenge(error, {}) } : {};
}
