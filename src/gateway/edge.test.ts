import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { loopbackCertificate } from '../../test/certificate.ts';
import {
  closed,
  codeOf,
  dial,
  dialTls,
  echo,
  parseAnswer,
  readAll,
  request,
  sendPlain,
  sendTls,
  startTestEdge,
  type TestEdge,
} from '../../test/edge/fixture.ts';
import type { EdgeOptions } from './edge-options.ts';

let target: TestEdge;
const start = async (overrides: Partial<EdgeOptions> = {}): Promise<TestEdge> => {
  target = await startTestEdge(overrides);
  return target;
};
afterEach(() => target.stop());

/** Sends one request on an open connection and reads what comes back in one piece. */
async function ask(socket: Socket, line: string): Promise<ReturnType<typeof parseAnswer>> {
  socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return parseAnswer(chunk.toString('latin1'));
}

describe('a request over TLS', () => {
  it('reaches the handler, and the answer carries the fixed headers and no others', async () => {
    const { port } = await start();
    const answer = await sendTls(target, request(port, 'GET /mcp?x=1'));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ method: 'GET', url: '/mcp?x=1' });
    expect(Object.keys(answer.headers).sort()).toEqual([
      'cache-control',
      'connection',
      'content-length',
      'content-type',
      'date',
      'strict-transport-security',
      'x-content-type-options',
    ]);
    expect(answer.headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it.each<[string, (res: ServerResponse) => void, string]>([
    ['an object', (res) => res.writeHead(200, { 'cache-CONTROL': 'max-age=5' }).end(), 'max-age=5'],
    [
      'a reason and an object',
      (res) => res.writeHead(200, 'Fine', { 'Cache-Control': 'max-age=5' }).end(),
      'max-age=5',
    ],
    ['a list', (res) => res.writeHead(200, ['Cache-Control', 'max-age=5']).end(), 'max-age=5'],
    ['setHeader', (res) => res.setHeader('cache-control', 'max-age=5').end(), 'max-age=5'],
    ['setHeader and an object', (res) => res.setHeader('Cache-Control', 'a').writeHead(200, { X: 'y' }).end(), 'a'],
    ['nothing', (res) => res.end('x'), 'no-store'],
    ['a status', (res) => res.writeHead(204).end(), 'no-store'],
    ['chunks', (res) => res.writeHead(200, { 'Content-Type': 'text/plain' }).end('x'), 'no-store'],
  ])('has every fixed header once when the handler writes its own as %s', async (_how, write, cacheControl) => {
    const { port } = await start({ handler: (_req, res) => write(res) });
    const answer = await sendTls(target, request(port, 'GET /'));
    expect(answer.headers['cache-control']).toBe(cacheControl);
    expect(answer.raw.match(/^(cache-control|strict-transport-security|x-content-type-options):/gim)).toHaveLength(3);
  });

  it('keeps repeated headers of a handler apart', async () => {
    const handler: EdgeOptions['handler'] = (_req, res) => res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'] }).end();
    const { port } = await start({ handler });
    const answer = await sendTls(target, request(port, 'GET /'));
    expect(answer.raw.match(/^Set-Cookie: [ab]=[12]\r$/gm)).toHaveLength(2);
  });

  it('says nothing about HSTS when its age is 0', async () => {
    const { port } = await start({ hstsMaxAgeSeconds: 0 });
    const answer = await sendTls(target, request(port, 'GET /'));
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  it('may share its connection with others', async () => {
    await start();
    const socket = await dialTls(target);
    expect((await ask(socket, 'GET /1')).status).toBe(200);
    expect((await ask(socket, 'GET /2')).body).toContain('/2');
    socket.destroy();
  });

  it('arrives whole when its first byte comes alone', async () => {
    const { port } = await start();
    const tcp = await dial(port);
    tcp.setNoDelay(true);
    let isFirst = true;
    const pipe = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        const rest = isFirst ? chunk.subarray(1) : chunk;
        if (isFirst) tcp.write(chunk.subarray(0, 1), () => tcp.write(rest, done));
        else tcp.write(rest, done);
        isFirst = false;
      },
    });
    tcp.on('data', (chunk: Buffer) => pipe.push(chunk));
    const socket = await dialTls(target, { socket: pipe, host: undefined });
    expect((await ask(socket, 'GET /')).status).toBe(200);
    socket.destroy();
    tcp.destroy();
  });

  it('is answered with 500 and an id when the handler throws, and the edge lives on', async () => {
    const { port, log } = await start({
      handler(req, res) {
        if (req.url === '/throw') throw new Error('planted-secret');
        echo(req, res);
      },
    });
    const answer = await sendTls(target, request(port, 'GET /throw'));
    expect(answer.status).toBe(500);
    expect(codeOf(answer)).toBe('INTERNAL');
    expect(answer.raw).not.toContain('planted-secret');
    const id = log.lines.find(({ level }) => level === 'error')?.fields?.['id'];
    expect(answer.body).toContain(String(id));
    expect((await sendTls(target, request(port, 'GET /'))).status).toBe(200);
  });
});

