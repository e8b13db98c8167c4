import type { FirewallFacts, PortRange } from '../../facts/host.ts';
import { portRange, union } from './port-ranges.ts';

/** Most lines that are read. */
const MAX_LINES = 10_000;

/** Reads what `ufw status verbose` printed; undefined for what is none. Never throws. */
export function parseUfw(text: string): FirewallFacts | undefined {
  const lines = text.split('\n', MAX_LINES).map((line) => line.slice(0, 400));
  const status = lines
    .find((line) => line.startsWith('Status: '))
    ?.slice('Status: '.length)
    .trim();
  if (status === undefined) return undefined;
  if (status !== 'active') {
    return {
      by: 'ufw',
      hasRules: false,
      inputPolicy: undefined,
      openPorts: [],
      byFamily: { ip: undefined, ip6: undefined },
    };
  }
  // Without `verbose` it does not tell; ufw's own default is to deny.
  const policy = /\b(allow|deny|reject) \(incoming\)/.exec(
    lines.find((line) => line.startsWith('Default:')) ?? '',
  )?.[1];
  const inputPolicy = policy === 'allow' ? 'accept' : policy === 'reject' ? 'reject' : 'drop';
  const rules = lines.flatMap((line) => openedBy(line) ?? []);
  const openRanges = union(
    rules.flatMap(({ ports }) => ports),
    [],
  );
  const openPorts = openRanges.flatMap(({ from, to }) =>
    to - from < 64 ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : [],
  );
  return {
    by: 'ufw',
    hasRules: true,
    inputPolicy,
    openPorts,
    openRanges,
    byFamily: { ip: inputPolicy, ip6: inputPolicy },
    isPartial: rules.some(({ isUnclear }) => isUnclear),
  };
}

interface Opened {
  readonly ports: readonly PortRange[];
  readonly isUnclear: boolean;
}

/** `22/tcp  ALLOW IN  Anywhere`: what a line opens to anywhere. */
function openedBy(line: string): Opened | undefined {
  const [to = '', action = '', ...from] = line.trim().split(/ {2,}/);
  if (!/^(ALLOW|LIMIT)( IN)?$/.test(action) || !/^Anywhere( \(v6\))?( +#.*)?$/.test(from[0] ?? '')) return undefined;
  const [what = ''] = to.split(' ', 1);
  if (what.endsWith('/udp')) return undefined;
  if (what === 'Anywhere') return { ports: [{ from: 0, to: 65_535 }], isUnclear: false };
  const ranges = what
    .replace(/\/tcp$/, '')
    .split(',')
    .map((part) => {
      const [first = '', last = first] = part.split(':');
      return /^\d{1,5}$/.test(first) && /^\d{1,5}$/.test(last) ? portRange(Number(first), Number(last)) : undefined;
    });
  // The name of an application's profile, which does not tell its ports.
  return { ports: ranges.flatMap((range) => range ?? []), isUnclear: ranges.includes(undefined) };
}
