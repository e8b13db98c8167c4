import type { ServerResponse } from 'node:http';

/** How many bytes of an answer may wait in memory for a caller who does not read: 8 MiB. */
export const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;

/**
 * Writes one piece of a streamed answer. A caller who lets more than {@link MAX_BACKLOG_BYTES} pile up is cut off: the
 * answer is destroyed and emits `close`. False means, as with `res.write`, to wait for `drain`; a producer that can
 * wait should, and then never meets the bound.
 */
export function writeBounded(res: ServerResponse, chunk: string | Uint8Array): boolean {
  if (res.destroyed) return false;
  if (res.writableLength > MAX_BACKLOG_BYTES) {
    res.destroy();
    return false;
  }
  return res.write(chunk);
}