describe('TLS', () => {
  it('is 1.3 with ALPN http/1.1', async () => {
    await start();
    const socket = await dialTls(target, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
  });

  it('is refused to a client that offers only 1.2', async () => {
    await start();
    await expect(dialTls(target, { maxVersion: 'TLSv1.2' })).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
  });

  it('may be 1.2 when so configured, with forward secrecy and without renegotiation', async () => {
    await start({ tlsMinVersion: 'TLSv1.2' });
    const socket = await dialTls(target, { maxVersion: 'TLSv1.2' });
    expect(socket.getProtocol()).toBe('TLSv1.2');
    expect(socket.getCipher().name).toMatch(/^ECDHE-/);
    const outcome = await new Promise((resolve) => {
      socket.once('error', resolve);
      socket.renegotiate({ rejectUnauthorized: true }, (error) => resolve(error ?? 'renegotiated'));
    });
    expect(outcome).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });
    await expect(dialTls(target, { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' })).rejects.toBeDefined();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is never 1.1, not even when %s is the least', async (tlsMinVersion) => {
    await start({ tlsMinVersion });
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(dialTls(target, old)).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  it('resumes sessions', async () => {
    await start();
    const one = await dialTls(target);
    const [session] = (await once(one, 'session')) as [Buffer];
    const two = await dialTls(target, { session });
    expect(two.isSessionReused()).toBe(true);
    one.destroy();
    two.destroy();
  });

  it('takes a new certificate without a restart, while an old connection goes on', async () => {
    const { edge, folder } = await start();
    const old = await dialTls(target);
    const before = edge.certificate()?.fingerprint256;
    const next = await loopbackCertificate();
    await folder.put(next);
    expect(await edge.reloadCertificate()).toBe(true);

    const fresh = await dialTls({ ...target, ca: next.ca });
    expect(fresh.getPeerCertificate().fingerprint256).toBe(edge.certificate()?.fingerprint256);
    expect(old.getPeerCertificate().fingerprint256).toBe(before);
    expect(fresh.getProtocol()).toBe('TLSv1.3');
    expect((await ask(old, 'GET /old')).status).toBe(200);
    expect((await ask(fresh, 'GET /new')).status).toBe(200);
    await expect(dialTls({ ...target, ca: next.ca }, { maxVersion: 'TLSv1.2' })).rejects.toBeDefined();
    old.destroy();
    fresh.destroy();
  });

  it('keeps the certificate when the new one is broken', async () => {
    const { edge, folder, log } = await start();
    const before = edge.certificate();
    await writeFile(folder.cert, 'nonsense');
    expect(await edge.reloadCertificate()).toBe(false);
    expect(edge.certificate()).toBe(before);
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    const socket = await dialTls(target);
    expect((await ask(socket, 'GET /')).status).toBe(200);
    socket.destroy();
  });
});

describe('plain HTTP on the TLS port', () => {
  it('is sent to https on the same port and path', async () => {
    const { port } = await start();
    const answer = await sendPlain(target, request(port, 'GET /mcp/fs?a=b&c=%20d'));
    expect(answer.status).toBe(301);
    expect(answer.headers['location']).toBe(`https://127.0.0.1:${port}/mcp/fs?a=b&c=%20d`);
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  it.each([
    ['evil.example', '/'],
    ['evil.example:8443', '//evil.example/x'],
    ['evil.example', 'http://evil.example/x'],
    ['localhost@evil.example', '/'],
  ])('is never sent elsewhere by Host %s and target %s', async (host, path) => {
    const { port } = await start();
    const answer = await sendPlain(target, request(port, `GET ${path}`, [`Host: ${host}`]));
    expect(answer.status).toBe(301);
    expect(new URL(answer.headers['location'] ?? '').host).toBe(`127.0.0.1:${port}`);
  });

  it.each([
    ['no Host', 'GET /x HTTP/1.0\r\n\r\n'],
    ['two Hosts', 'GET /x HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
    ['an empty Host', 'GET /x HTTP/1.1\r\nHost:\r\n\r\n'],
  ])('with %s is sent to the public address', async (_what, bytes) => {
    await start({ publicUrl: 'https://gw.example.com/ignored' });
    expect((await sendPlain(target, bytes)).headers['location']).toBe('https://gw.example.com/x');
  });

  it('cannot put headers into the answer', async () => {
    const { port } = await start();
    const answer = await sendPlain(target, request(port, 'GET /%0d%0aX-Evil:1?"<>'));
    expect(answer.headers['x-evil']).toBeUndefined();
    expect(answer.headers['location']).toBe(`https://127.0.0.1:${port}/%0d%0aX-Evil:1?"<>`);
  });

  it.each([
    ['GET', ['Expect: 100-continue', 'Content-Length: 5']],
    ['POST', ['Expect: something', 'Content-Length: 5']],
    ['GET', ['Connection: Upgrade', 'Upgrade: websocket']],
    ['OPTIONS', []],
  ])('gets the same answer for %s with %j, and no handler sees it', async (method, headers) => {
    let seen = 0;
    const { port } = await start({ handler: () => (seen += 1) });
    const answer = await sendPlain(target, request(port, `${method} /x`, headers, 'hello'));
    expect(answer.status).toBe(301);
    expect(answer.raw).not.toContain('100 Continue');
    expect(seen).toBe(0);
  });

  it('gets its answer even in the middle of a large body, which is thrown away', async () => {
    const { port } = await start();
    const body = 'x'.repeat(4 * 1024 * 1024);
    const answer = await sendPlain(target, request(port, 'POST /mcp', [`Content-Length: ${body.length}`], body));
    expect([answer.status, answer.wasReset]).toEqual([301, false]);
  });

  it('is answered once, whatever is sent behind the first request', async () => {
    const { port } = await start();
    const one = `GET /1 HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
    const answer = await sendPlain(target, one + one.replace('/1', '/2'));
    expect(answer.raw.match(/HTTP\/1.1 301/g)).toHaveLength(1);
    expect(answer.headers['location']).toContain('/1');
  });

  it.each([
    'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
    'nonsense\r\n\r\n',
    '\x80\x2e\x01\x03\x01',
  ])('that is no plain request (%j) is dropped without a word', async (bytes) => {
    await start();
    expect((await sendPlain(target, Buffer.from(bytes, 'latin1'))).raw).toBe('');
  });

  it('is dropped without a word when the redirect is switched off', async () => {
    const { port } = await start({ redirectHttp: false });
    expect((await sendPlain(target, request(port, 'GET /'))).raw).toBe('');
    expect((await sendTls(target, request(port, 'GET /'))).status).toBe(200);
  });
});

describe('an edge without TLS', () => {
  it('serves the handler with the same checks and without HSTS', async () => {
    const { port, edge } = await start({ secure: false });
    expect(edge.url).toBe(`http://127.0.0.1:${port}`);
    expect(edge.certificate()).toBeUndefined();
    expect(await edge.reloadCertificate()).toBe(true);
    const answer = await sendPlain(target, request(port, 'GET /'));
    expect(answer.status).toBe(200);
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    const refused = await sendPlain(target, request(port, 'GET /', ['Host: evil.example']));
    expect([refused.status, codeOf(refused)]).toEqual([403, 'HOST_NOT_ALLOWED']);
  });

  it('answers a client that offers HTTP/2 in the clear in HTTP/1.1', async () => {
    const { port } = await start({ secure: false });
    const headers = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAA'];
    const socket = await dial(port);
    socket.write(['GET / HTTP/1.1', `Host: localhost:${port}`, ...headers, '', ''].join('\r\n'));
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(parseAnswer(chunk.toString()).status).toBe(200);
    socket.destroy();
  });
});

describe('the allow-lists', () => {
  it.each([
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'HOST_NOT_ALLOWED'],
    ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 'HOST_NOT_ALLOWED'],
    ['a foreign Host', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', 'HOST_NOT_ALLOWED'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n', 'HOST_NOT_ALLOWED'],
    ['the same Host twice', 'GET / HTTP/1.1\r\nHost: localhost\r\nhOsT: localhost\r\n\r\n', 'HOST_NOT_ALLOWED'],
    ['a foreign target', 'GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n', 'HOST_NOT_ALLOWED'],
    [
      'a foreign Origin',
      'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n',
      'ORIGIN_NOT_ALLOWED',
    ],
    ['a null Origin', 'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n', 'ORIGIN_NOT_ALLOWED'],
    ['an empty Origin', 'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin:\r\n\r\n', 'ORIGIN_NOT_ALLOWED'],
    [
      'two Origins',
      'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nOrigin: https://localhost\r\n\r\n',
      'ORIGIN_NOT_ALLOWED',
    ],
  ])('refuse %s before the handler', async (_what, bytes, code) => {
    let seen = 0;
    await start({ handler: () => (seen += 1) });
    const answer = await sendTls(target, bytes);
    expect([answer.status, codeOf(answer), seen]).toEqual([403, code, 0]);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  it('see a second Host behind any number of other headers', async () => {
    await start();
    const padding = 'a:\r\n'.repeat(2_500);
    const answer = await sendTls(target, `GET / HTTP/1.1\r\nHost: localhost\r\n${padding}Host: evil.example\r\n\r\n`);
    expect(codeOf(answer)).toBe('HOST_NOT_ALLOWED');
  });

  it('refuse before the body is asked for', async () => {
    const { port } = await start();
    const headers = ['Host: evil.example', 'Expect: 100-continue', 'Content-Length: 5'];
    const answer = await sendTls(target, request(port, 'POST /', headers));
    expect(answer.status).toBe(403);
    expect(answer.raw).not.toContain('100 Continue');
  });

  it('let the own origin pass', async () => {
    const { port } = await start();
    expect((await sendTls(target, request(port, 'GET /', [`Origin: https://127.0.0.1:${port}`]))).status).toBe(200);
  });

  it('turn an absolute target of ours into its path', async () => {
    const { port } = await start();
    const answer = await sendTls(target, request(port, `GET https://localhost:${port}/a?b`));
    expect(JSON.parse(answer.body)).toMatchObject({ url: '/a?b' });
  });

  it('can be replaced while running; wrong ones change nothing', async () => {
    const { edge, port } = await start();
    const names = { allowedHosts: ['new.example'], allowedOrigins: [], verifyHost: true, verifyOrigin: true };
    edge.setAllowLists(names);
    const askNew = () => sendTls(target, request(port, 'GET /', ['Host: new.example']));
    expect((await askNew()).status).toBe(200);
    expect(() => edge.setAllowLists({ ...names, allowedHosts: ['*'] })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    expect((await askNew()).status).toBe(200);
    edge.setAllowLists({ ...names, allowedHosts: [] });
    expect((await askNew()).status).toBe(403);
  });
});

describe('starting', () => {
  it('fails with PORT_IN_USE on an occupied port and leaves nothing behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await start();
    await expect(startTestEdge({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    other.close();
  });

  it('fails with CONFIG_INVALID on an address that is not ours', async () => {
    await start();
    await expect(startTestEdge({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('fails with CERTIFICATE_UNUSABLE without a pair', async () => {
    await start();
    await expect(startTestEdge({ tlsKey: undefined })).rejects.toMatchObject({ code: 'CERTIFICATE_UNUSABLE' });
  });
});

describe('closing', () => {
  it('lets a running answer finish, ends idle connections, and takes no new ones', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const { edge, port } = await start({
      handler(req, res) {
        if (req.url === '/slow') running.resolve(res);
        else echo(req, res);
      },
    });
    const idle = await dialTls(target);
    await ask(idle, 'GET /');
    const fresh = await dialTls(target);
    const silent = await dial(port);
    const busy = await dialTls(target);
    busy.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const res = await running.promise;
    const received = readAll(busy);

    const closing = edge.close();
    await Promise.all([idle, fresh, silent].map(closed));
    await expect(dial(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    res.end('finished');
    const answer = await received;
    expect([answer.status, answer.body, answer.headers['connection']]).toEqual([200, 'finished', 'close']);
    await closing;
    await edge.close();
  });

  it('closes a connection whose answer had already begun when that answer is whole', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const { edge } = await start({
      handler: (_req, res) => running.resolve(res.writeHead(200, { 'Content-Length': 2 })),
    });
    const busy = await dialTls(target);
    busy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const res = await running.promise;
    res.write('a');
    const received = readAll(busy);
    const closing = edge.close();
    res.end('b');
    expect((await received).body).toBe('ab');
    await closing;
  });

  it('answers 503 to a request that comes while an earlier answer of its connection still runs', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const { edge } = await start({
      handler: (_req, res) => running.resolve(res.writeHead(200, { 'Content-Length': 1 })),
    });
    const busy = await dialTls(target);
    busy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const res = await running.promise;
    res.flushHeaders();
    await once(busy, 'data');
    const received = readAll(busy);
    const closing = edge.close();
    const arrived = once(res.socket ?? busy, 'data');
    busy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await arrived;
    res.end('x');
    const { raw } = await received;
    expect(raw).toContain('SHUTTING_DOWN');
    await closing;
  });

  it('cuts off what still runs when the drain is over', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const { edge, log } = await start({ drainSeconds: 0.05, handler: (_req, res) => running.resolve(res) });
    const busy = await dialTls(target);
    busy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await running.promise;
    await Promise.all([edge.close(), closed(busy)]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});
