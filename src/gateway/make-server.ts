import { constants } from 'node:crypto';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import { MerlonError } from '../kernel/errors.ts';
import { followCertificate, type LiveCertificate } from './certificate.ts';
import { type EdgeOptions, milliseconds } from './edge-options.ts';
import { type FixedHeaders, makeResponseClass } from './edge-response.ts';

/** A server that is not listening yet, and its certificate if it speaks TLS. */
export interface BareServer {
  readonly server: Server;
  readonly certificate: LiveCertificate | undefined;
}

/**
 * Makes node's own HTTP or HTTPS server with every bound set, whose answers carry `headers`; nobody gives them yet.
 * @throws MerlonError CERTIFICATE_UNUSABLE
 */
export async function makeServer(options: EdgeOptions, headers: FixedHeaders): Promise<BareServer> {
  const http = { ...httpBounds(options), ServerResponse: makeResponseClass(headers) };
  const bare = options.secure
    ? await makeTlsServer(options, http)
    : { server: createServer(http), certificate: undefined };
  const { server } = bare;
  server.maxConnections = options.maxConnections;
  // Node would drop further headers silently; their bytes are bounded already.
  server.maxHeadersCount = 0;
  return bare;
}

function httpBounds(options: EdgeOptions): ServerOptions {
  const headersTimeout = milliseconds(options.headerTimeoutSeconds);
  return {
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout,
    // Node counts this one from the request's first byte.
    requestTimeout: headersTimeout + milliseconds(options.bodyTimeoutSeconds),
    keepAliveTimeout: milliseconds(options.idleTimeoutSeconds),
    // Node looks for overdue requests this often; its default of 30 s would stretch every bound by so much.
    connectionsCheckingInterval: Math.max(20, Math.min(1_000, headersTimeout / 4)),
    // Peers that vanish without a word are found by the kernel.
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    noDelay: true,
    insecureHTTPParser: false,
    // A missing Host is refused with the others, in the same words.
    requireHostHeader: false,
  };
}

// Only forward-secret, authenticated suites: all of TLS 1.3, and for 1.2 Mozilla's "intermediate" list without DHE.
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

async function makeTlsServer(options: EdgeOptions, http: ServerOptions): Promise<BareServer> {
  const { tlsCert, tlsKey, clock, log } = options;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new MerlonError('CERTIFICATE_UNUSABLE', 'TLS is on, but tls_cert and tls_key do not both name a file.');
  }
  const context: TlsServerOptions = {
    minVersion: options.tlsMinVersion,
    ciphers: CIPHERS,
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
  const certificate = await followCertificate({ cert: tlsCert, key: tlsKey }, clock, log, ({ cert, key }) => {
    // Open connections keep the context that they began with.
    server.setSecureContext({ ...context, cert, key });
  });
  const { cert, key } = certificate.current;
  const handshakeTimeout = milliseconds(options.headerTimeoutSeconds);
  const alpn = { ALPNProtocols: ['http/1.1'] };
  const server = createTlsServer({ ...http, ...context, ...alpn, handshakeTimeout, cert, key });
  return { server, certificate };
}
