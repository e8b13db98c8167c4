import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MerlonError } from '../kernel/errors.ts';
import { admit } from './admit.ts';
import type { AllowLists } from './allow-lists.ts';
import { linger } from './close-gently.ts';
import { type Connection, connectionOf, isAnswering, rememberConnection } from './connections.ts';
import { closeIfStuck } from './drop-stalled.ts';
import type { EdgeHandler, EdgeLog, EdgeOptions } from './edge-options.ts';
import type { FixedHeaders } from './edge-response.ts';
import { rawRefusal, refuse } from './refuse.ts';
import { shareWithPage } from './share-with-pages.ts';

/** How many answers may wait behind an earlier one of the same connection; no MCP client pipelines at all. */
const MAX_PIPELINED = 16;

/** What the request side of the edge needs to know. */
export interface RequestRules {
  readonly secure: boolean;
  /** The headers of answers to what never became a request. */
  readonly headers: FixedHeaders;
  readonly handler: EdgeHandler;
  readonly log: EdgeLog;
  /** Told of every request that the allow-lists refuse. */
  readonly onRefused?: EdgeOptions['onRefused'];
  /** The allow-lists of this moment. */
  lists(): AllowLists;
  /** True once the edge is closing. */
  isClosing(): boolean;
}

/** Teaches a server to answer requests by the rules; returns the set of its open connections, which stays current. */
export function serveRequests(server: Server, rules: RequestRules): ReadonlySet<Connection> {
  const open = new Set<Connection>();
  const { headers } = rules;

  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    const connection = connectionOf(req.socket);
    if (connection === undefined || !mayQueue(connection, res)) {
      req.socket.destroy();
      return;
    }
    connection.response = res;
    const lists = rules.lists();
    const error = rules.isClosing() ? shuttingDown() : admit(req, lists);
    if (error !== undefined) {
      rules.onRefused?.(req, error);
      refuse(req, res, error);
      return;
    }
    const { origin } = req.headers;
    const isAnswered = origin !== undefined && lists.listsOrigin(origin) && shareWithPage(req, res, origin);
    if (!isAnswered) handle(req, res, rules);
  };

  server.on(rules.secure ? 'secureConnection' : 'connection', (socket: Socket) => {
    if (rules.isClosing()) {
      socket.destroy();
      return;
    }
    const connection = rememberConnection(socket);
    open.add(connection);
    socket.once('close', () => open.delete(connection));
    // A peer that resets is no news; node's own listener is gone once a connection has been taken over.
    socket.on('error', () => {});
  });
  server.on('request', answer);
  server.on('checkExpectation', answer);
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    const connection = connectionOf(req.socket);
    if (connection !== undefined) connection.awaitsContinue = req;
    answer(req, res);
  });
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    answerRaw(socket, new MerlonError('METHOD_NOT_ALLOWED', 'CONNECT is not offered.'), headers);
  });
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    answerRaw(socket, errorOfInput(error.code), headers);
  });
  server.on('timeout', (socket: Socket) => {
    const connection = connectionOf(socket);
    if (connection === undefined) socket.destroy();
    else closeIfStuck(connection);
  });
  return open;
}

function mayQueue(connection: Connection, res: ServerResponse): boolean {
  if (!isAnswering(connection)) return true;
  connection.pipelined += 1;
  res.once('close', () => {
    connection.pipelined -= 1;
  });
  return connection.pipelined <= MAX_PIPELINED;
}

function handle(req: IncomingMessage, res: ServerResponse, { handler, log }: RequestRules): void {
  try {
    handler(req, res);
  } catch (error) {
    const id = randomUUID();
    log.error('The handler of a request failed.', { id, error });
    if (res.headersSent) res.destroy();
    else refuse(req, res, new MerlonError('INTERNAL', `Something unexpected went wrong (${id}).`));
  }
}

function shuttingDown(): MerlonError {
  return new MerlonError('SHUTTING_DOWN', 'The gateway is shutting down.');
}

/** What to tell the sender of something that is no request; undefined when there is nobody to tell. */
function errorOfInput(code: string | undefined): MerlonError | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return new MerlonError('HEADERS_TOO_LARGE', 'The headers are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new MerlonError('REQUEST_TIMEOUT', 'The request took too long to arrive.');
  // It ended in the middle of a request. A write to a TLS stream that has ended would wait for ever.
  if (code === 'HPE_INVALID_EOF_STATE') return undefined;
  if (code?.startsWith('HPE_') === true)
    return new MerlonError('HTTP_MALFORMED', 'This is not a well-formed HTTP/1.1 request.');
  // Reset connections and failed TLS handshakes.
  return undefined;
}

function answerRaw(socket: Duplex, error: MerlonError | undefined, headers: FixedHeaders): void {
  const connection = connectionOf(socket);
  if (connection === undefined || error === undefined || !socket.writable || !isFreeToWrite(connection)) {
    socket.destroy();
    return;
  }
  socket.write(rawRefusal(error, headers));
  // What follows is not HTTP: it must reach no parser again.
  socket.removeAllListeners('data');
  linger(socket, socket);
}

// Bytes written in the middle of an answer would be read as part of it: an answer of the attacker's making.
function isFreeToWrite(connection: Connection): boolean {
  const { response, socket } = connection;
  return !isAnswering(connection) || (response?.headersSent === false && response.socket === socket);
}
