import type { IncomingMessage } from 'node:http';
import { MerlonError } from '../kernel/errors.ts';
import type { AllowLists } from './allow-lists.ts';

/**
 * Judges a request's outside before anything else sees it: method, target, Host, Origin. All of it is
 * attacker-controlled. Returns why it is turned away, or undefined when it may pass. An absolute request target is
 * replaced by its path (RFC 9112, 3.2.2), after its authority has passed the same list.
 */
export function admit(req: IncomingMessage, lists: AllowLists): MerlonError | undefined {
  if (req.method === 'TRACE') return new MerlonError('METHOD_NOT_ALLOWED', 'TRACE is not offered.');
  if (req.httpVersionMajor !== 1)
    return new MerlonError('HTTP_MALFORMED', 'Only HTTP/1.1 and HTTP/1.0 are spoken here.');
  let host: string | undefined;
  let origin: string | undefined;
  let credentials = 0;
  // Read here and not from `req.headers`: node keeps the first of a repeated header there and drops the others silently,
  // while another parser on the way may have kept the last.
  const { rawHeaders } = req;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const { length } = name;
    if (length === 4 && name.toLowerCase() === 'host') {
      if (host !== undefined) return hostNotAllowed();
      host = rawHeaders[i + 1];
    } else if (length === 6 && name.toLowerCase() === 'origin') {
      if (origin !== undefined) return originNotAllowed();
      origin = rawHeaders[i + 1];
    } else if (length === 13 && name.toLowerCase() === 'authorization') {
      credentials += 1;
    }
  }
  if (credentials > 1) return new MerlonError('HTTP_MALFORMED', 'The Authorization header was sent more than once.');
  if (!lists.allowsHost(host)) return hostNotAllowed();
  if (!lists.allowsOrigin(origin)) return originNotAllowed();
  return req.url?.startsWith('/') === true ? undefined : admitTarget(req, lists);
}

function admitTarget(req: IncomingMessage, lists: AllowLists): MerlonError | undefined {
  if (req.url === '*' && req.method === 'OPTIONS') return undefined;
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(req.url ?? '');
  if (absolute === null) return new MerlonError('HTTP_MALFORMED', 'The request target is not a path.');
  const [, authority = '', rest = ''] = absolute;
  if (!lists.allowsHost(authority)) return hostNotAllowed();
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  return undefined;
}

function hostNotAllowed(): MerlonError {
  return new MerlonError('HOST_NOT_ALLOWED', 'The Host header is not exactly one name of this gateway.');
}

function originNotAllowed(): MerlonError {
  return new MerlonError('ORIGIN_NOT_ALLOWED', 'The Origin header names a web origin that may not call this gateway.');
}
