import type { Server } from 'node:net';
import { MerlonError } from '../kernel/errors.ts';

/**
 * Makes a server listen and tells its real port.
 * @throws MerlonError PORT_IN_USE, PORT_NOT_ALLOWED, CONFIG_INVALID
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once('error', onError);
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Says in one sentence why a server could not listen. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): MerlonError {
  if (error.code === 'EADDRINUSE') return new MerlonError('PORT_IN_USE', `Port ${port} on ${host} is in use.`);
  if (error.code === 'EACCES') {
    return new MerlonError('PORT_NOT_ALLOWED', `This process may not open port ${port} on ${host}.`);
  }
  const message = `server.host: ${JSON.stringify(host)} is no address of this machine (${error.code ?? 'unknown'}).`;
  return new MerlonError('CONFIG_INVALID', message, { cause: error });
}
