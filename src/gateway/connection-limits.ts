/**
 * Names the group of remote addresses that share one bound: an IPv4 address alone, an IPv6 address with its /64,
 * because one subscriber has at least a /64 to himself. IPv4 in IPv6 notation counts as IPv4.
 */
export function remoteGroup(address: string): string {
  const [bare = ''] = address.split('%', 1);
  if (!bare.includes(':')) return bare;
  const mapped = /^::ffff:([0-9.]+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  const groups = ipv6Groups(bare).slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function ipv6Groups(address: string): readonly string[] {
  const [left = '', right] = address.split('::');
  const head = left === '' ? [] : left.split(':');
  if (right === undefined) return head;
  const tail = right === '' ? [] : right.split(':');
  // A dotted tail ("::1.2.3.4") stands for two groups.
  const width = tail.length + (right.includes('.') ? 1 : 0);
  return [...head, ...Array.from({ length: 8 - head.length - width }, () => '0'), ...tail];
}

/** Counts open connections by remote group. */
export interface ConnectionLimits {
  /** Counts one connection in; false when its group is full, and then nothing was counted. */
  enter(group: string): boolean;
  /** Counts out one connection that entered. */
  leave(group: string): void;
  /** How many groups have open connections. */
  groups(): number;
}

/** Makes {@link ConnectionLimits} that let `maxPerGroup` (1 or more) connections of one group be open at a time. */
export function makeConnectionLimits(maxPerGroup: number): ConnectionLimits {
  const open = new Map<string, number>();
  return {
    enter(group) {
      const count = open.get(group) ?? 0;
      if (count >= maxPerGroup) return false;
      open.set(group, count + 1);
      return true;
    },
    leave(group) {
      const count = open.get(group) ?? 0;
      if (count <= 1) open.delete(group);
      else open.set(group, count - 1);
    },
    groups: () => open.size,
  };
}
