import type { FirewallFacts, PortRange } from '../../facts/host.ts';
import { ALL_PORTS, difference, intersection, union } from './port-ranges.ts';

/** A version of IP. */
export type Family = 'ip' | 'ip6';

/** What a rule does with the packets that it matches. */
export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'reject' | 'return' | 'none' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** A rule of any firewall, as far as it matters to new TCP connections. */
export interface Rule {
  /** TCP ports that it matches. */
  readonly ports: readonly PortRange[];
  /** True where it matches no new TCP connection at all: other protocols, established connections. */
  readonly isElsewhere: boolean;
  /** True where it matches some sources only: addresses, the loopback interface, a rate. */
  readonly isNarrow: boolean;
  /** True where a part of it was not understood. */
  readonly isUnclear: boolean;
  readonly verdict: Verdict;
}

/** A rule while it is read. */
export interface RuleDraft {
  ports: Rule['ports'];
  isElsewhere: boolean;
  isNarrow: boolean;
  isUnclear: boolean;
  /** True where it matches up to a rate: what it drops is then some of it, what it accepts is open all the same. */
  isLimited: boolean;
}

/** A chain. Names are unique; jumps name them in full. */
export interface Chain {
  readonly name: string;
  readonly families: readonly Family[];
  /** Set where packets for this machine enter here: what happens to those that no rule speaks of. */
  readonly policy: 'accept' | 'drop' | undefined;
  readonly rules: readonly Rule[];
}

/** Deepest jumps that are followed; the kernel's own bound is 16. */
const MAX_DEPTH = 16;
/** Most rules that are walked through, jumps counted each time. */
const MAX_STEPS = 100_000;
/** Ranges of more ports than this are not listed one by one. */
const MAX_LISTED = 64;

/** What a firewall's chains come to for a new TCP connection from anywhere. */
export function judgeChains(chains: readonly Chain[], by: string): FirewallFacts {
  const entries = chains.filter(({ policy }) => policy !== undefined);
  const walker = new Walker(chains);
  const walked = entries.map((chain) => ({ chain, ...walker.enter(chain) }));
  const fates = (family: Family) =>
    walked.filter(({ chain }) => chain.families.includes(family)).map(({ fate }) => fate);
  const byFamily = { ip: strictest(fates('ip')), ip6: strictest(fates('ip6')) };
  // A packet has to get through every chain that it enters; only those that hold something back decide which ports are open.
  const open = (family: Family): readonly PortRange[] => {
    const closing = walked.filter(({ chain, fate }) => chain.families.includes(family) && fate !== 'accept');
    return closing.length === 0 ? [] : closing.reduce((all, { opened }) => intersection(all, opened), ALL_PORTS);
  };
  const openRanges = union(open('ip'), open('ip6'));
  return {
    by,
    hasRules: entries.some(({ rules, policy }) => rules.length > 0 || policy === 'drop'),
    inputPolicy: weakest([byFamily.ip, byFamily.ip6]),
    openPorts: listed(openRanges),
    openRanges,
    byFamily,
    isPartial: walker.isPartial,
  };
}

type Fate = 'accept' | 'drop' | 'reject';

/** Of several chains in a row: one that drops is enough. */
function strictest(fates: readonly Fate[]): Fate | undefined {
  return fates.find((fate) => fate !== 'accept') ?? fates[0];
}

/** Of both versions of IP: the one that lets more in, where anything is filtered at all. */
function weakest(fates: readonly (Fate | undefined)[]): Fate | undefined {
  const known = fates.filter((fate) => fate !== undefined);
  return known.find((fate) => fate === 'accept') ?? known[0];
}

function listed(ranges: readonly PortRange[]): readonly number[] {
  return ranges.flatMap(({ from, to }) =>
    to - from < MAX_LISTED ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : [],
  );
}

interface Walked {
  /** Ports that rules accept. */
  readonly opened: readonly PortRange[];
  /** Ports that no rule decided about. */
  readonly rest: readonly PortRange[];
  /** What happens to a packet for a port that no rule names; undefined: the caller goes on. */
  readonly fate: Fate | undefined;
}

class Walker {
  isPartial = false;
  readonly #chains: ReadonlyMap<string, Chain>;
  #steps = 0;

  constructor(chains: readonly Chain[]) {
    this.#chains = new Map(chains.map((chain) => [chain.name, chain]));
  }

  enter(chain: Chain): { readonly opened: readonly PortRange[]; readonly fate: Fate } {
    const { opened, fate } = this.#walk(chain, ALL_PORTS, 0);
    return { opened, fate: fate ?? chain.policy ?? 'accept' };
  }

  #walk(chain: Chain, scope: readonly PortRange[], depth: number): Walked {
    let opened: readonly PortRange[] = [];
    let left = scope;
    let returned: readonly PortRange[] = [];
    for (const rule of chain.rules) {
      if ((this.#steps += 1) > MAX_STEPS) this.isPartial = true;
      if (this.#steps > MAX_STEPS) break;
      if (rule.isElsewhere || rule.verdict.kind === 'none') continue;
      if (rule.isUnclear) this.isPartial ||= mayOpen(rule);
      if (rule.isUnclear || rule.isNarrow) continue;
      const here = intersection(left, rule.ports);
      const isForAll = isEverything(rule.ports);
      const { kind } = rule.verdict;
      if (kind === 'jump' || kind === 'goto') {
        const sub = this.#jump(rule.verdict.chain, here, depth);
        opened = union(opened, sub.opened);
        left = kind === 'jump' ? union(difference(left, here), sub.rest) : difference(left, here);
        if (kind === 'goto') returned = union(returned, sub.rest);
        if (isForAll && (sub.fate !== undefined || kind === 'goto')) return { opened, rest: returned, fate: sub.fate };
        continue;
      }
      if (kind === 'accept') opened = union(opened, here);
      if (kind === 'return') returned = union(returned, here);
      left = difference(left, here);
      if (isForAll) return { opened, rest: returned, fate: kind === 'return' ? undefined : kind };
    }
    return { opened, rest: union(returned, left), fate: undefined };
  }

  #jump(name: string, scope: readonly PortRange[], depth: number): Walked {
    const chain = this.#chains.get(name);
    if (chain !== undefined && depth < MAX_DEPTH) return this.#walk(chain, scope, depth + 1);
    this.isPartial = true;
    return { opened: [], rest: scope, fate: undefined };
  }
}

function mayOpen({ verdict: { kind } }: Rule): boolean {
  return kind === 'accept' || kind === 'jump' || kind === 'goto';
}

function isEverything(ports: readonly PortRange[]): boolean {
  return difference(ALL_PORTS, ports).length === 0;
}
