/**
 * The least that a JSON-RPC proxy can do in Node, the yardstick for the gateway: `node bare-proxy.ts UPSTREAM [CERT KEY]`.
 * node:http(s) in, undici out, JSON parsed and written again both ways; no checks, no limits, no record.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Dispatcher, Pool } from 'undici';

const [upstream = '', certFile, keyFile] = process.argv.slice(2);
const { origin } = new URL(upstream);
const pool = new Pool(origin, { pipelining: 1, keepAliveTimeout: 60_000, bodyTimeout: 0, headersTimeout: 0 });
const FORWARDED = [
  'accept',
  'content-type',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
];
const RETURNED = ['content-type', 'mcp-session-id', 'cache-control'];

function handle(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => forward(request, chunks.length === 0 ? null : rewritten(chunks), response));
}

function rewritten(chunks: readonly Buffer[]): string {
  return JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
}

function forward(request: IncomingMessage, body: string | null, response: ServerResponse): void {
  const headers: Record<string, string> = {};
  for (const name of FORWARDED) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const method = request.method ?? 'GET';
  pool.dispatch({ path: request.url ?? '/', method, headers, body }, replyTo(response));
}

function replyTo(response: ServerResponse): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let streamed = false;
  return {
    onRequestStart(controller) {
      response.on('close', () => {
        if (!response.writableFinished) controller.abort(new Error('The caller left.'));
      });
    },
    onResponseStart(_controller, status, headers) {
      const type = headers['content-type'];
      streamed = typeof type === 'string' && type.startsWith('text/event-stream');
      response.statusCode = status;
      for (const name of RETURNED) {
        const value = headers[name];
        if (value !== undefined) response.setHeader(name, value);
      }
      if (streamed) response.flushHeaders();
    },
    onResponseData(_controller, chunk) {
      if (streamed) response.write(chunk);
      else chunks.push(chunk);
    },
    onResponseEnd() {
      if (streamed || chunks.length === 0) response.end();
      else {
        const body = Buffer.from(rewritten(chunks));
        response.setHeader('content-length', body.length);
        response.end(body);
      }
    },
    onResponseError() {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    },
  };
}

const server =
  certFile === undefined || keyFile === undefined
    ? createServer(handle)
    : createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.3' }, handle);
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const scheme = certFile === undefined ? 'http' : 'https';
  if (typeof address === 'object' && address !== null) console.log(`${scheme}://127.0.0.1:${address.port}/mcp`);
});
