import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  closed,
  codeOf,
  dialTls,
  readAll,
  request,
  sendTls,
  startTestEdge,
  type TestEdge,
} from '../../test/edge/fixture.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { EdgeOptions } from './edge-options.ts';
import { readBody } from './read-body.ts';
import { errorBody } from './refuse.ts';

const MAX_BYTES = 1_000;
let target: TestEdge;
afterEach(() => target.stop());

/** Answers with the body's length and first byte, or with the error that reading it met. */
function measure(req: IncomingMessage, res: ServerResponse): void {
  readBody(req, MAX_BYTES).then(
    (body) => res.end(`${body.length} ${body.subarray(0, 1).toString()}`),
    (error: unknown) => {
      const known = error instanceof MerlonError ? error : new MerlonError('INTERNAL', 'unexpected');
      const body = errorBody(known);
      res.writeHead(known.http, { 'Content-Length': body.length }).end(body);
    },
  );
}

async function start(overrides: Partial<EdgeOptions> = {}): Promise<number> {
  target = await startTestEdge({ handler: measure, ...overrides });
  return target.port;
}

describe('readBody', () => {
  it.each([0, 1, MAX_BYTES])('reads an announced body of %i bytes', async (length) => {
    const port = await start();
    const body = 'x'.repeat(length);
    const answer = await sendTls(target, request(port, 'POST /', [`Content-Length: ${length}`], body));
    expect(answer.body).toBe(`${length} ${body.slice(0, 1)}`);
  });

  it('reads a chunked body', async () => {
    const port = await start();
    const answer = await sendTls(
      target,
      request(port, 'POST /', ['Transfer-Encoding: chunked'], '2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'),
    );
    expect(answer.body).toContain('3 a');
  });

  it('refuses a body by its announced length, before any of it came', async () => {
    const port = await start();
    const answer = await sendTls(
      target,
      request(port, 'POST /', [`Content-Length: ${MAX_BYTES + 1}`]).replace('Connection: close\r\n', ''),
    );
    expect([answer.status, codeOf(answer), answer.headers['connection']]).toEqual([413, 'BODY_TOO_LARGE', 'close']);
  });

  it('refuses a chunked body as soon as it is too large, and closes', async () => {
    const port = await start();
    const socket = await dialTls(target);
    socket.write(request(port, 'POST /', ['Transfer-Encoding: chunked']));
    socket.write(`${MAX_BYTES.toString(16)}\r\n${'x'.repeat(MAX_BYTES)}\r\n1\r\ny\r\n`);
    const answer = await readAll(socket);
    expect(answer.raw).toContain('BODY_TOO_LARGE');
    expect(answer.status).toBe(413);
  });

  it('gets its refusal through to a client that is still sending', async () => {
    const port = await start();
    const body = 'x'.repeat(4 * 1024 * 1024);
    const answer = await sendTls(target, request(port, 'POST /', [`Content-Length: ${body.length}`], body));
    expect(codeOf(answer)).toBe('BODY_TOO_LARGE');
    expect(answer.wasReset).toBe(false);
  });

  it('cuts off a client that goes on sending without an end', async () => {
    const port = await start();
    const socket = await dialTls(target, { allowHalfOpen: true });
    socket.write(request(port, 'POST /', ['Transfer-Encoding: chunked']));
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const flood = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', flood);
    flood();
    await closed(socket);
    // 16 MiB are thrown away, the rest was on its way.
    expect(socket.bytesWritten).toBeLessThan(64 * 1024 * 1024);
  });

  it('waves on a client that waits for 100 Continue, once the length is known to be right', async () => {
    const port = await start();
    const socket = await dialTls(target);
    socket.write(request(port, 'POST /', ['Expect: 100-continue', 'Content-Length: 2']));
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('ab');
    expect((await readAll(socket)).raw).toContain('2 a');
  });

  it('does not wave on a client whose body would be too large', async () => {
    const port = await start();
    const headers = ['Expect: 100-continue', `Content-Length: ${MAX_BYTES + 1}`];
    const answer = await sendTls(target, request(port, 'POST /', headers));
    expect(answer.status).toBe(413);
    expect(answer.raw).not.toContain('100 Continue');
  });

  it('rejects with CANCELLED when the client leaves in the middle, or has left before', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>();
    const port = await start({ handler: (req) => arrived.resolve(req) });
    const socket = await dialTls(target);
    socket.write(request(port, 'POST /', ['Content-Length: 5'], 'ab'));
    const req = await arrived.promise;
    const body = readBody(req, MAX_BYTES);
    socket.destroy();
    await expect(body).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(readBody(req, MAX_BYTES)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('rejects with CANCELLED when the body is too slow, and tells the client', async () => {
    const outcome = Promise.withResolvers<unknown>();
    const port = await start({
      headerTimeoutSeconds: 0.5,
      bodyTimeoutSeconds: 0.1,
      handler: (req) => void readBody(req, MAX_BYTES).catch(outcome.resolve),
    });
    const answer = await sendTls(target, request(port, 'POST /', ['Content-Length: 5'], 'ab'));
    expect([answer.status, codeOf(answer)]).toEqual([408, 'REQUEST_TIMEOUT']);
    expect(await outcome.promise).toMatchObject({ code: 'CANCELLED' });
  });
});
