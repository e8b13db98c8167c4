import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { afterEach } from 'vitest';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Serves on a port of the system until the test has ended, streams that never end included. Resolves with `…/mcp`. */
export async function serveLoopback(listener: RequestListener): Promise<URL> {
  const server = createServer({ maxHeaderSize: 64 * 1024 }, listener);
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/mcp`);
}

/** A JSON-RPC request as it came in; `message` is empty where the body is no JSON object. */
export interface Came {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly message: {
    readonly id?: unknown;
    readonly method?: string;
    readonly params?: Readonly<Record<string, unknown>>;
  };
}

/** Reads the body of each request, and gives it to `answer`. One that is only announced never is. */
export function withBody(answer: (came: Came) => void): RequestListener {
  return (req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    req.on('end', () => answer({ req, res, message: objectIn(text) }));
  };
}

function objectIn(text: string): Came['message'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Answers with JSON. */
export function json(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
