import { isLoopbackHost } from '../../../kernel/loopback.ts';

/** An address out of a document of the server, which may hold anything. */
export function urlFrom(value: unknown): URL | undefined {
  return typeof value === 'string' && value.length <= 2_048 && URL.canParse(value) ? new URL(value) : undefined;
}

/** True for https, and for plain http that never leaves this machine. SEC-09. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

/** True where both are one origin; on this machine, by whatever name it is called. */
export function isSameOrigin(one: URL, other: URL): boolean {
  if (one.origin === other.origin) return true;
  const areHere = isLoopbackHost(one.hostname) && isLoopbackHost(other.hostname);
  return areHere && one.protocol === other.protocol && one.port === other.port;
}

/** An address as evidence shows it: without a user, a query or a fragment. */
export function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.slice(0, 200);
}
