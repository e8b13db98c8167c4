import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** An upstream that answers each request with the same bytes, in pieces of the test's choosing. */
export interface CutUpstream {
  readonly url: string;
  /** Where the next answers are cut: each piece is a write of its own. Default: nowhere. */
  cuts: readonly number[];
  close(): Promise<void>;
}

/** Starts it; `answerTo` makes the whole HTTP response to a request with this id and this method. */
export async function startCutUpstream(answerTo: (id: unknown, method: string) => Buffer): Promise<CutUpstream> {
  const upstream = { cuts: [] as readonly number[] };

  async function write(socket: Socket, bytes: Buffer): Promise<void> {
    let from = 0;
    for (const to of [...upstream.cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length]) {
      await new Promise<unknown>((resolve) => void socket.write(bytes.subarray(from, to), resolve));
      // Without a pause the system would put the pieces together again.
      await new Promise<void>((resolve) => void setImmediate(resolve));
      from = to;
    }
  }

  function replyTo(body: string): Buffer {
    const { id, method } = JSON.parse(body) as { id?: unknown; method?: string };
    return id === undefined ? without('202 Accepted') : answerTo(id, method ?? '');
  }

  const server = createServer((socket) => {
    socket.setNoDelay(true);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      const [head = '', body] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || body.length < length) return;
      text = '';
      void write(socket, head.startsWith('POST') ? replyTo(body) : without('405 Method Not Allowed'));
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(upstream, {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.close();
      await once(server, 'close');
    },
  });
}

/** A response that says no more than its status. */
function without(status: string): Buffer {
  return Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
}
