import type { IncomingMessage, ServerResponse } from 'node:http';
import { metadataOf, partIn } from '../identity/protected-resource.ts';
import { MerlonError } from '../kernel/errors.ts';
import { refusalHeaders, scopeOf } from './endpoint.ts';
import type { Gate } from './gate.ts';
import { errorBody } from './refuse.ts';
import { recorded, throttle } from './who-asks.ts';

/** Seconds for which a client may keep the document: a changed issuer is news soon enough, and nobody polls. */
const MAX_AGE_SECONDS = 300;

/**
 * Answers a request for protected-resource metadata (RFC 9728; AUTHZ-06) for the whole gateway, `/mcp` or any `/mcp/NAME`.
 * Public, at the rate of the address that asks; a credential in the request is not looked at. Never rejects.
 */
export async function serveMetadata(
  gate: Gate,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<void> {
  const remote = req.socket.remoteAddress ?? 'unknown';
  try {
    throttle(gate.current.limiter, `public ${remote}`, gate.clock.now());
  } catch (error) {
    const request = { method: `${req.method} ${path.slice(0, 256)}` };
    return refused(res, await recorded(gate, { remote, request }, gate.known(error)));
  }
  const { resource } = gate.current;
  const part = partIn(path, resource?.address());
  if (part !== '' && scopeOf(part) === undefined)
    return refused(res, new MerlonError('NOT_FOUND', 'There is no such endpoint.'));
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    return refused(res, new MerlonError('METHOD_NOT_ALLOWED', 'Metadata is read with GET.', { todo: 'Use GET.' }));
  }
  // Not an empty document: without one, clients fall back to what they know of older servers, or say so.
  if (resource === undefined) return refused(res, noIssuer());
  const json = JSON.stringify(metadataOf(resource, part));
  res.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
    vary: 'Origin',
    'cache-control': `public, max-age=${MAX_AGE_SECONDS}`,
  });
  res.end(json);
}

function noIssuer(): MerlonError {
  const todo = 'Ask the operator of this gateway for an API key.';
  return new MerlonError('NOT_FOUND', 'No authorization server issues tokens for this gateway.', { todo });
}

function refused(res: ServerResponse, error: MerlonError): void {
  const body = errorBody(error);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  res.writeHead(error.http, { ...refusalHeaders(error), ...headers });
  res.end(body);
}
