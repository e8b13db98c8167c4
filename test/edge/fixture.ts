import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { EdgeLog, EdgeOptions } from '../../src/gateway/edge-options.ts';
import { type Edge, startEdge } from '../../src/gateway/edge.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { type LoopbackCertificate, loopbackCertificate } from '../certificate.ts';

/** One line that was logged. */
export interface Logged {
  readonly level: 'info' | 'warn' | 'error';
  readonly msg: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** A log that remembers. */
export function memoryLog(): EdgeLog & { readonly lines: Logged[]; next(level: Logged['level']): Promise<Logged> } {
  const lines: Logged[] = [];
  const waiting: { level: Logged['level']; resolve: (line: Logged) => void }[] = [];
  const at =
    (level: Logged['level']) =>
    (msg: string, fields?: Readonly<Record<string, unknown>>): void => {
      const line = { level, msg, fields };
      lines.push(line);
      const index = waiting.findIndex((one) => one.level === level);
      if (index >= 0) waiting.splice(index, 1)[0]?.resolve(line);
    };
  return {
    lines,
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    next: (level) => new Promise((resolve) => waiting.push({ level, resolve })),
  };
}

/** A handler that says what it saw. */
export function echo(req: IncomingMessage, res: ServerResponse): void {
  const body = JSON.stringify({ method: req.method, url: req.url });
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  res.end(body);
}

/** A folder with a certificate pair, removed by `remove`. */
export interface CertificateFolder {
  readonly cert: string;
  readonly key: string;
  /** Replaces both files by `pair`. */
  put(pair: LoopbackCertificate): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a {@link CertificateFolder} that holds `pair`. */
export async function certificateFolder(pair: LoopbackCertificate): Promise<CertificateFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'merlon-edge-'));
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const put = async (next: LoopbackCertificate): Promise<void> => {
    await writeFile(cert, next.cert);
    await writeFile(key, next.key);
  };
  await put(pair);
  return { cert, key, put, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A running edge and what a test needs around it. */
export interface TestEdge {
  readonly edge: Edge;
  readonly port: number;
  readonly ca: string;
  readonly folder: CertificateFolder;
  readonly log: ReturnType<typeof memoryLog>;
  /** Closes the edge and removes its files. */
  stop(): Promise<void>;
}

const shared = loopbackCertificate();

/** Starts an edge on loopback, over TLS unless `overrides` say otherwise. */
export async function startTestEdge(overrides: Partial<EdgeOptions> = {}): Promise<TestEdge> {
  const pair = await shared;
  const folder = await certificateFolder(pair);
  const log = memoryLog();
  const edge = await startEdge({
    host: '127.0.0.1',
    port: 0,
    secure: true,
    tlsCert: folder.cert,
    tlsKey: folder.key,
    tlsMinVersion: 'TLSv1.3',
    allowedHosts: [],
    allowedOrigins: [],
    verifyHost: true,
    verifyOrigin: true,
    redirectHttp: true,
    hstsMaxAgeSeconds: 31_536_000,
    maxHeaderBytes: 16_384,
    headerTimeoutSeconds: 30,
    bodyTimeoutSeconds: 30,
    idleTimeoutSeconds: 60,
    maxConnections: 10_000,
    maxConnectionsPerIp: 10_000,
    drainSeconds: 30,
    handler: echo,
    clock: systemClock,
    log,
    ...overrides,
  });
  const stop = async (): Promise<void> => {
    await edge.close();
    await folder.remove();
  };
  return { edge, port: edge.address.port, ca: pair.ca, folder, log, stop };
}

/** Opens a TCP connection to `port` of loopback. Its errors are left to its `close`. */
export async function dial(port: number, allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Opens a TLS connection to an edge; rejects when the handshake fails. */
export async function dialTls(
  { port, ca }: TestEdge,
  options: ConnectionOptions & { allowHalfOpen?: boolean } = {},
): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}

/** An answer as a test reads it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; of a repeated one the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything that was received. */
  readonly raw: string;
  /** True when the connection did not end in an orderly way, which loses answers on some systems. */
  readonly wasReset: boolean;
}

/** Waits until a connection is closed, reset or not, and throws away what comes until then. */
export async function closed(socket: Socket): Promise<void> {
  // Not `once` from node:events, which rejects on a reset.
  if (!socket.closed) await new Promise((resolve) => socket.resume().once('close', resolve));
}

/** Reads until the other side closes; `status` is 0 when nothing came. */
export async function readAll(socket: Socket): Promise<Answer> {
  const chunks: Buffer[] = [];
  let wasReset = false;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.once('error', () => {
    wasReset = true;
  });
  await closed(socket);
  return parseAnswer(Buffer.concat(chunks).toString('latin1'), wasReset);
}

/** Takes apart what a server sent. */
export function parseAnswer(raw: string, wasReset = false): Answer {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n'), raw, wasReset };
}

/** Sends bytes over TLS and reads until the edge closes. */
export async function sendTls(target: TestEdge, bytes: string | Buffer): Promise<Answer> {
  const socket = await dialTls(target);
  socket.write(bytes);
  return readAll(socket);
}

/** Sends bytes without TLS and reads until the edge closes. */
export async function sendPlain({ port }: TestEdge, bytes: string | Buffer): Promise<Answer> {
  const socket = await dial(port);
  socket.write(bytes);
  return readAll(socket);
}

/** Builds a request that asks for the connection to be closed, with a Host header that is allowed unless it is given. */
export function request(port: number, line: string, headers: readonly string[] = [], body = ''): string {
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : [`Host: 127.0.0.1:${port}`];
  return [`${line} HTTP/1.1`, ...host, 'Connection: close', ...headers, '', body].join('\r\n');
}

/** The error code in an answer's JSON body. */
export function codeOf(answer: Answer): unknown {
  const body: unknown = JSON.parse(answer.body);
  return (body as { error: { code: unknown } }).error.code;
}
