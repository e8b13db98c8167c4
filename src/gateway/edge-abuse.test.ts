import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  closed,
  codeOf,
  dial,
  dialTls,
  echo,
  readAll,
  request,
  sendPlain,
  sendTls,
  startTestEdge,
  type TestEdge,
} from '../../test/edge/fixture.ts';
import { type Clock, fakeClock, systemClock } from '../kernel/clock.ts';
import type { EdgeOptions } from './edge-options.ts';
import { readBody } from './read-body.ts';
import { MAX_BACKLOG_BYTES, writeBounded } from './write-bounded.ts';

let target: TestEdge;
const start = async (overrides: Partial<EdgeOptions> = {}): Promise<TestEdge> => {
  target = await startTestEdge(overrides);
  return target;
};
afterEach(() => target.stop());

/** What a good request gets. */
async function goodRequest(): Promise<number> {
  return (await sendTls(target, request(target.port, 'GET /good'))).status;
}

describe('input that two parsers could read differently', () => {
  const H = 'Host: localhost\r\n';
  it.each([
    ['a length and chunks', `POST / HTTP/1.1\r\n${H}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`],
    ['chunks and a length', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nX`],
    ['two lengths', `POST / HTTP/1.1\r\n${H}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ['the same length twice', `POST / HTTP/1.1\r\n${H}Content-Length: 1\r\nContent-Length: 1\r\n\r\nab`],
    ['a list of lengths', `POST / HTTP/1.1\r\n${H}Content-Length: 1, 1\r\n\r\na`],
    ['a signed length', `POST / HTTP/1.1\r\n${H}Content-Length: +1\r\n\r\na`],
    ['a hexadecimal length', `POST / HTTP/1.1\r\n${H}Content-Length: 0x1\r\n\r\na`],
    ['a length beyond 64 bits', `POST / HTTP/1.1\r\n${H}Content-Length: 99999999999999999999\r\n\r\na`],
    ['an unknown transfer coding', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunked that is not last', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['a bad chunk size', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
    ['a signed chunk size', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n`],
    [
      'a chunk size beyond 64 bits',
      `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n`,
    ],
    ['a chunk longer than it says', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n`],
    ['a chunk ended by a bare LF', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n`],
    ['a space before the colon', `GET / HTTP/1.1\r\n${H}Content-Length : 1\r\n\r\na`],
    ['a folded header', `GET / HTTP/1.1\r\n${H} evil.example\r\n\r\n`],
    ['a header without a colon', `GET / HTTP/1.1\r\n${H}nonsense\r\n\r\n`],
    ['a NUL in a header', `GET / HTTP/1.1\r\n${H}X: a\0b\r\n\r\n`],
    ['a CR in a header', `GET / HTTP/1.1\r\n${H}X: a\rb\r\n\r\n`],
    ['headers ended by bare CRs', `GET / HTTP/1.1\rHost: localhost\r\r`],
    ['a space in the target', `GET /a b HTTP/1.1\r\n${H}\r\n`],
    ['a strange version', `GET / HTTP/1.9\r\n${H}\r\n`],
    ['HTTP/0.9', 'GET /\r\n\r\n'],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a second TLS hello', '\x16\x03\x01\x02\x00'],
  ])('is refused with 400: %s', async (_what, bytes) => {
    let whole = 0;
    await start({
      handler: (req) =>
        void readBody(req, 1_000).then(
          () => (whole += 1),
          () => {},
        ),
    });
    const answer = await sendTls(target, Buffer.from(bytes, 'latin1'));
    expect([answer.status, codeOf(answer)]).toEqual([400, 'HTTP_MALFORMED']);
    expect(answer.raw.match(/^HTTP\/1.1 \d/gm)).toHaveLength(1);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(whole).toBe(0);
  });

  it('never yields two requests from one that hides another in its body', async () => {
    const seen: (string | undefined)[] = [];
    await start({
      handler(req, res) {
        seen.push(req.url);
        echo(req, res);
      },
    });
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const sneaky = [
      'Transfer-Encoding : chunked',
      'Transfer-Encoding:\tchunked\r\nTransfer-Encoding: identity',
      'X: y\nTransfer-Encoding: chunked',
    ];
    for (const header of sneaky) {
      const length = hidden.length + 5;
      await sendTls(
        target,
        request(target.port, 'POST /open', [`Content-Length: ${length}`, header], `0\r\n\r\n${hidden}`),
      );
    }
    expect(seen).not.toContain('/hidden');
  });

  it('refuses credentials that are sent twice', async () => {
    const { port } = await start();
    const answer = await sendTls(
      target,
      request(port, 'GET /', ['Authorization: Bearer a', 'authorization: Bearer b']),
    );
    expect([answer.status, codeOf(answer)]).toEqual([400, 'HTTP_MALFORMED']);
  });

  it.each([
    ['/path/../..', 200],
    ['//evil.example/', 200],
    ['*', 400],
    ['evil', 400],
    ['ftp://localhost/', 400],
    ['http://user@localhost/', 403],
    ['http:///', 403],
  ])('answers target %s with %i', async (path, status) => {
    const { port } = await start();
    expect((await sendTls(target, request(port, `GET ${path}`))).status).toBe(status);
  });
});

describe('methods that a gateway does not have', () => {
  it.each([
    ['TRACE /', []],
    ['CONNECT evil.example:443', ['Host: evil.example:443']],
  ])('are refused: %s', async (line, headers) => {
    let seen = 0;
    const { port } = await start({ handler: () => (seen += 1) });
    const answer = await sendTls(target, request(port, line, headers));
    expect([answer.status, codeOf(answer), seen]).toEqual([405, 'METHOD_NOT_ALLOWED', 0]);
  });

  it('never switch protocols', async () => {
    const { port } = await start();
    const headers = ['Upgrade: websocket', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version: 13'];
    const bytes = request(port, 'GET /', headers).replace('Connection: close', 'Connection: Upgrade, close');
    expect((await sendTls(target, bytes)).status).toBe(200);
  });
});

describe('bounds', () => {
  it('refuse headers that are too large', async () => {
    const { port } = await start({ maxHeaderBytes: 2_048 });
    const answer = await sendTls(target, request(port, 'GET /', [`X: ${'y'.repeat(4_096)}`]));
    expect([answer.status, codeOf(answer)]).toEqual([431, 'HEADERS_TOO_LARGE']);
  });

  it.each([
    ['headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['nonsense', 'nonsense\r\n\r\n'],
  ])('tell a client so, in an orderly way, while it sends %s', async (_what, head) => {
    await start();
    const answer = await sendTls(target, head + 'x'.repeat(4 * 1024 * 1024));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.wasReset).toBe(false);
  });

  it('refuse chunk extensions without end', async () => {
    const { port } = await start({ handler: (req) => void readBody(req, 1_000).catch(() => {}) });
    const body = `1;${'x'.repeat(100_000)}`;
    const answer = await sendTls(target, request(port, 'POST /', ['Transfer-Encoding: chunked'], body));
    expect(answer.status).toBe(400);
  });

  it('keep a crowd of one address out and let others stay', async () => {
    const { port, log } = await start({ maxConnectionsPerIp: 3 });
    const crowd = await Promise.all([dialTls(target), dialTls(target), dial(port)]);
    await closed(await dial(port));
    await closed(await dial(port));
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    crowd[0]?.destroy();
    await eventually(async () => expect(await goodRequest()).toBe(200));
    for (const socket of crowd) socket.destroy();
  });

  it('hold for all addresses together', async () => {
    const { port, log } = await start({ maxConnections: 2 });
    const crowd = await Promise.all([dial(port), dial(port)]);
    await closed(await dial(port));
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    for (const socket of crowd) socket.destroy();
  });

  it('cut off a connection that pipelines without end', async () => {
    const running: ServerResponse[] = [];
    await start({ handler: (_req, res) => running.push(res) });
    const socket = await dialTls(target);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(100));
    await closed(socket);
    expect(running.length).toBeLessThan(20);
  });

  it('let modest pipelining pass, in order', async () => {
    const { port } = await start();
    const more = ['/1', '/2', '/3'].map((url) => `GET ${url} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('');
    const { raw } = await sendTls(target, more + request(port, 'GET /4'));
    expect(raw.match(/"url":"\/\d"/g)).toEqual(['"url":"/1"', '"url":"/2"', '"url":"/3"', '"url":"/4"']);
  });

  it('never write an error into the middle of an answer', async () => {
    await start({ handler: (_req, res) => res.writeHead(200, { 'Content-Length': 10 }).write('01234') });
    const socket = await dialTls(target);
    const received = readAll(socket);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.write('nonsense\r\n\r\n');
    expect((await received).body).toBe('01234');
  });
});

describe('slow and silent clients', () => {
  const impatient = { headerTimeoutSeconds: 0.5, bodyTimeoutSeconds: 0.1 };

  it('are dropped when they say nothing', async () => {
    const clock = fakeClock();
    const { port } = await start({ clock });
    const socket = await dial(port);
    // The edge has accepted everybody who came before one whom it has answered.
    expect(await goodRequest()).toBe(200);
    clock.advance(29_999);
    expect(socket.closed).toBe(false);
    clock.advance(1);
    await closed(socket);
  });

  it.each([
    ['half a TLS hello', Buffer.from([0x16, 0x03, 0x01])],
    ['half a plain request', Buffer.from('GET / HTTP/1.1\r\nHost: lo')],
  ])('are dropped when they send %s and then nothing', async (_what, bytes) => {
    const { port } = await start(impatient);
    const socket = await dial(port);
    socket.write(bytes);
    await closed(socket);
    expect(socket.destroyed).toBe(true);
  });

  it.each([
    ['nothing', '', 408],
    ['half of the headers', 'GET / HTTP/1.1\r\nHost: lo', 408],
    ['half of the body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab', 408],
  ])('are told so when they send %s inside TLS', async (_what, bytes, status) => {
    await start({ ...impatient, handler: (req) => void readBody(req, 1_000).catch(() => {}) });
    expect((await sendTls(target, bytes)).status).toBe(status);
  });

  it.each([
    ['headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: ', 'y'],
    ['a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\ny\r\n'],
  ])('gain no time by dripping %s', async (_what, head, drop) => {
    await start({ ...impatient, handler: (req) => void readBody(req, 1_000_000).catch(() => {}) });
    const socket = await dialTls(target);
    socket.write(head);
    const drip = setInterval(() => socket.write(drop), 10);
    const answer = await readAll(socket);
    clearInterval(drip);
    expect(answer.status).toBe(408);
  });

  it('do not keep a good client waiting', async () => {
    const { port } = await start();
    const bad = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const socket = i % 3 === 0 ? await dial(port) : i % 3 === 1 ? await dialTls(target) : await dial(port);
        if (i % 3 === 1) socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx');
        if (i % 3 === 2) socket.write('\x16');
        return socket;
      }),
    );
    expect(await goodRequest()).toBe(200);
    for (const socket of bad) socket.destroy();
  });

  it('are dropped between two requests', async () => {
    await start({ idleTimeoutSeconds: 0.1 });
    const socket = await dialTls(target);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await closed(socket);
    expect(socket.bytesRead).toBeGreaterThan(0);
  });

  it('have time while their answer is being worked out', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    await start({
      idleTimeoutSeconds: 0.05,
      handler: (req, res) => (req.url === '/slow' ? running.resolve(res) : echo(req, res)),
    });
    const slow = await dialTls(target);
    slow.write('GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const res = await running.promise;
    await idleLifetime();
    res.end('done');
    expect((await readAll(slow)).body).toContain('done');
  });
});

