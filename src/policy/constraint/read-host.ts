import { isAddress, readAddress6, readHostName } from './read-host-name.ts';
import { readUrl } from './read-origin.ts';

/**
 * Reads a host name, or the host of an absolute URL with `http`, `https`, `ws` or `wss`, into the form of
 * `readHostName`. An IPv6 address may stand without its brackets.
 */
export function readHost(text: string): string | undefined {
  if (text.includes('://')) return readUrl(text)?.host;
  if (text.includes(':') && !text.startsWith('[')) return readAddress6(text);
  return readHostName(text);
}

/** A host, or everything under one. */
export interface HostPattern {
  /** In the form of `readHostName`. */
  readonly host: string;
  /** True for `*.example.com`: names with at least one label more, not the name itself. */
  readonly isBelow: boolean;
}

/** Reads `api.example.com` or `*.example.com`; a `*` anywhere else, and one over an address, is refused. */
export function readHostPattern(text: string): HostPattern | undefined {
  const isBelow = text.startsWith('*.');
  const base = isBelow ? text.slice(2) : text;
  const host = base.includes(':') && !base.startsWith('[') ? readAddress6(base) : readHostName(base);
  if (host === undefined || (isBelow && isAddress(host))) return undefined;
  return { host, isBelow };
}

/** True where a host in the form of `readHostName` is what the pattern says. */
export function matchesHost({ host, isBelow }: HostPattern, name: string): boolean {
  if (!isBelow) return name === host;
  return name.length > host.length + 1 && name.endsWith(host) && name[name.length - host.length - 1] === '.';
}
