import type { Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';

/** The first byte of every TLS connection: a record of type handshake (RFC 8446, 5.1). */
export const TLS_HANDSHAKE = 0x16;

/**
 * Waits for a fresh connection's first byte and hands it to `decide`; nothing is consumed, so whoever takes the socket
 * inside `decide` sees the stream from its start. A peer that sends nothing within `timeoutMs`, or leaves, is dropped.
 */
export function onFirstByte(socket: Socket, clock: Clock, timeoutMs: number, decide: (byte: number) => void): void {
  const cancel = clock.after(timeoutMs, () => socket.destroy());
  socket.once('close', cancel);
  socket.once('readable', () => {
    cancel();
    socket.off('close', cancel);
    const chunk: unknown = socket.read();
    const byte = Buffer.isBuffer(chunk) ? chunk[0] : undefined;
    if (!Buffer.isBuffer(chunk) || byte === undefined) {
      socket.destroy();
      return;
    }
    // The new owner must be attached before this listener returns: node's TLS wrap drains what is buffered here, once.
    socket.unshift(chunk);
    decide(byte);
  });
}
