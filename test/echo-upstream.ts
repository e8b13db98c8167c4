import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { isObject } from '../src/kernel/jsonrpc.ts';

/** A streamable HTTP upstream that repeats what it is sent, headers too, wherever an answer has room for it. */
export interface EchoUpstream {
  readonly url: string;
  /** Headers and body of every request that reached it. */
  readonly requests: readonly { readonly headers: IncomingHttpHeaders; readonly url: string; readonly body: string }[];
  close(): void;
}

/** Starts it on loopback. Its tools: `json`, `stream` (as an event stream), `error` (JSON-RPC), `http` (HTTP 500). */
export async function startEchoUpstream(): Promise<EchoUpstream> {
  const requests: { headers: IncomingHttpHeaders; url: string; body: string }[] = [];
  const server = createServer((req, res) => {
    void (async () => {
      const body = await text(req);
      requests.push({ headers: req.headers, url: req.url ?? '', body });
      const echo = JSON.stringify({ headers: req.headers, url: req.url });
      const message: unknown = body === '' ? undefined : JSON.parse(body);
      if (!isObject(message) || !('id' in message)) return void res.writeHead(req.method === 'GET' ? 405 : 202).end();
      const { id, method, params } = message;
      const tool = isObject(params) ? params['name'] : undefined;
      const say = (part: object, type = 'application/json', status = 200): void => {
        const json = JSON.stringify({ jsonrpc: '2.0', id, ...part });
        res.writeHead(status, { 'content-type': type, 'x-echo': encodeURIComponent(echo) });
        res.end(type === 'text/event-stream' ? `event: message\ndata: ${json}\n\n` : json);
      };
      if (method === 'initialize') {
        const facts = { capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1' }, instructions: echo };
        return say({ result: { protocolVersion: '2025-11-25', ...facts } });
      }
      if (method === 'tools/list')
        return say({ result: { tools: [{ name: 'json', description: echo, inputSchema: { type: 'object' } }] } });
      if (tool === 'error') return say({ error: { code: -32000, message: echo, data: { echo } } });
      if (tool === 'http') return void res.writeHead(500, { 'x-echo': encodeURIComponent(echo) }).end(echo);
      const type = tool === 'stream' ? 'text/event-stream' : 'application/json';
      say({ result: { content: [{ type: 'text', text: echo }], structuredContent: { echo: req.headers } } }, type);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
