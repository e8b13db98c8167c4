import type { Clock } from '../kernel/clock.ts';
import { type Connection, isAnswering } from './connections.ts';

/**
 * Finds answers whose caller has stopped reading, and gives him `idleMs` milliseconds to take one more byte. Connections
 * are looked at now and then and only suspects get a timer: `server.timeout` would cost every request one.
 * Returns a function that stops looking.
 */
export function dropStalled(open: ReadonlySet<Connection>, idleMs: number, clock: Clock): () => void {
  return clock.every(Math.max(1, idleMs / 4), () => {
    for (const connection of open) {
      const { socket } = connection;
      if (socket.writableLength === 0 || !isAnswering(connection)) continue;
      // Node starts this timer anew whenever bytes move. It must not be set again, or it would never run out.
      if (socket.timeout === undefined || socket.timeout === 0) socket.setTimeout(idleMs);
    }
  });
}

/**
 * What a server does about a silent connection. Silence is no fault while an answer is being worked out; it is one
 * when nothing is asked, or when what was sent is not taken.
 */
export function closeIfStuck(connection: Connection): void {
  if (isAnswering(connection) && connection.socket.writableLength === 0) return;
  connection.socket.destroy();
}
