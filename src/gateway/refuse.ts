import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import type { MerlonError } from '../kernel/errors.ts';
import { closeGently } from './close-gently.ts';
import type { FixedHeaders } from './edge-response.ts';

/** The JSON body of an error that is told outside of JSON-RPC; an unforeseen one has an `id` to find it by. */
export function errorBody({ code, message, todo, data }: MerlonError): string {
  return JSON.stringify({ error: { code, message, todo, id: data?.['id'] } });
}

/** Answers a request that the edge turns away; its connection closes, its body is never read. */
export function refuse(req: IncomingMessage, res: ServerResponse, error: MerlonError): void {
  const body = errorBody(error);
  closeGently(req);
  res.writeHead(error.http, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  });
  res.end(body);
}

/** The same answer as bytes, for input that never became a request. `headers` are added as they are. */
export function rawRefusal(error: MerlonError, headers: FixedHeaders): string {
  const body = errorBody(error);
  const lines = [
    `HTTP/1.1 ${error.http} ${STATUS_CODES[error.http] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
