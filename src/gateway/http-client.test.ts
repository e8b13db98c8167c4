import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loopbackCertificate, type LoopbackCertificate } from '../../test/certificate.ts';
import { fakeClock } from '../kernel/clock.ts';
import {
  createHttpClient,
  HTTP_CLIENT_REQUEST,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
} from './http-client.ts';
import { HTTP_CLIENT_CLOSED, HTTP_CLIENT_TIMEOUT } from './http-connection.ts';
import { HTTP_CLIENT_MALFORMED } from './http-response.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A server that hands each request, as text, to `script`; requests of one segment only. */
async function serve(script: (request: string, socket: Socket, connection: number) => void, tls?: LoopbackCertificate) {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const accept = (socket: Socket): void => {
    const number = sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      requests.push(chunk.toString());
      script(chunk.toString(), socket, number);
    });
  };
  const server: Server =
    tls === undefined ? createServer(accept) : createTlsServer({ ...tls, ALPNProtocols: ['http/1.1'] }, accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { url: new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/mcp?x=1`), sockets, requests };
}

function makeClient(options: Partial<HttpClientOptions> = {}): {
  client: HttpClient;
  clock: ReturnType<typeof fakeClock>;
} {
  const clock = fakeClock();
  const client = createHttpClient({ clock, ...options });
  cleanups.push(() => client.close());
  return { client, clock };
}

interface Outcome {
  status: number;
  body: string;
  events: string[];
  code: string | undefined;
}

interface Running {
  readonly outcome: Outcome;
  readonly done: Promise<Outcome>;
  readonly abort: () => void;
}

type Stage = 'response' | 'data' | 'end' | 'error';

/** Sends; `at` is called at each stage, after it has been noted. */
function start(client: HttpClient, request: HttpRequest, at?: (stage: Stage) => void): Running {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const outcome: Outcome = { status: 0, body: '', events: [], code: undefined };
  let isSending = true;
  const note = (stage: Stage): void => {
    outcome.events.push(isSending ? `${stage} during send` : stage);
    at?.(stage);
  };
  const sent = client.send(request, {
    onResponse(status) {
      outcome.status = status;
      note('response');
    },
    onData(chunk) {
      outcome.body += chunk.toString();
      note('data');
    },
    onEnd() {
      note('end');
      resolve(outcome);
    },
    onError(error) {
      const { code } = error as NodeJS.ErrnoException;
      outcome.code = code ?? error.message;
      note('error');
      resolve(outcome);
    },
  });
  isSending = false;
  return { outcome, done: promise, abort: () => sent.abort() };
}

const get = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({ url, method: 'GET', headers: [], ...more });
const post = (url: URL, body: string, headers: readonly string[] = []): HttpRequest => ({
  url,
  method: 'POST',
  headers,
  body,
});
/** Long enough for what is under way on loopback to arrive, without waiting for a time. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('a request', () => {
  it('leaves as one piece, with the fields that it must have', async () => {
    const { url, requests } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    const headers = ['x-key', 'own'];
    await start(client, post(url, '{"a":"ä€"}', headers)).done;
    await start(client, post(url, '{}', headers)).done;
    await start(client, { url, method: 'DELETE', headers }).done;
    const first = `POST /mcp?x=1 HTTP/1.1\r\nhost: ${url.host}\r\nx-key: own\r\n`;
    expect(requests).toEqual([
      `${first}content-length: 13\r\n\r\n{"a":"ä€"}`,
      `${first}content-length: 2\r\n\r\n{}`,
      `DELETE /mcp?x=1 HTTP/1.1\r\nhost: ${url.host}\r\nx-key: own\r\n\r\n`,
    ]);
  });

  it('may have fields of its own, which the next one does not have', async () => {
    const { url, requests } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    const headers = ['x-key', 'own'];
    await start(client, { ...post(url, '{}', headers), extraHeaders: ['x-this', '1', 'x-that', '2'] }).done;
    await start(client, { ...post(url, '{}', headers), extraHeaders: ['x-this', '3'] }).done;
    await start(client, post(url, '{}', headers)).done;
    const first = `POST /mcp?x=1 HTTP/1.1\r\nhost: ${url.host}\r\nx-key: own\r\n`;
    expect(requests).toEqual([
      `${first}x-this: 1\r\nx-that: 2\r\ncontent-length: 2\r\n\r\n{}`,
      `${first}x-this: 3\r\ncontent-length: 2\r\n\r\n{}`,
      `${first}content-length: 2\r\n\r\n{}`,
    ]);
  });

  it('keeps the bytes of a Latin-1 field beside a body in UTF-8', async () => {
    const seen: Buffer[] = [];
    const { url, sockets } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    await start(client, get(url)).done;
    sockets[0]?.on('data', (chunk: Buffer) => seen.push(chunk));
    await start(client, post(url, '"€"', ['x-name', 'é'])).done;
    const [bytes = Buffer.alloc(0)] = seen;
    expect(bytes.includes(Buffer.from('x-name: é\r\n', 'latin1'))).toBe(true);
    expect(bytes.includes(Buffer.from('content-length: 5\r\n\r\n"€"', 'utf8'))).toBe(true);
  });

  it.each([
    ['a line break in a value', ['x-key', 'a\r\nx-other: b']],
    ['a NUL in a value', ['x-key', 'a\0']],
    ['a character beyond Latin-1', ['x-key', '\u010a']],
    ['a name that is no token', ['x key', 'a']],
    ['a name in upper case', ['X-Key', 'a']],
    ['a host of its own', ['host', 'elsewhere']],
    ['a length of its own', ['content-length', '0']],
    ['a transfer coding of its own', ['transfer-encoding', 'chunked']],
  ])('with %s is refused, and later', async (_what, headers) => {
    const { url, sockets } = await serve(() => {});
    const { client } = makeClient();
    // Whether they are every request's or this one's.
    for (const request of [post(url, '', headers), { ...post(url, ''), extraHeaders: headers }]) {
      const { outcome, done } = start(client, request);
      expect(outcome.events).toEqual([]);
      expect(await done).toMatchObject({ events: ['error'], code: HTTP_CLIENT_REQUEST });
    }
    expect(sockets).toHaveLength(0);
  });

  it('goes over http and https alone', async () => {
    const { client } = makeClient();
    expect((await start(client, get(new URL('ftp://127.0.0.1/'))).done).code).toBe(HTTP_CLIENT_REQUEST);
  });
});

describe('a connection', () => {
  it('is used again, the last one first, and by one exchange at a time', async () => {
    const { url, sockets } = await serve((_request, socket, number) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${number}`);
    });
    const { client } = makeClient();
    const both = await Promise.all([start(client, get(url)).done, start(client, get(url)).done]);
    const last = both.map(({ body }) => body).sort();
    expect(last).toEqual(['1', '2']);
    const again = await start(client, get(url)).done;
    expect((await start(client, post(url, '{}')).done).body).toBe(again.body);
    expect(sockets).toHaveLength(2);
  });

  it('can be taken again while its exchange ends', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    start(client, get(url), (stage) => {
      if (stage === 'end') resolve(start(client, get(url)).done);
    });
    expect(await promise).toMatchObject({ body: 'ok', events: ['response', 'data', 'end'] });
    expect(sockets).toHaveLength(1);
  });

  it.each([
    ['connection: close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['keep-alive: timeout=1', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok'],
    ['bytes after the response', `${OK}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`],
  ])('is not used again after %s', async (_what, wire) => {
    const { url, sockets } = await serve((_request, socket) => socket.write(wire));
    const { client } = makeClient();
    for (let round = 1; round <= 2; round += 1) {
      expect(await start(client, get(url)).done).toMatchObject({ body: 'ok', events: ['response', 'data', 'end'] });
      expect(sockets).toHaveLength(round);
    }
  });

  it('on which the upstream speaks unasked is not used again', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    await start(client, get(url)).done;
    sockets[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil');
    await once(sockets[0] as Socket, 'close');
    expect(await start(client, post(url, '{}')).done).toMatchObject({ body: 'ok' });
    expect(sockets).toHaveLength(2);
  });

  it('is not used again when the answer came before the whole request had left', async () => {
    const { url, sockets } = await serve((_request, socket) => {
      socket.pause();
      socket.write(OK);
    });
    const { client } = makeClient();
    const { outcome, done } = start(client, post(url, 'x'.repeat(20_000_000)));
    await done;
    expect(outcome).toMatchObject({ body: 'ok', code: undefined });
    expect((await start(client, get(url)).done).body).toBe('ok');
    expect(sockets).toHaveLength(2);
  });

  it('that the upstream closes while it waits is dropped in silence', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    await start(client, get(url)).done;
    sockets[0]?.end();
    await once(sockets[0] as Socket, 'close');
    expect(await start(client, post(url, '{}')).done).toMatchObject({ body: 'ok', code: undefined });
    expect(sockets).toHaveLength(2);
  });

  it.each([
    ['as long as the client says', OK, 30_000],
    ['a second less than the server says', `HTTP/1.1 200 OK\r\nkeep-alive: max=9, timeout=5\r\n${OK.slice(17)}`, 4_000],
    ['not longer because the server says so', `HTTP/1.1 200 OK\r\nkeep-alive: timeout=500\r\n${OK.slice(17)}`, 30_000],
  ])('waits %s', async (_what, wire, ms) => {
    const { url, sockets } = await serve((_request, socket) => socket.write(wire));
    const { client, clock } = makeClient();
    await start(client, get(url)).done;
    clock.advance(ms - 1);
    await start(client, get(url)).done;
    expect(sockets).toHaveLength(1);
    clock.advance(ms);
    await start(client, get(url)).done;
    expect(sockets).toHaveLength(2);
  });

  it('that has waited too long is closed even if nobody asks for it', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK));
    const { client, clock } = makeClient();
    await start(client, get(url)).done;
    clock.advance(40_000);
    await once(sockets[0] as Socket, 'close');
    expect(sockets[0]?.destroyed).toBe(true);
  });

  it.each(['end', 'reset'] as const)(
    'that is stale (%s): a GET is sent again, once; a POST or DELETE never',
    async (how) => {
      for (const method of ['GET', 'POST', 'DELETE'] as const) {
        const { url, requests, sockets } = await serve((_request, socket, number) => {
          if (number === 1 && requests.length === 1) socket.write(OK);
          else if (number > 1) socket.write(OK);
          else if (how === 'end') socket.end();
          else socket.resetAndDestroy();
        });
        const { client } = makeClient();
        await start(client, get(url)).done;
        const outcome = await start(client, { url, method, headers: [] }).done;
        if (method === 'GET') expect(outcome).toMatchObject({ body: 'ok', code: undefined });
        else expect(outcome).toMatchObject({ status: 0, code: how === 'end' ? HTTP_CLIENT_CLOSED : 'ECONNRESET' });
        expect(requests).toHaveLength(method === 'GET' ? 3 : 2);
        expect(sockets).toHaveLength(method === 'GET' ? 2 : 1);
      }
    },
  );

  it('that ends after the first byte: nothing is sent again', async () => {
    const { url, requests } = await serve((_request, socket) => {
      if (requests.length === 1) socket.write(OK);
      else socket.end('H');
    });
    const { client } = makeClient();
    await start(client, get(url)).done;
    expect(await start(client, get(url)).done).toMatchObject({ code: HTTP_CLIENT_CLOSED, events: ['error'] });
    expect(requests).toHaveLength(2);
  });

  it('that was new and ends unheard: not even a GET is sent again', async () => {
    const { url, requests } = await serve((_request, socket) => socket.end());
    const { client } = makeClient();
    expect(await start(client, get(url)).done).toMatchObject({ code: HTTP_CLIENT_CLOSED, events: ['error'] });
    expect(requests).toHaveLength(1);
  });
});

