import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../identity/caller.ts';
import { challenge } from '../identity/challenge.ts';
import { MerlonError } from '../kernel/errors.ts';
import {
  failure,
  type Id,
  isRequest,
  isResponse,
  type Message,
  type Notification,
  parseJson,
  type Request,
  type Response,
  toMessage,
} from '../kernel/jsonrpc.ts';
import type { RateLimit } from '../policy/rate-limit.ts';
import { eraOf } from './era.ts';
import type { Gate } from './gate.ts';
import { readMirrored } from './mirrored-headers.ts';
import { readBody } from './read-body.ts';
import type { Refused } from './record.ts';
import { HttpReply } from './reply-http.ts';
import { notified, requested } from './serve-session.ts';
import { notifiedModern, requestedModern } from './serve-stateless.ts';
import type { Session } from './session.ts';

/** One HTTP request at an MCP endpoint, from a caller who is known. */
interface Visit {
  readonly gate: Gate;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The upstream of `/mcp/NAME`; undefined for all of them. */
  readonly scope: string | undefined;
  readonly caller: Caller;
  readonly remote: string;
  /** The request to answer, once it is known. */
  request: Request | undefined;
}

/** The MCP endpoints: `/mcp` for all upstreams, `/mcp/NAME` for one. Anything else is none. */
export function scopeOf(path: string): { readonly scope: string | undefined } | undefined {
  if (path === '/mcp') return { scope: undefined };
  const name = path.startsWith('/mcp/') ? path.slice(5) : '';
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) ? { scope: name } : undefined;
}

/** Serves one HTTP request to an MCP endpoint (MCP 2025-11-25, "Streamable HTTP"). Never rejects. */
export async function serveMcp(
  gate: Gate,
  req: IncomingMessage,
  res: ServerResponse,
  scope: string | undefined,
): Promise<void> {
  const remote = req.socket.remoteAddress ?? 'unknown';
  let visit: Visit | undefined;
  try {
    if (gate.draining) throw new MerlonError('SHUTTING_DOWN', 'The gateway is stopping.');
    const caller = await identify(gate, req, remote, gate.current.mcpLimiter);
    visit = { gate, req, res, scope, caller, remote, request: undefined };
    if (scope !== undefined && !gate.reachable(caller).has(scope)) throw unreachable(gate, caller);
    await serve(visit);
  } catch (error) {
    const refusal = await recorded(gate, visit ?? { remote }, gate.known(error));
    refuse(res, refusal, visit?.request?.id ?? null);
  }
}

/** Writes a refusal down; one that cannot be written is answered as the closed gate that it is. */
export async function recorded(gate: Gate, who: Refused, error: MerlonError): Promise<MerlonError> {
  // Nobody refused anything: the client left.
  if (error.code === 'CANCELLED') return error;
  try {
    await gate.recorder.refused(who, error);
    return error;
  } catch (failed) {
    return gate.known(failed);
  }
}

async function serve(visit: Visit): Promise<void> {
  const { method } = visit.req;
  if (method === 'POST') return await post(visit);
  if (method === 'GET') return get(visit);
  if (method === 'DELETE') return await remove(visit);
  throw new MerlonError('METHOD_NOT_ALLOWED', 'MCP uses POST, GET and DELETE.');
}

/**
 * Who is asking, and may they ask this often? Failed sign-ins count against the address they come from.
 * @throws MerlonError AUTH_REQUIRED, AUTH_INVALID, RATE_LIMITED
 */
export async function identify(
  gate: Gate,
  req: IncomingMessage,
  remote: string,
  limiter: RateLimit | undefined,
): Promise<Caller> {
  let caller: Caller;
  try {
    const found = gate.current.authenticate(authorizationOf(req), remote);
    caller = found instanceof Promise ? await found : found;
  } catch (error) {
    throw strangerRefused(gate, remote, error);
  }
  throttle(limiter, caller.principal, gate.clock.now());
  return caller;
}

/** Why a stranger is turned away: the sign-in failed, or too many of them did from there. */
function strangerRefused(gate: Gate, remote: string, error: unknown): MerlonError {
  try {
    throttle(gate.current.limiter, `address ${remote}`, gate.clock.now());
    return gate.known(error);
  } catch (limited) {
    return gate.known(limited);
  }
}

/** All Authorization headers: node:http shows only the first of several, and which one counts must not be a guess. */
function authorizationOf({ rawHeaders }: IncomingMessage): string | readonly string[] | undefined {
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length !== 13 || name.toLowerCase() !== 'authorization') continue;
    if (found !== undefined) return ['', ''];
    found = rawHeaders[at + 1];
  }
  return found;
}

/** @throws MerlonError RATE_LIMITED with the time to wait in `data.retryAfterMs` */
export function throttle(limiter: RateLimit | undefined, key: string, now: number): void {
  const answer = limiter?.take(key, now);
  if (answer === undefined || answer.allowed) return;
  const { retryAfterMs } = answer;
  throw new MerlonError('RATE_LIMITED', 'Too many requests.', { data: { retryAfterMs } });
}

