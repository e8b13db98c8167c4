import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { Agent, request as requestTls } from 'node:https';

/** Where the adapter passes requests on to. */
export interface AdapterTarget {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly ca: string;
  /** Sent as a bearer token with every request. */
  readonly key: string;
}

/** A plain HTTP address on loopback in front of a gateway, for the suite, which speaks neither TLS nor sends credentials. */
export interface Adapter {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Passes requests on from now on; until then they are answered with 503. */
  connect(target: AdapterTarget): void;
  close(): void;
}

/**
 * Starts an adapter. Everything but `Authorization` passes as it came, so that the gateway judges what the suite sent:
 * the adapter's own Host becomes the gateway's, any other one stays, and so does every Origin.
 */
export async function startAdapter(): Promise<Adapter> {
  let pass: RequestListener = (_req, res) => res.writeHead(503).end();
  const agents = new Set<Agent>();
  const server = createServer((req, res) => pass(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  const own = `127.0.0.1:${address.port}`;
  return {
    url: `http://${own}`,
    connect(target) {
      const agent = new Agent({ ca: target.ca, keepAlive: true });
      agents.add(agent);
      pass = (req, res) => forward(req, res, { ...target, own, agent });
    },
    close() {
      for (const agent of agents) agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward(
  req: IncomingMessage,
  res: ServerResponse,
  { url, key, own, agent }: AdapterTarget & { readonly own: string; readonly agent: Agent },
): void {
  const { host, hostname, port } = new URL(url);
  const headers = pairs(req.rawHeaders).flatMap(([name, value]) =>
    name.toLowerCase() === 'host' && value === own ? [name, host] : [name, value],
  );
  const out = requestTls(
    {
      hostname,
      port,
      agent,
      method: req.method,
      path: req.url,
      headers: [...headers, 'Authorization', `Bearer ${key}`],
    },
    (answer) => {
      res.sendDate = false;
      res.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      // The head of an event stream has to arrive before its first event.
      res.flushHeaders();
      answer.pipe(res);
      answer.once('error', () => res.destroy());
    },
  );
  out.once('error', () => res.destroy());
  res.once('close', () => out.destroy());
  req.pipe(out);
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []));
}