describe('clients that do not read', () => {
  const chunk = Buffer.alloc(256 * 1024, 'x');
  // More than the kernel takes for a peer who does not read.
  const flood = Buffer.alloc(32 * 1024 * 1024, 'x');

  it('are cut off when too much waits for them, and memory stays bounded', async () => {
    let most = 0;
    const gone = Promise.withResolvers<void>();
    await start({
      handler(req, res) {
        if (req.url === '/good') return echo(req, res);
        res.once('close', gone.resolve);
        const push = (): void => {
          if (res.destroyed) return;
          writeBounded(res, chunk);
          most = Math.max(most, res.writableLength);
          setImmediate(push);
        };
        push();
      },
    });
    const socket = await dialTls(target);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await goodRequest()).toBe(200);
    await gone.promise;
    expect(most).toBeGreaterThan(MAX_BACKLOG_BYTES);
    expect(most).toBeLessThan(MAX_BACKLOG_BYTES + 2 * chunk.length);
    socket.destroy();
  });

  it('are cut off when they take nothing for the idle time', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    await start({
      idleTimeoutSeconds: 0.1,
      handler(_req, res) {
        // This one waits for `drain`, as it should; nobody else would ever end it.
        writeBounded(res, flood);
        running.resolve(res);
      },
    });
    const socket = await dialTls(target);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const res = await running.promise;
    await once(res, 'close');
    expect(res.writableFinished).toBe(false);
    socket.destroy();
  });

  it('are kept when they read on in time, however long the answer is silent after that', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const clock = fakeClock();
    await start({
      clock,
      idleTimeoutSeconds: 0.5,
      handler(req, res) {
        if (req.url === '/good') return echo(req, res);
        writeBounded(res, flood);
        running.resolve(res);
      },
    });
    const socket = await dialTls(target);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const res = await running.promise;
    clock.advance(125);
    expect(res.socket?.timeout).toBe(500);

    socket.resume();
    await once(res, 'drain');
    await idleLifetime();
    res.write('still here');
    await until(socket, 'still here');
    socket.destroy();
  });
});