async function post(visit: Visit): Promise<void> {
  const { gate, req, res, scope, caller, remote } = visit;
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw new MerlonError('MEDIA_TYPE', 'The body must be JSON.');
  }
  const acceptsStream = accepts(req, 'text/event-stream');
  if (!acceptsStream && !accepts(req, 'application/json')) {
    throw new MerlonError('NOT_ACCEPTABLE', 'The client accepts neither JSON nor an event stream.');
  }
  const message = parse(await readBody(req, gate.current.limits.maxBodyBytes));
  const sessionId = sessionIdOf(req);
  if (!isResponse(message) && eraOf(message, versionHeaderOf(req)) === 'modern')
    return await postModern(visit, message);
  if (isRequest(message)) {
    visit.request = message;
    const reply = new HttpReply(res, acceptsStream);
    const onGone = (run: () => void): void => void res.once('close', run);
    return await requested(gate, { message, reply, caller, remote, scope, sessionId, onGone });
  }
  const session = gate.findSession(sessionId, caller, remote, scope);
  if (isResponse(message)) await answered(visit, session, message);
  else await notified(gate, session, message);
  res.writeHead(202).end();
}

/** A message of 2026-07-28: no session, and headers that say what the body says. */
async function postModern(visit: Visit, message: Request | Notification): Promise<void> {
  const { gate, req, res, scope, caller, remote } = visit;
  const headers = readMirrored(req.rawHeaders);
  if (!isRequest(message)) {
    await notifiedModern(gate, { caller, remote, scope }, message);
    return void res.writeHead(202).end();
  }
  visit.request = message;
  const reply = new HttpReply(res, accepts(req, 'text/event-stream'));
  const onGone = (run: () => void): void => void res.once('close', run);
  await requestedModern(gate, { message, reply, caller, remote, scope, headers, onGone, mayStay: stays(visit) });
}

/** Whether the credential that opened a long answer still counts: a key may be revoked meanwhile. */
function stays({ gate, req, caller, remote }: Visit): () => Promise<boolean> {
  const authorization = authorizationOf(req);
  return async () => (await gate.current.authenticate(authorization, remote)).principal === caller.principal;
}

async function answered({ gate, caller, remote }: Visit, session: Session, message: Response): Promise<void> {
  const known = await session.answer(message, (upstream, method) =>
    gate.recorder.asked({ caller, remote, session, upstream }, method, 'to_upstream'),
  );
  if (!known) throw new MerlonError('RPC_INVALID', 'Nobody waits for this response.');
}

function parse(body: Buffer): Message {
  if (!isUtf8(body)) throw new MerlonError('RPC_PARSE', 'The body is not valid UTF-8.');
  return toMessage(parseJson(body.toString('utf8')));
}

/** The session's own stream, for what upstreams say of their own accord. */
function get(visit: Visit): void {
  const { gate, req, res, scope, caller, remote } = visit;
  if (!accepts(req, 'text/event-stream')) throw new MerlonError('NOT_ACCEPTABLE', 'This is an event stream.');
  const session = gate.findSession(sessionIdOf(req), caller, remote, scope);
  // Its end is past already, so nothing below would ever be released.
  if (res.destroyed) throw new MerlonError('CANCELLED', 'The client is gone.');
  const release = gate.takeStream(caller.principal);
  const stream = new HttpReply(res, true);
  stream.sessionId = session.id;
  res.once('close', () => {
    release();
    session.detach(stream);
    session.lastUsed = gate.clock.now();
  });
  session.attach(stream, stays(visit));
}

async function remove({ gate, req, res, scope, caller, remote }: Visit): Promise<void> {
  const session = gate.findSession(sessionIdOf(req), caller, remote, scope);
  res.writeHead(204).end();
  await session.end('deleted by the client');
}

function versionHeaderOf(req: IncomingMessage): string | undefined {
  const version = req.headers['mcp-protocol-version'];
  return typeof version === 'string' ? version.trim() : undefined;
}

function sessionIdOf(req: IncomingMessage): string | undefined {
  const id = req.headers['mcp-session-id'];
  return typeof id === 'string' ? id : undefined;
}

function accepts(req: IncomingMessage, type: string): boolean {
  const { accept } = req.headers;
  return accept === undefined || accept.includes(type) || accept.includes('*/*');
}

/** Whether it does not exist or is not for this caller is not said. */
function unreachable(gate: Gate, caller: Caller): MerlonError {
  return gate.roleOf(caller) === undefined
    ? new MerlonError('FORBIDDEN', 'Your credential carries no role.')
    : new MerlonError('NOT_FOUND', 'There is no such upstream.');
}

/** Answers a request that was not sent anywhere. */
function refuse(res: ServerResponse, error: MerlonError, id: Id | null): void {
  if (res.destroyed || res.writableEnded) return;
  if (res.headersSent) return void res.end();
  const json = JSON.stringify(failure(id, error));
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
  res.writeHead(error.http, { ...refusalHeaders(error), ...headers });
  res.end(json);
}

/** The headers that HTTP asks for with a refusal: a challenge (RFC 6750), when to come back (RFC 9110). */
export function refusalHeaders(error: MerlonError): Record<string, string> {
  const retry = error.data?.['retryAfterMs'];
  if (typeof retry === 'number') return { 'retry-after': String(Math.max(1, Math.ceil(retry / 1000))) };
  const missing = error.data?.['missing'];
  if (error.code === 'FORBIDDEN') {
    return { 'www-authenticate': challenge(error, typeof missing === 'string' ? { scope: missing } : {}) };
  }
  return error.http === 401 ? { 'www-authenticate': challenge(error) } : {};
}
