import type { IncomingMessage, ServerResponse } from 'node:http';

/** What pages may read of an answer besides what every page may: sessions, challenges, when to come back. */
const EXPOSED = 'Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate, Retry-After, Merlon-Unavailable';
const METHODS = 'GET, POST, DELETE';
const HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Last-Event-ID',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
];
/** The headers that mirror a tool's arguments have names of the upstream's choosing. */
const PARAMETER = /^mcp-param-[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/i;
/** Seconds for which a browser may remember the answer; a page that is allowed no more is refused all the same. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets a page read the answer to its request (Fetch, "CORS protocol"), and answers the browser's question beforehand.
 * Only for an `origin` that the operator has listed: without this an allowed page could send and never read. Never with
 * credentials of the browser's own: the gateway has no cookies, and a page must bring its token itself.
 * @returns true when the request was the browser's question, which is answered then
 */
export function shareWithPage(req: IncomingMessage, res: ServerResponse, origin: string): boolean {
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Vary', 'Origin');
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) {
    res.setHeader('Access-Control-Expose-Headers', EXPOSED);
    return false;
  }
  // Nobody is told here what there is: the answer is the same for every address.
  const asked = req.headers['access-control-request-headers']?.split(',').map((name) => name.trim()) ?? [];
  const parameters = asked.filter((name) => PARAMETER.test(name));
  res.writeHead(204, {
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': [...HEADERS, ...parameters].join(', '),
    'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
  });
  res.end();
  return true;
}