/** Passes as much time as an idle connection may live. */
async function idleLifetime(): Promise<void> {
  const idle = await dialTls(target);
  idle.write('GET /good HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await closed(idle);
}

async function until(socket: Socket, text: string): Promise<void> {
  let tail = '';
  for (;;) {
    const [data] = (await once(socket, 'data')) as [Buffer];
    tail = (tail + data.toString('latin1')).slice(-2 * text.length);
    if (tail.includes(text)) return;
  }
}

describe('many connections', () => {
  it('come and go, rudely or not, without leaving anything behind', async () => {
    let timers = 0;
    const counting: Clock = {
      ...systemClock,
      after(ms, run) {
        timers += 1;
        const cancel = systemClock.after(ms, run);
        return () => {
          timers -= 1;
          cancel();
        };
      },
    };
    const { port } = await start({ maxConnectionsPerIp: 60, clock: counting });
    expect(await goodRequest()).toBe(200);
    const before = handles();
    const visit = async (i: number): Promise<void> => {
      if (i % 4 === 0) await goodRequest();
      else if (i % 4 === 1) await sendPlain(target, request(port, 'GET /'));
      else {
        const socket = i % 4 === 2 ? await dial(port) : await dialTls(target);
        if (i % 8 < 4) socket.write('\x16\x03');
        if (i % 4 === 2 && i % 3 === 0) socket.resetAndDestroy();
        else socket.destroy();
        await closed(socket);
      }
    };
    for (let i = 0; i < 1_000; i += 20)
      await Promise.all(Array.from({ length: 20 }, (_, k) => eventually(() => visit(i + k))));
    await eventually(async () => {
      expect(await goodRequest()).toBe(200);
      expect(handles()).toBeLessThanOrEqual(before);
      expect(timers).toBe(0);
    });
  });
});

describe('bytes of any kind', () => {
  it('never harm the edge, over TLS or not', async () => {
    await start();
    const piece = fc.oneof(
      fc.constantFrom(
        'GET / HTTP/1.1\r\n',
        'Host: localhost\r\n',
        '\r\n',
        'Content-Length: 3\r\n',
        'Transfer-Encoding: chunked\r\n',
      ),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (pieces, isTls) => {
        const socket = isTls ? await dialTls(target) : await dial(target.port);
        socket.end(Buffer.from(pieces.join(''), 'latin1'));
        const { status } = await readAll(socket);
        expect([0, 200, 301, 400, 403, 405, 408]).toContain(status);
      }),
      { numRuns: 100 },
    );
    expect(await goodRequest()).toBe(200);
  });
});

function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|TLS/.test(name)).length;
}

/** Tries again until `run` succeeds; what it waits for is the other end of a connection that it just closed. */
async function eventually(run: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries === 200) throw error;
    }
  }
}
