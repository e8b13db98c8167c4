import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A TLS connection on which a test writes HTTP/1.1 byte by byte, as no client library would. */
export interface Raw {
  readonly socket: Socket;
  /** The TCP connection below; resetting it is the rudest of ends. */
  readonly tcp: Socket;
  /** Resolves when the bytes have been handed to the system. */
  send(bytes: string | Buffer): Promise<void>;
  /** The next answer; of one without Content-Length, or with `headOnly`, no body. @throws Error when the connection ends before */
  answer(headOnly?: boolean): Promise<RawAnswer>;
  /** All that comes until the other side closes. */
  rest(): Promise<string>;
}

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Connects to a gateway, trusting the authority `ca` (PEM). */
export async function openRaw(target: { readonly url: string; readonly ca: string }): Promise<Raw> {
  const { hostname, port } = new URL(target.url);
  // A reset is an end like any other here; what matters is what was answered before it.
  const tcp = connectPlain(Number(port), hostname).on('error', () => {});
  const socket = connectTls({ socket: tcp, host: hostname, ca: target.ca, ALPNProtocols: ['http/1.1'] });
  socket.on('error', () => {});
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    const over = (): void => {
      isOver = true;
      resolve();
    };
    socket.once('end', over);
    socket.once('close', over);
  });
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  await Promise.race([once(socket, 'secureConnect'), ended]);

  async function more(): Promise<void> {
    if (isOver)
      throw new Error(`the connection ended after ${JSON.stringify(received.toString('latin1').slice(0, 500))}`);
    await Promise.race([new Promise((resolve) => socket.once('data', resolve)), ended]);
  }

  return {
    socket,
    tcp,
    send: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    async answer(headOnly = false) {
      for (;;) {
        const found = takeAnswer(received, headOnly);
        if (found !== undefined) {
          received = found.left;
          return found.answer;
        }
        await more();
      }
    },
    async rest() {
      await ended;
      return received.toString('utf8');
    },
  };
}

function takeAnswer(bytes: Buffer, headOnly: boolean): { answer: RawAnswer; left: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const size = headOnly ? 0 : Number(headers.get('content-length') ?? 0);
  if (bytes.length < end + 4 + size) return undefined;
  const body = bytes.subarray(end + 4, end + 4 + size).toString('utf8');
  return { answer: { status: Number(first.split(' ')[1]), headers, body }, left: bytes.subarray(end + 4 + size) };
}

/** The text of a request; a body gets its Content-Length unless the headers have one. */
export function requestText(first: string, headers: Readonly<Record<string, string>> = {}, body?: string): string {
  const all: Record<string, string> = { host: 'localhost', ...headers };
  if (body !== undefined) all['content-length'] ??= String(Buffer.byteLength(body));
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${first} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}
