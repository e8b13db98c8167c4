import type { Server } from 'node:http';
import { makeAllowLists } from './allow-lists.ts';
import type { CertificateFacts } from './certificate.ts';
import { type Connection, isAnswering } from './connections.ts';
import { type Door, guardDoor } from './door.ts';
import { dropStalled } from './drop-stalled.ts';
import { type EdgeNames, type EdgeOptions, milliseconds } from './edge-options.ts';
import { fixedHeaders } from './edge-response.ts';
import { listen } from './listen.ts';
import { makeServer } from './make-server.ts';
import { makePlainRedirector } from './redirect-plain.ts';
import { serveRequests } from './serve-requests.ts';

/** A running listener. */
export interface Edge {
  /** Where it is bound; the port is the real one even if the system chose it. */
  readonly address: { readonly host: string; readonly port: number };
  /** The origin to show to callers: the public URL's, else the bound address. */
  readonly url: string;
  /** The certificate in use; undefined without TLS. */
  certificate(): CertificateFacts | undefined;
  /** Reads the certificate files now; false when they cannot be used and the old pair stays. Without TLS: true. */
  reloadCertificate(): Promise<boolean>;
  /**
   * Replaces the allow-lists for all later requests.
   * @throws MerlonError CONFIG_INVALID, and then the old lists stay
   */
  setAllowLists(names: EdgeNames): void;
  /** Stops accepting, lets running answers finish for up to `drainSeconds`, then destroys the rest. */
  close(): Promise<void>;
}

/**
 * Opens the one port. With TLS, a connection that starts with anything else is plain HTTP and gets a redirect or is
 * closed. Only requests whose Host and Origin are allowed reach the handler.
 * @throws MerlonError CERTIFICATE_UNUSABLE, CONFIG_INVALID, PORT_IN_USE, PORT_NOT_ALLOWED
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { host, secure } = options;
  let lists = makeAllowLists(options, options);
  let closing: Promise<void> | undefined;

  const headers = fixedHeaders(secure, options.hstsMaxAgeSeconds);
  const { server, certificate } = await makeServer(options, headers);
  const isClosing = (): boolean => closing !== undefined;
  const open = serveRequests(server, { ...options, headers, lists: () => lists, isClosing });
  const stopLooking = dropStalled(open, milliseconds(options.idleTimeoutSeconds), options.clock);
  const redirect = makePlainRedirector({
    clock: options.clock,
    timeoutMs: milliseconds(options.headerTimeoutSeconds),
    maxHeaderBytes: options.maxHeaderBytes,
    redirectOrigin: (header) => lists.redirectOrigin(header),
  });
  const door = guardDoor(server, options, options.redirectHttp ? redirect : (socket) => socket.destroy());

  const stop = (): void => {
    certificate?.stop();
    stopLooking();
  };
  const port = await listen(server, host, options.port).catch((error: unknown) => {
    stop();
    throw error;
  });
  // Only now is the port known if the system chose it.
  lists = makeAllowLists(options, { secure, host, port });

  return {
    address: { host, port },
    get url() {
      return lists.url;
    },
    certificate: () => certificate?.current.facts,
    reloadCertificate: async () => (await certificate?.reload()) ?? true,
    setAllowLists(names) {
      lists = makeAllowLists(names, { secure, host, port });
    },
    close() {
      stop();
      closing ??= drain(server, door, open, options);
      return closing;
    },
  };
}

async function drain(server: Server, door: Door, open: ReadonlySet<Connection>, options: EdgeOptions): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of door.waiting) socket.destroy();
  for (const connection of open) {
    if (isAnswering(connection)) closeAfterAnswer(connection);
    else connection.socket.destroy();
  }
  const cancel = options.clock.after(milliseconds(options.drainSeconds), () => {
    options.log.warn('Connections were cut off at the end of the drain.', { count: door.inside.size });
    for (const socket of door.inside) socket.destroy();
  });
  await closed;
  cancel();
}

function closeAfterAnswer({ socket, response }: Connection): void {
  if (response === undefined) return;
  if (!response.headersSent) response.shouldKeepAlive = false;
  response.once('close', () => socket.destroySoon());
}
