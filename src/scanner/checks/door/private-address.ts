import { BlockList, isIP } from 'node:net';
import { isLoopbackHost } from '../../../kernel/loopback.ts';

const blocks = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  blocks.addSubnet(net, prefix, 'ipv4');
}
blocks.addAddress('::', 'ipv6');
blocks.addAddress('::1', 'ipv6');
blocks.addSubnet('fc00::', 7, 'ipv6');
blocks.addSubnet('fe80::', 10, 'ipv6');

const CLOUD_NAMES = new Set(['metadata', 'metadata.google.internal', 'instance-data']);
const CLOUD_ADDRESSES = new Set(['169.254.169.254', '169.254.170.2', '[fd00:ec2::254]', '100.100.100.200']);

/** What kind of address a host is, by its text alone; a name that resolves to a private address is `public` here. */
export type Reach = 'public' | 'private' | 'loopback' | 'cloud-metadata';

/** Where an address leads, from the one who fetches it. BP-29 to BP-32. */
export function reachOf({ hostname }: URL): Reach {
  if (CLOUD_NAMES.has(hostname) || CLOUD_ADDRESSES.has(hostname)) return 'cloud-metadata';
  if (isLoopbackHost(hostname) || hostname.endsWith('.localhost')) return 'loopback';
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(bare);
  if (version === 0) return 'public';
  return blocks.check(bare, version === 4 ? 'ipv4' : 'ipv6') ? 'private' : 'public';
}
