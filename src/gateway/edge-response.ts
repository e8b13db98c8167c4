import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Headers as name and value pairs. */
export type FixedHeaders = readonly (readonly [string, string])[];

/**
 * The headers of every answer. Without TLS there is no Strict-Transport-Security: it would mean nothing
 * (RFC 6797, 7.2). The age is in seconds; 0 leaves that header out too.
 */
export function fixedHeaders(secure: boolean, hstsMaxAgeSeconds: number): FixedHeaders {
  const always = [
    ['X-Content-Type-Options', 'nosniff'],
    ['Cache-Control', 'no-store'],
  ] as const;
  return secure && hstsMaxAgeSeconds > 0
    ? [['Strict-Transport-Security', `max-age=${hstsMaxAgeSeconds}`], ...always]
    : always;
}

/**
 * Makes the class of a server's answers, which adds the fixed headers at the moment that headers are written; a handler
 * that sets one of them itself is obeyed. `setHeader` for each before the handler would do the same, but it sends node
 * down its slow path: 1.2 µs a request instead of 0.2.
 */
export function makeResponseClass(fixed: FixedHeaders): typeof ServerResponse {
  const defaults = fixed.map(([name, value]) => ({ name, value, key: name.toLowerCase() }));

  return class EdgeResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    override writeHead(
      status: number,
      reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
      headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
    ): this {
      const given = typeof reason === 'string' ? headers : (headers ?? reason);
      const all = flatten(given);
      const own = all.length;
      for (const { name, value, key } of defaults) {
        if (!this.hasHeader(key) && !names(all, own, key)) all.push(name, value);
      }
      return typeof reason === 'string' ? super.writeHead(status, reason, all) : super.writeHead(status, all);
    }
  };
}

function flatten(headers: OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined): OutgoingHttpHeader[] {
  if (Array.isArray(headers)) return headers.slice();
  const flat: OutgoingHttpHeader[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat.push(name, value);
  }
  return flat;
}

function names(flat: readonly OutgoingHttpHeader[], length: number, key: string): boolean {
  for (let i = 0; i < length; i += 2) {
    const name = flat[i];
    if (typeof name === 'string' && name.length === key.length && name.toLowerCase() === key) return true;
  }
  return false;
}