describe('an exchange', () => {
  it('of a body without length lasts until the connection ends', async () => {
    const { url } = await serve((_request, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
    const { client } = makeClient();
    expect(await start(client, get(url)).done).toMatchObject({ body: 'all of it', code: undefined });
  });

  it('whose body is cut short fails', async () => {
    const { url } = await serve((_request, socket) => socket.end(OK.slice(0, -1)));
    const { client } = makeClient();
    expect(await start(client, get(url)).done).toMatchObject({
      code: HTTP_CLIENT_CLOSED,
      events: ['response', 'data', 'error'],
    });
  });

  it('whose response is malformed fails, and its connection ends', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write('HTTP/1.1 200 OK\n\n'));
    const { client } = makeClient();
    expect(await start(client, get(url)).done).toMatchObject({ code: HTTP_CLIENT_MALFORMED, events: ['error'] });
    await once(sockets[0] as Socket, 'close');
  });

  it('can be given up before anything is connected, and nothing is sent or said', async () => {
    const { url, requests } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    const { outcome, abort } = start(client, get(url));
    abort();
    abort();
    await settle();
    expect([outcome.events, requests]).toEqual([[], []]);
  });

  it.each(['nothing', 'half a head', 'a head', 'a part'])('can be given up after %s', async (what) => {
    const heads = { nothing: '', 'half a head': OK.slice(0, 9), 'a head': OK.slice(0, -2), 'a part': OK.slice(0, -1) };
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const { url } = await serve((_request, socket) => {
      socket.write(heads[what as keyof typeof heads]);
      resolve(socket);
    });
    const { client } = makeClient();
    const { outcome, abort } = start(client, get(url));
    const socket = await promise;
    await settle();
    const before = [...outcome.events];
    abort();
    await once(socket, 'close');
    await settle();
    expect(outcome.events).toEqual(before);
  });

  it.each(['response', 'data'] as const)('can be given up in its own on-%s, and hears no more', async (stage) => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    const running = start(client, get(url), (now) => {
      if (now === stage) running.abort();
    });
    await settle();
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
    expect(running.outcome.events).toEqual(stage === 'response' ? ['response'] : ['response', 'data']);
    expect((await start(client, get(url)).done).body).toBe('ok');
  });

  it('cannot be given up once it is over: its connection lives on', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK));
    const { client } = makeClient();
    const first = start(client, get(url));
    await first.done;
    const second = start(client, get(url));
    first.abort();
    expect((await second.done).body).toBe('ok');
    expect(sockets).toHaveLength(1);
  });

  it.each(['response', 'data', 'end'] as const)(
    'whose on-%s throws fails once, and its connection ends',
    async (stage) => {
      const { url, sockets } = await serve((_request, socket) => socket.write(OK));
      const { client } = makeClient();
      const { done, outcome } = start(client, get(url), (now) => {
        if (now === stage) throw new Error('thrown');
      });
      expect(await done).toMatchObject({ code: 'thrown' });
      await once(sockets[0] as Socket, 'close');
      expect(outcome.events.filter((event) => event === 'error')).toHaveLength(1);
      expect(outcome.events.at(-1)).toBe('error');
    },
  );

  it.each(['', OK.slice(0, 12)])('fails when the response stalls after %j', async (sent) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { url, sockets } = await serve((_request, socket) => {
      socket.write(sent);
      resolve();
    });
    const { client, clock } = makeClient();
    const { done, outcome } = start(client, get(url, { headersTimeoutMs: 5_000 }));
    await promise;
    await settle();
    clock.advance(4_999);
    expect(outcome.events).toEqual([]);
    clock.advance(1);
    expect(await done).toMatchObject({ code: HTTP_CLIENT_TIMEOUT, events: ['error'] });
    await once(sockets[0] as Socket, 'close');
  });

  it('on a used connection that stalls is not repeated', async () => {
    const { url, requests } = await serve((_request, socket) => {
      if (requests.length === 1) socket.write(OK);
    });
    const { client, clock } = makeClient();
    await start(client, get(url)).done;
    const { done } = start(client, get(url, { headersTimeoutMs: 5_000 }));
    await expect.poll(() => requests.length).toBe(2);
    clock.advance(5_000);
    expect((await done).code).toBe(HTTP_CLIENT_TIMEOUT);
    expect(requests).toHaveLength(2);
  });

  it('has its time for the head alone', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK.slice(0, -1)));
    const { client, clock } = makeClient();
    const { done, outcome } = start(client, get(url, { headersTimeoutMs: 5_000 }));
    await expect.poll(() => outcome.body).toBe('o');
    clock.advance(60_000);
    sockets[0]?.write('k');
    expect((await done).body).toBe('ok');
  });

  it('keeps what it was given while other connections read', async () => {
    const { url } = await serve((request, socket) => {
      const name = request.includes('x-a') ? 'a' : 'b';
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n${name.repeat(9_000)}`);
    });
    const { client } = makeClient();
    const chunks: Buffer[][] = [];
    await Promise.all(
      ['x-a', 'x-b'].map((name, index) => {
        const own: Buffer[] = [];
        chunks[index] = own;
        return new Promise<void>((resolve, reject) => {
          const handler = {
            onResponse() {},
            onData: (chunk: Buffer) => own.push(chunk),
            onEnd: resolve,
            onError: reject,
          };
          client.send(get(url, { headers: [name, '1'] }), handler);
        });
      }),
    );
    expect(chunks.map((own) => Buffer.concat(own).toString())).toEqual(['a'.repeat(9_000), 'b'.repeat(9_000)]);
  });
});

describe('a connection that does not come about', () => {
  it('fails with the code of the system', async () => {
    const { url } = await serve(() => {});
    for (const cleanup of cleanups.splice(0)) await cleanup();
    const { client } = makeClient();
    expect(await start(client, get(url)).done).toMatchObject({ code: 'ECONNREFUSED', events: ['error'] });
  });

  it('fails when it takes too long, here because nobody answers the TLS greeting', async () => {
    const { url, requests } = await serve(() => {});
    const { client, clock } = makeClient();
    const { done } = start(client, get(new URL(url.href.replace('http:', 'https:'))));
    await expect.poll(() => requests.length).toBe(1);
    clock.advance(10_000);
    expect(await done).toMatchObject({ code: HTTP_CLIENT_TIMEOUT, events: ['error'] });
  });
});

describe('over TLS', () => {
  let certificate: LoopbackCertificate;
  beforeAll(async () => {
    certificate = await loopbackCertificate();
  });

  it('a private authority is trusted when it is named, and the connection is used again', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK), certificate);
    const { client } = makeClient({ tls: { ca: certificate.ca } });
    expect(await start(client, post(url, '{"a":"€"}')).done).toMatchObject({ body: 'ok', code: undefined });
    expect((await start(client, get(url)).done).body).toBe('ok');
    expect(sockets).toHaveLength(1);
  });

  it('a server with a name is asked for by it, and for HTTP/1.1', async () => {
    const { url, sockets } = await serve((_request, socket) => socket.write(OK), certificate);
    url.hostname = 'localhost';
    const { client } = makeClient({ tls: { ca: certificate.ca } });
    expect((await start(client, get(url)).done).body).toBe('ok');
    expect(sockets[0]).toMatchObject({ servername: 'localhost', alpnProtocol: 'http/1.1' });
  });

  it('a body of many records arrives whole', async () => {
    const body = 'x'.repeat(300_000);
    const { url } = await serve(
      (_request, socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
      certificate,
    );
    const { client } = makeClient({ tls: { ca: certificate.ca } });
    expect((await start(client, get(url)).done).body === body).toBe(true);
  });

  it('a certificate of nobody known is refused, and the request stays here', async () => {
    const { url, requests } = await serve((_request, socket) => socket.write(OK), certificate);
    const { client } = makeClient();
    const { code, events } = await start(client, post(url, 'secret')).done;
    expect(code).toMatch(/UNABLE_TO|SELF_SIGNED/);
    expect(events).toEqual(['error']);
    await settle();
    expect(requests).toEqual([]);
  });

  it('a certificate for another name is refused', async () => {
    const { url, requests } = await serve((_request, socket) => socket.write(OK), certificate);
    url.hostname = '127.0.0.2';
    const other = createTlsServer(certificate, (socket) => socket.on('error', () => {}));
    other.on('tlsClientError', () => {});
    other.listen(Number(url.port), '127.0.0.2');
    await once(other, 'listening');
    cleanups.push(async () => {
      other.close();
      await once(other, 'close');
    });
    const { client } = makeClient({ tls: { ca: certificate.ca } });
    expect((await start(client, get(url)).done).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(requests).toEqual([]);
  });
});

describe('closing the client', () => {
  it('ends what waits, fails what is under way, and refuses what comes', async () => {
    const { url, sockets } = await serve((_request, socket, number) => {
      if (number === 1) socket.write(OK);
    });
    const { client } = makeClient();
    await start(client, get(url)).done;
    const idle = start(client, get(url));
    await idle.done;
    const first = start(client, get(url));
    const second = start(client, get(url));
    await first.done;
    await expect.poll(() => sockets.length).toBe(2);
    await client.close();
    expect(await second.done).toMatchObject({ code: HTTP_CLIENT_CLOSED, events: ['error'] });
    expect(await start(client, get(url)).done).toMatchObject({ code: HTTP_CLIENT_CLOSED, events: ['error'] });
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true);
  });
});
