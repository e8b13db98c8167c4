import type { Writable } from 'node:stream';
import { oneLine } from './lines.ts';

/**
 * How many bytes may wait in memory for a client that does not read: 64 MiB. All that it is told takes the same way
 * out, so this is more than one reply may have.
 */
export const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** The way out to a client at the other end of a pipe: one message a line and nothing else (STDIO-01, STDIO-03). */
export interface LineWriter {
  /** Queues one JSON text; false when the client is gone. */
  write(json: string): boolean;
  /** False once the client is gone. */
  isOpen(): boolean;
  /** Resolves when all that was written has left this process, or the client is gone. */
  flushed(): Promise<void>;
}

/** Writes lines to `output`. `lost` is told once why nothing can be written any more: it broke, or nobody reads. */
export function createLineWriter(output: Writable, lost: (cause: string) => void): LineWriter {
  let isOpen = true;
  const waiting = new Set<() => void>();

  function lose(cause: string): void {
    if (!isOpen) return;
    isOpen = false;
    for (const wake of waiting) wake();
    lost(cause);
  }

  // EPIPE is how a client that left is noticed; it is no fault of anybody's.
  output.on('error', () => lose('the client closed its end'));
  output.on('close', () => lose('the client closed its end'));

  return {
    write(json) {
      if (isOpen && output.writableLength > MAX_UNREAD_BYTES) lose('the client does not read');
      if (isOpen) output.write(`${oneLine(json)}\n`);
      return isOpen;
    },
    isOpen: () => isOpen,
    flushed: () =>
      new Promise((resolve) => {
        if (!isOpen) return resolve();
        waiting.add(resolve);
        output.write('', () => resolve());
      }),
  };
}
