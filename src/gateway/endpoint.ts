import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../identity/caller.ts';
import { challenge } from '../identity/challenge.ts';
import { metadataUrl } from '../identity/protected-resource.ts';
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
  toMessage,
} from '../kernel/jsonrpc.ts';
import type { RateLimit } from '../policy/rate-limit.ts';
import { eraOf } from './era.ts';
import type { Gate } from './gate.ts';
import { missingIn } from './handle.ts';
import { readMirrored } from './mirrored-headers.ts';
import { readBody } from './read-body.ts';
import { HttpReply } from './reply-http.ts';
import { answered, notified, requested } from './serve-session.ts';
import { notifiedModern, requestedModern } from './serve-stateless.ts';
import { checkReach, recorded, whoAsks } from './who-asks.ts';
import { checkLegacyVersion } from './legacy-version.ts';
import type { Session } from './session.ts';
import { sseWire } from './sse-wire.ts';

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

/** The path of an MCP endpoint; what {@link scopeOf} takes apart. */
export function pathOf(scope: string | undefined): string {
  return scope === undefined ? '/mcp' : `/mcp/${scope}`;
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
    const caller = await identify(gate, req, remote, gate.current.mcpLimiter, pathOf(scope));
    visit = { gate, req, res, scope, caller, remote, request: undefined };
    checkReach(gate, caller, scope);
    await serve(visit);
  } catch (error) {
    const refusal = await recorded(gate, visit ?? { remote }, gate.known(error));
    const { resource } = gate.current;
    const metadata = resource === undefined ? undefined : metadataUrl(resource, pathOf(scope));
    refuse(res, refusal, visit?.request?.id ?? null, metadata);
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
 * @param path the part of the gateway that is asked, for which the credential must be; default: all of it
 * @throws MerlonError AUTH_REQUIRED, AUTH_INVALID, RATE_LIMITED
 */
export function identify(
  gate: Gate,
  req: IncomingMessage,
  remote: string,
  limiter: RateLimit | undefined,
  path?: string,
): Promise<Caller> {
  return whoAsks(gate, () => gate.current.authenticate(authorizationOf(req), remote, path), remote, limiter);
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
  const sessionId = headerOf(req, 'mcp-session-id');
  if (!isResponse(message) && eraOf(message, headerOf(req, 'mcp-protocol-version')?.trim()) === 'modern')
    return await postModern(visit, message);
  if (isRequest(message)) {
    visit.request = message;
    const reply = new HttpReply(res, acceptsStream);
    const onGone = (run: () => void): void => void res.once('close', run);
    const protocolVersion = headerOf(req, 'mcp-protocol-version');
    return await requested(gate, { message, reply, caller, remote, scope, sessionId, protocolVersion, onGone });
  }
  const session = sessionOf(visit);
  if (isResponse(message)) await answered(gate, session, message);
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
  // Most answers take no time, and nobody asks.
  const mayStay = (): Promise<boolean> => stays(visit)();
  await requestedModern(gate, { message, reply, caller, remote, scope, headers, onGone, mayStay });
}

/** Whether the credential that opened a long answer still counts, and as much: a key may be revoked meanwhile. */
function stays({ gate, req, scope, caller, remote }: Visit): () => Promise<boolean> {
  const authorization = authorizationOf(req);
  const path = pathOf(scope);
  return async () => {
    const { principal, role } = await gate.current.authenticate(authorization, remote, path);
    return principal === caller.principal && role === caller.role;
  };
}

function parse(body: Buffer): Message {
  if (!isUtf8(body)) throw new MerlonError('RPC_PARSE', 'The body is not valid UTF-8.');
  return toMessage(parseJson(body.toString('utf8')));
}

/** The session's own stream, for what upstreams say of their own accord, or one that broke. */
function get(visit: Visit): void {
  const { gate, req, res, caller } = visit;
  if (!accepts(req, 'text/event-stream')) throw new MerlonError('NOT_ACCEPTABLE', 'This is an event stream.');
  const session = sessionOf(visit);
  const lastEventId = headerOf(req, 'last-event-id');
  const cursor = lastEventId === undefined || lastEventId === '' ? undefined : session.events.find(lastEventId);
  // An event stream that ends makes clients come back; 204 is how HTML's EventSource is told to stop, and it stops the
  // SDKs' clients too, which ask again after an answer that is an error.
  if (cursor?.stream.isSpent(cursor.after) === true) return void res.writeHead(204).end();
  // Its end is past already, so nothing below would ever be released.
  if (res.destroyed) throw new MerlonError('CANCELLED', 'The client is gone.');
  const release = gate.takeStream(caller.principal);
  res.once('close', () => {
    release();
    session.lastUsed = gate.clock.now();
  });
  session.attach(sseWire(res, session.id), cursor, stays(visit));
}

async function remove(visit: Visit): Promise<void> {
  const { res } = visit;
  const session = sessionOf(visit);
  res.writeHead(204).end();
  await session.end('deleted by the client');
}

/** The session that a message without an answer, a stream or an end is for. */
function sessionOf({ gate, req, scope, caller, remote }: Visit): Session {
  const session = gate.findSession(headerOf(req, 'mcp-session-id'), caller, remote, scope);
  checkLegacyVersion(headerOf(req, 'mcp-protocol-version'), session.protocolVersion);
  return session;
}

function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function accepts(req: IncomingMessage, type: string): boolean {
  const { accept } = req.headers;
  return accept === undefined || accept.includes(type) || accept.includes('*/*');
}

/** Answers a request that was not sent anywhere. */
function refuse(res: ServerResponse, error: MerlonError, id: Id | null, metadata: string | undefined): void {
  if (res.destroyed || res.writableEnded) return;
  if (res.headersSent) return void res.end();
  const json = JSON.stringify(failure(id, error));
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
  res.writeHead(error.http, { ...refusalHeaders(error, metadata), ...headers });
  res.end(json);
}

/**
 * The headers that HTTP asks for with a refusal: a challenge (RFC 6750), when to come back (RFC 9110).
 * @param metadata where a client finds out who issues tokens for what it asked; default: it is not told
 */
export function refusalHeaders(error: MerlonError, metadata?: string): Record<string, string> {
  const retry = error.data?.['retryAfterMs'];
  if (typeof retry === 'number') return { 'retry-after': String(Math.max(1, Math.ceil(retry / 1000))) };
  if (error.code !== 'FORBIDDEN' && error.http !== 401) return {};
  const options = metadata === undefined ? {} : { resourceMetadataUrl: metadata };
  return { 'www-authenticate': challenge(error, { ...options, scope: missingIn(error) }) };
}
