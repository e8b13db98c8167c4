import { lookup as dnsLookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { blind, type Blind, type Look, saw } from '../look.ts';

/** An address that a name was found to have; every connection of a scan goes there. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Finds the addresses of a name. Rejects where there are none. */
export type Lookup = (name: string) => Promise<readonly Address[]>;

/** Tells whether a TCP connection to an address comes about; true as soon as one stands. */
export type Knock = (address: Address, port: number) => Promise<boolean>;

/** What finding a target's address may take, and how it is done. */
export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Longest time for the name, and again for each address tried, ms. Default 3,000. */
  readonly timeoutMs?: number;
  /** Default: the system's resolver. */
  readonly lookup?: Lookup;
  /** Default: a TCP connection, closed at once. */
  readonly knock?: Knock;
}

/** Most addresses of a name that are tried. */
const MOST_ADDRESSES = 4;

/**
 * Resolves a target's name, once: of its addresses the first that takes a connection, else the first. Whoever connects
 * to that address is not led elsewhere by a name that changes its mind (DNS rebinding).
 */
export async function resolveTarget(url: URL, options: ResolveOptions): Promise<Look<Address>> {
  const { signal, timeoutMs = 3_000, lookup = systemLookup } = options;
  const name = bareHost(url);
  const family = isIP(name);
  if (family === 4 || family === 6) return saw({ address: name, family });
  const found = await within(timeoutMs, signal, lookup(name));
  if (found === 'late') return blind('timeout', 'The name was not resolved in time.', '域名未能及时解析。');
  if (found === 'failed') return unresolved();
  const addresses = found.slice(0, MOST_ADDRESSES);
  const [first] = addresses;
  if (first === undefined) return unresolved();
  if (addresses.length === 1) return saw(first);
  const knock = options.knock ?? ((address, port) => knockOnce(address, port, timeoutMs, signal));
  for (const address of addresses) if (await knock(address, portOf(url))) return saw(address);
  return saw(first);
}

/** The host of an address without the brackets of IPv6. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The port of an http or https address. */
export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

function unresolved(): Blind {
  return blind('unreachable', 'The name has no address.', '该域名没有对应的地址。');
}

async function systemLookup(name: string): Promise<readonly Address[]> {
  const found = await dnsLookup(name, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function knockOnce({ address, family }: Address, port: number, timeoutMs: number, signal: AbortSignal) {
  return new Promise<boolean>((resolve) => {
    const socket = connect({ host: address, family, port, signal });
    const done = (isThere: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isThere);
    };
    const timer = setTimeout(() => done(false), timeoutMs);
    socket.on('connect', () => done(true)).on('error', () => done(false));
  });
}

/** A lookup cannot be cancelled, only left behind. */
async function within<T>(ms: number, signal: AbortSignal, work: Promise<T>): Promise<T | 'late' | 'failed'> {
  let stop: () => void = () => {};
  const late = new Promise<'late'>((resolve) => {
    stop = () => resolve('late');
  });
  const timer = setTimeout(stop, ms);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([work.catch((): 'failed' => 'failed'), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
