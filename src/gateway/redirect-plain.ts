import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import { closeGently } from './close-gently.ts';
import { rememberConnection } from './connections.ts';

/** What the redirector needs to know. */
export interface PlainRedirect {
  readonly clock: Clock;
  /** Milliseconds that such a connection may live at all. */
  readonly timeoutMs: number;
  readonly maxHeaderBytes: number;
  /** The https origin to send a caller to, by his Host header. */
  redirectOrigin(header: string | undefined): string;
}

/**
 * Makes a function that takes a plain-HTTP connection on the TLS port, answers its first request with 301 to https,
 * and closes. Anything that is no request is dropped without an answer. A body is never looked at.
 */
export function makePlainRedirector(options: PlainRedirect): (socket: Socket) => void {
  const redirect = (req: IncomingMessage, res: ServerResponse): void => {
    const connection = rememberConnection(req.socket);
    connection.response = res;
    closeGently(req);
    res.writeHead(301, {
      Location: options.redirectOrigin(onlyHost(req)) + pathOf(req.url ?? '/'),
      'Content-Length': 0,
      'Cache-Control': 'no-store',
      Connection: 'close',
    });
    res.end();
  };
  const server = createServer({ maxHeaderSize: options.maxHeaderBytes, requireHostHeader: false }, redirect);
  server.on('checkContinue', redirect);
  server.on('checkExpectation', redirect);
  server.on('clientError', (_error, socket) => socket.destroy());
  return (socket) => {
    const cancel = options.clock.after(options.timeoutMs, () => socket.destroy());
    socket.once('close', cancel);
    server.emit('connection', socket);
  };
}

function onlyHost(req: IncomingMessage): string | undefined {
  const hosts = req.headersDistinct['host'];
  return hosts?.length === 1 ? hosts[0] : undefined;
}

/** The path and query of an attacker-controlled request target, as it may stand in a Location header. */
export function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  const rooted = path.startsWith('/') ? path : path.startsWith('?') ? `/${path}` : '/';
  // Node hands bytes over as Latin-1; only printable ASCII may stand in a URL.
  return rooted.replace(
    /[^\x21-\x7e]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
