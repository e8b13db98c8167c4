import { isIP } from 'node:net';
import { isLoopbackHost } from '../../../kernel/loopback.ts';
import { isPublicAddress } from '../../../kernel/public-address.ts';

const CLOUD_NAMES = new Set(['metadata', 'metadata.google.internal', 'instance-data']);
const CLOUD_ADDRESSES = new Set(['169.254.169.254', '169.254.170.2', '[fd00:ec2::254]', '100.100.100.200']);

/** What kind of address a host is, by its text alone; a name that resolves to a private address is `public` here. */
export type Reach = 'public' | 'private' | 'loopback' | 'cloud-metadata';

/** Where an address leads, from the one who fetches it. BP-29 to BP-32. */
export function reachOf({ hostname }: URL): Reach {
  if (CLOUD_NAMES.has(hostname) || CLOUD_ADDRESSES.has(hostname)) return 'cloud-metadata';
  if (isLoopbackHost(hostname) || hostname.endsWith('.localhost')) return 'loopback';
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 || isPublicAddress(bare) ? 'public' : 'private';
}
