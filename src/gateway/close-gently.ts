import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { connectionOf } from './connections.ts';

/** How long a connection that is being closed may go on sending, in milliseconds. */
const LINGER_MS = 2_000;
/** How many bytes of that are thrown away at most. */
const LINGER_BYTES = 16 * 1024 * 1024;

/**
 * Makes this request the last one of its connection without losing the answer. A socket that is closed with unread
 * input resets, and the reset destroys the answer on its way (RFC 9112, 9.6); so the rest of the body is thrown away
 * unread for a short while. Call it before the answer's headers are written.
 */
export function closeGently(req: IncomingMessage): void {
  const { socket } = req;
  const response = connectionOf(socket)?.response;
  if (response !== undefined) response.shouldKeepAlive = false;
  // node's HTTP server calls this once the last answer is out; everything else about its closing stays as it is.
  socket.destroySoon = () => {
    if (req.complete || socket.destroyed) Socket.prototype.destroySoon.call(socket);
    else linger(socket, req);
  };
}

/** Ends a socket, and destroys it once `source`, its input, has ended or has gone on for too long. */
export function linger(socket: Duplex, source: Readable): void {
  let left = LINGER_BYTES;
  const stop = (): void => {
    clearTimeout(timer);
    socket.destroy();
  };
  const timer = setTimeout(stop, LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end();
  source.once('end', stop);
  source.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) stop();
  });
  source.resume();
}
