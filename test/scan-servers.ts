// oxlint-disable-next-line import/no-unassigned-import -- it patches Reflect, without which x509 refuses to load
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { cryptoProvider, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { issueAuthority, issueServer, type PemPair } from '../src/identity/issue-certificate.ts';

const DAY_MS = 86_400_000;

/** A certificate for loopback and who signed it, all PEM. */
export interface Issued {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Issues a certificate that a throwaway authority signed; default: for 127.0.0.1, from yesterday until tomorrow. */
export async function issue(
  options: { readonly hosts?: readonly string[]; readonly from?: number; readonly until?: number } = {},
): Promise<Issued> {
  const now = Date.now();
  const { hosts = ['127.0.0.1', 'localhost'], from = now - DAY_MS, until = now + DAY_MS } = options;
  const authority: PemPair = await issueAuthority('Merlon test CA', { from: now - DAY_MS, until: now + DAY_MS });
  const server = await issueServer(authority, hosts, { from, until });
  return { ca: authority.certificate, cert: server.certificate, key: server.key };
}

/** A certificate with an RSA key that signs itself, for 127.0.0.1; `bits` may be too few and `hash` too old. */
export async function selfSigned(bits: number, hash: 'SHA-1' | 'SHA-256'): Promise<Issued> {
  cryptoProvider.set(webcrypto);
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: bits, publicExponent: new Uint8Array([1, 0, 1]), hash };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=127.0.0.1',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const cert = certificate.toString('pem');
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { ca: cert, cert, key };
}

/** Starts servers on loopback, on ports of the system's choosing, and ends them all with {@link Servers.end}. */
export interface Servers {
  /** Each connection goes to `talk`; what it makes of it is its affair. */
  raw(talk: (socket: Socket) => void): Promise<number>;
  /** TLS; each connection gets `answer` once something came. */
  tls(options: TlsOptions, answer?: string): Promise<number>;
  http(listener: RequestListener): Promise<number>;
  /** A port on which nobody listens. */
  closed(): Promise<number>;
  end(): void;
}

/** Makes {@link Servers}. */
export function createServers(): Servers {
  const servers = new Set<Server>();
  const sockets = new Set<Socket>();
  function start(server: Server): Promise<number> {
    servers.add(server);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }
  return {
    raw: (talk) => start(createServer(talk)),
    tls: (options, answer = '') => {
      const server = createTlsServer(options, (socket) => {
        socket.on('error', () => socket.destroy());
        socket.once('data', () => socket.end(answer));
      });
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      return start(server);
    },
    http: (listener) => start(createHttpServer(listener)),
    async closed() {
      const server = createServer();
      const port = await start(server);
      await new Promise((resolve) => server.close(resolve));
      return port;
    },
    end() {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
