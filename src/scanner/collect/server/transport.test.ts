import { connect, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createServers, type Issued, issue, selfSigned } from '../../../../test/scan-servers.ts';
import type { CertificateFacts, TlsFacts, TransportFacts } from '../../facts/transport.ts';
import type { Look } from '../../look.ts';
import { collectTransport, type TransportOptions } from './transport.ts';

const servers = createServers();
afterEach(() => servers.end());

let issued: Issued;
let rsa: Issued;
beforeAll(async () => {
  [issued, rsa] = await Promise.all([issue(), selfSigned(2048, 'SHA-256')]);
});

const ANY = 'DEFAULT@SECLEVEL=0';
const LOOPBACK = { address: '127.0.0.1', family: 4 } as const;

function collect(port: number, options: Partial<TransportOptions> = {}, scheme = 'https', host = '127.0.0.1') {
  const url = new URL(`${scheme}://${host}:${port}/mcp?token=secret`);
  const { signal } = new AbortController();
  return collectTransport(url, { address: LOOPBACK, signal, deadlineMs: 2_000, ...options });
}

function seen<T>(look: Look<T>): T {
  if ('blind' in look) throw new Error(`${look.blind}: ${look.why.en}`);
  return look.saw;
}

async function tlsOf(port: number, options: Partial<TransportOptions> = {}): Promise<TlsFacts> {
  return seen(seen(await collect(port, options)).tls);
}

async function certificateOf(server: Issued, options: Partial<TransportOptions> = {}): Promise<CertificateFacts> {
  return seen(
    (await tlsOf(await servers.tls({ cert: server.cert, key: server.key, ciphers: ANY }), options)).certificate,
  );
}

function reason(look: Look<unknown>): string {
  return 'blind' in look ? look.blind : 'saw';
}

function accepted({ versions }: TlsFacts): string[] {
  return Object.entries(versions).flatMap(([version, one]) => ('saw' in one && one.saw.accepted ? [version] : []));
}

const OLD: TlsOptions = { minVersion: 'TLSv1', ciphers: ANY };

describe('TLS versions', () => {
  it('are found out one by one', async () => {
    const modern = await servers.tls({ cert: issued.cert, key: issued.key });
    const old = await servers.tls({ cert: issued.cert, key: issued.key, ...OLD });
    const oldest = await servers.tls({ cert: issued.cert, key: issued.key, ...OLD, maxVersion: 'TLSv1' });
    expect(accepted(await tlsOf(modern))).toEqual(['TLSv1.2', 'TLSv1.3']);
    expect(accepted(await tlsOf(old))).toEqual(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);
    const { versions, weakSuites, certificate } = await tlsOf(oldest);
    expect(accepted({ versions, weakSuites, certificate })).toEqual(['TLSv1']);
    expect(reason(weakSuites)).toBe('not-offered');
    expect(reason(certificate)).toBe('saw');
  });

  it('count as accepted where only the client certificate was missing', async () => {
    const mutual = { cert: issued.cert, key: issued.key, ca: issued.ca, requestCert: true, rejectUnauthorized: true };
    const facts = await tlsOf(await servers.tls({ ...mutual, ...OLD }));
    expect(accepted(facts)).toEqual(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);
    expect(reason(facts.certificate)).toBe('saw');
  });

  it('are refused as well by a server that only hangs up', async () => {
    const inner = await servers.tls({ cert: issued.cert, key: issued.key });
    const outer = await servers.raw((socket) => {
      socket.once('data', (hello: Buffer) => {
        // supported_versions with 1.3 in it, or an open offer: let through; else hang up.
        if (!hello.includes(Buffer.from([0x03, 0x04]))) {
          socket.destroy();
          return;
        }
        const through: Socket = connect(inner, '127.0.0.1').on('error', () => socket.destroy());
        through.write(hello);
        socket.pipe(through).pipe(socket);
      });
    });
    expect(accepted(await tlsOf(outer))).toEqual(['TLSv1.3']);
  });
});

describe('weak suites', () => {
  it('are found by kind', async () => {
    const all = await servers.tls({ cert: rsa.cert, key: rsa.key, ciphers: 'ALL:NULL@SECLEVEL=0' });
    expect(seen((await tlsOf(all)).weakSuites).map(({ kind }) => kind)).toEqual([
      'broken',
      'no-forward-secrecy',
      'cbc-sha1',
    ]);
  });

  it('are none where only good ones are accepted', async () => {
    const ciphers = 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256';
    const good = await servers.tls({ cert: issued.cert, key: issued.key, ciphers });
    expect(seen((await tlsOf(good)).weakSuites)).toEqual([]);
  });
});

