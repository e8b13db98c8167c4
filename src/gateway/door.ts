import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import { makeConnectionLimits, remoteGroup } from './connection-limits.ts';
import { type EdgeLog, type EdgeOptions, milliseconds } from './edge-options.ts';
import { onFirstByte, TLS_HANDSHAKE } from './first-byte.ts';

/** The TCP connections that are open. */
export interface Door {
  /** All of them. */
  readonly inside: ReadonlySet<Socket>;
  /** Those that the server itself never got: silent ones, and plain ones on a TLS port. */
  readonly waiting: ReadonlySet<Socket>;
}

/** Puts the connection bounds and the first-byte switch before the server's own way of taking a connection. */
export function guardDoor(server: Server, options: EdgeOptions, takePlain: (socket: Socket) => void): Door {
  const { secure, clock, log } = options;
  const inside = new Set<Socket>();
  const waiting = new Set<Socket>();
  const limits = makeConnectionLimits(options.maxConnectionsPerIp);
  const turnedAway = countTurnedAway(clock, log);

  const takers = server.listeners('connection');
  server.removeAllListeners('connection');
  const take = (socket: Socket): void => takers.forEach((taker) => Reflect.apply(taker, server, [socket]));

  server.on('connection', (socket) => {
    const group = remoteGroup(socket.remoteAddress ?? '');
    if (!limits.enter(group)) {
      turnedAway();
      socket.destroy();
      return;
    }
    inside.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      limits.leave(group);
      inside.delete(socket);
      waiting.delete(socket);
    });
    if (!secure) return take(socket);
    waiting.add(socket);
    onFirstByte(socket, clock, milliseconds(options.headerTimeoutSeconds), (byte) => {
      if (byte !== TLS_HANDSHAKE) return takePlain(socket);
      waiting.delete(socket);
      take(socket);
    });
  });
  server.on('drop', turnedAway);
  return { inside, waiting };
}

/** How often refused connections are reported, in milliseconds. */
const REPORT_MS = 60_000;

function countTurnedAway(clock: Clock, log: EdgeLog): () => void {
  let count = 0;
  let reported = Number.NEGATIVE_INFINITY;
  return () => {
    count += 1;
    if (clock.now() - reported < REPORT_MS) return;
    log.warn('Connections were refused because too many are open.', { count });
    reported = clock.now();
    count = 0;
  };
}
