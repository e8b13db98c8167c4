import type { IncomingMessage } from 'node:http';
import { MerlonError } from '../kernel/errors.ts';
import { closeGently } from './close-gently.ts';
import { connectionOf } from './connections.ts';

/**
 * Reads a request's whole body. A body that announces more than `maxBytes` is refused before a byte of it is kept; one
 * that grows beyond is dropped on the way; either way the connection closes after the answer. This is also what sends
 * "100 Continue" to a caller who asked to be waved on.
 * @throws MerlonError BODY_TOO_LARGE; CANCELLED when the caller left or was too slow
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (req.destroyed) return reject(cancelled());
    // llhttp has already proved that it is a number, sent once, and without Transfer-Encoding.
    const announced = Number(req.headers['content-length'] ?? 0);
    if (announced > maxBytes) return reject(tooLarge(req, maxBytes));
    if (req.headers.expect !== undefined) waveOn(req);

    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) {
        req.off('data', onData);
        reject(tooLarge(req, maxBytes));
      } else chunks.push(chunk);
    };
    req.on('data', onData);
    // Nearly every MCP message is one chunk: no copy then.
    req.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    req.on('error', () => reject(cancelled()));
  });
}

function waveOn(req: IncomingMessage): void {
  const connection = connectionOf(req.socket);
  if (connection === undefined || connection.awaitsContinue !== req) return;
  connection.awaitsContinue = undefined;
  connection.response?.writeContinue();
}

function tooLarge(req: IncomingMessage, maxBytes: number): MerlonError {
  closeGently(req);
  return new MerlonError('BODY_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`);
}

function cancelled(): MerlonError {
  return new MerlonError('CANCELLED', 'The caller left before the request was complete.');
}