describe('the certificate', () => {
  it('is trusted by the authority that was named, and no other', async () => {
    const trusted = await certificateOf(issued, { ca: issued.ca });
    expect(trusted).toMatchObject({ untrusted: undefined, nameMatches: true, selfSigned: false });
    expect(trusted.key).toEqual({ type: 'ec', bits: 256 });
    expect(trusted.signatureAlgorithm).toBe('ecdsa-with-SHA256');
    expect(trusted.names).toContain('127.0.0.1');
    expect((await certificateOf(issued)).untrusted).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('of another name, or of yesterday, is told as such', async () => {
    const other = await issue({ hosts: ['other.example'] });
    expect(await certificateOf(other, { ca: other.ca })).toMatchObject({ untrusted: undefined, nameMatches: false });
    const expired = await issue({ until: Date.now() - 60_000 });
    expect(await certificateOf(expired, { ca: expired.ca })).toMatchObject({ untrusted: 'CERT_HAS_EXPIRED' });
  });

  it('with a short key and an old hash can still be read', async () => {
    const facts = await certificateOf(await selfSigned(1024, 'SHA-1'));
    expect(facts).toMatchObject({ selfSigned: true, untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(facts.key).toEqual({ type: 'rsa', bits: 1024 });
    expect(facts.signatureAlgorithm).toBe('sha1WithRSAEncryption');
  });
});

describe('plain HTTP', () => {
  const answers = {
    redirected: 'HTTP/1.1 301 Moved\r\nLocation: https://a.example/\r\n\r\n',
    refused: 'HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port',
    served:
      'HTTP/1.1 400 Bad Request\r\n\r\n{"jsonrpc":"2.0","error":{"code":-32000,"message":"no session"},"id":null}',
    closed: 'SSH-2.0-OpenSSH_9.9\r\n',
  };
  it.each(Object.entries(answers))('is %s', async (answer, text) => {
    const port = await servers.raw((socket) => void socket.once('data', () => socket.end(text)));
    const facts: TransportFacts = seen(await collect(port, {}, 'http'));
    expect(reason(facts.tls)).toBe('not-offered');
    expect(seen(facts.plainHttp)).toMatchObject({ answer, port });
  });

  it('is closed on a port that speaks TLS alone', async () => {
    const port = await servers.tls({ cert: issued.cert, key: issued.key });
    expect(seen(seen(await collect(port)).plainHttp)).toEqual({ answer: 'closed', port });
  });

  it('that asks for a credential is served: clients would send it in the clear', async () => {
    const port = await servers.http((_request, response) => void response.writeHead(401).end());
    expect(seen(seen(await collect(port, {}, 'http')).plainHttp).answer).toBe('served');
  });
});

describe('a server that means ill', () => {
  const quick = { deadlineMs: 150 };

  it('and stays silent gives a timeout', async () => {
    const port = await servers.raw(() => {});
    const facts = seen(await collect(port, quick));
    expect(reason(facts.tls)).toBe('timeout');
    expect(reason(facts.plainHttp)).toBe('timeout');
  });

  it('and says a byte now and then gives a timeout', async () => {
    const port = await servers.raw((socket) => {
      const hello = [0x16, 3, 3, 0x20, 0, 2, 0, 0x1f, 0xfc, 3, 3];
      const timer = setInterval(() => socket.write(Buffer.from([hello.shift() ?? 0])), 10);
      socket.on('close', () => clearInterval(timer));
    });
    expect(reason(seen(await collect(port, quick)).tls)).toBe('timeout');
  });

  it('and is not there is unreachable', async () => {
    const port = await servers.closed();
    expect(reason(await collect(port))).toBe('unreachable');
    expect(reason(await collect(port, {}, 'http'))).toBe('unreachable');
  });

  it('and talks garbage is unreadable', async () => {
    const port = await servers.raw((socket) => void socket.write(Buffer.alloc(200_000, 0x41)));
    expect(reason(seen(await collect(port)).tls)).toBe('unreadable');
  });

  it('and never stops talking is cut off', async () => {
    const port = await servers.raw((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 0x0a)));
      };
      socket.on('drain', more);
      more();
    });
    expect(seen(seen(await collect(port, quick, 'http')).plainHttp).answer).toBe('closed');
  });

  it('ends with the scan', async () => {
    const stop = new AbortController();
    const port = await servers.raw(() => stop.abort());
    const facts = seen(await collect(port, { signal: stop.signal, deadlineMs: 60_000 }));
    expect(reason(facts.tls)).toBe('timeout');
  });
});

it('shows the address without its query', async () => {
  const port = await servers.http((_request, response) => void response.end());
  expect(seen(await collect(port, {}, 'http')).url).toBe(`http://127.0.0.1:${port}/mcp`);
});
