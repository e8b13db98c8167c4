import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What the edge remembers of one HTTP connection (for TLS: inside the encryption). */
export interface Connection {
  readonly socket: Socket;
  /** The answer to the newest request; HTTP/1.1 answers in order, so when it is done, all are. */
  response: ServerResponse | undefined;
  /** Answers that wait behind an earlier one of this connection. */
  pipelined: number;
  /** The request whose sender waits for "100 Continue" before he sends the body. */
  awaitsContinue: IncomingMessage | undefined;
}

const connections = new WeakMap<Duplex, Connection>();

/** Remembers a new HTTP connection. */
export function rememberConnection(socket: Socket): Connection {
  const connection = { socket, response: undefined, pipelined: 0, awaitsContinue: undefined };
  connections.set(socket, connection);
  return connection;
}

/** What is remembered of a socket; undefined when it is none of the edge's. */
export function connectionOf(socket: Duplex): Connection | undefined {
  return connections.get(socket);
}

/** True while an answer is owed or still on its way out. */
export function isAnswering({ response }: Connection): boolean {
  return response !== undefined && !response.writableFinished && !response.destroyed;
}
