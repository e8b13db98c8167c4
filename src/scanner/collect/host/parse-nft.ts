import { isObject } from '../../../kernel/jsonrpc.ts';
import type { PortRange } from '../../facts/host.ts';
import type { Chain, Family, Rule, Verdict, RuleDraft } from './firewall-chains.ts';
import { isInnerInterface } from './interface-names.ts';
import { ALL_PORTS, intersection, portRange, union } from './port-ranges.ts';

/** Most objects of a rule set that are read. */
const MAX_OBJECTS = 50_000;

/** What `nft -j list ruleset` said. */
export interface NftRules {
  readonly chains: readonly Chain[];
  /** True where iptables' own matches stand in it, which only `iptables-save` spells out. */
  readonly hasForeignMatches: boolean;
}

/** Reads the JSON of `nft -j list ruleset`; undefined for what is none. Never throws. */
export function parseNft(text: string): NftRules | undefined {
  const root = parse(text);
  const list = isObject(root) ? root['nftables'] : undefined;
  if (!Array.isArray(list)) return undefined;
  const objects = list.slice(0, MAX_OBJECTS).filter(isObject);
  const named = namedSets(objects);
  const chains = new Map<string, { families: Family[]; policy: Chain['policy']; rules: Rule[] }>();
  for (const { chain } of objects) {
    const families = isObject(chain) ? familiesOf(chain['family']) : [];
    if (isObject(chain) && families.length > 0)
      chains.set(idOf(chain), { families, policy: policyOf(chain), rules: [] });
  }
  let hasForeignMatches = false;
  for (const { rule } of objects) {
    const expr = isObject(rule) ? rule['expr'] : undefined;
    if (!isObject(rule) || !Array.isArray(expr)) continue;
    hasForeignMatches ||= expr.some((one) => isObject(one) && 'xt' in one);
    chains.get(idOf(rule, 'chain'))?.rules.push(...toRules(expr, rule, named));
  }
  return { chains: [...chains].map(([name, chain]) => ({ name, ...chain })), hasForeignMatches };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Named = ReadonlyMap<string, readonly unknown[]>;

function namedSets(objects: readonly Record<string, unknown>[]): Named {
  const found = new Map<string, readonly unknown[]>();
  for (const { set, map } of objects) {
    for (const one of [set, map]) {
      const elements = isObject(one) ? one['elem'] : undefined;
      if (isObject(one) && Array.isArray(elements)) found.set(idOf(one), elements);
    }
  }
  return found;
}

function idOf(object: Record<string, unknown>, key = 'name'): string {
  return JSON.stringify([object['family'], object['table'], object[key]]);
}

function familiesOf(family: unknown): Family[] {
  if (family === 'inet') return ['ip', 'ip6'];
  return family === 'ip' || family === 'ip6' ? [family] : [];
}

function policyOf({ hook, type, policy }: Record<string, unknown>): Chain['policy'] {
  if (hook !== 'input' || type !== 'filter') return undefined;
  return policy === 'drop' ? 'drop' : 'accept';
}

/** One rule, or several where a verdict map stands in it. */
function toRules(expr: readonly unknown[], rule: Record<string, unknown>, named: Named): Rule[] {
  const draft: RuleDraft = {
    ports: ALL_PORTS,
    isElsewhere: false,
    isNarrow: false,
    isUnclear: false,
    isLimited: false,
  };
  const rules: Rule[] = [];
  for (const one of expr.slice(0, 200)) {
    if (!isObject(one)) continue;
    const verdict = verdictOf(one, rule);
    if (verdict !== undefined) rules.push(finish(draft, verdict));
    else if (isObject(one['match'])) addMatch(draft, one['match'], rule, named);
    else if (isObject(one['vmap'])) rules.push(...fromMap(draft, one['vmap'], rule, named));
    else if ('limit' in one) draft.isLimited = true;
    else if (!isHarmless(one)) draft.isUnclear = true;
  }
  return rules;
}

function isHarmless(one: Record<string, unknown>): boolean {
  return ['counter', 'log', 'comment', 'mangle', 'notrack', 'nflog', 'set'].some((key) => key in one);
}

function finish({ isLimited, ...draft }: RuleDraft, verdict: Verdict): Rule {
  // A rate that is accepted is open; a rate that is dropped leaves the rest.
  const isNarrow = draft.isNarrow || (isLimited && verdict.kind !== 'accept');
  return { ...draft, isNarrow, verdict };
}

function verdictOf(one: Record<string, unknown>, rule: Record<string, unknown>): Verdict | undefined {
  for (const kind of ['accept', 'drop', 'reject', 'return'] as const) if (kind in one) return { kind };
  for (const kind of ['jump', 'goto'] as const) {
    const to = one[kind];
    if (isObject(to) && typeof to['target'] === 'string') {
      return { kind, chain: idOf({ ...rule, name: to['target'] }) };
    }
  }
  return undefined;
}

function fromMap(draft: RuleDraft, vmap: Record<string, unknown>, rule: Record<string, unknown>, named: Named): Rule[] {
  const pairs = elementsOf(vmap['data'], rule, named);
  if (pairs === undefined) return [finish({ ...draft, isUnclear: true }, { kind: 'accept' })];
  return pairs.slice(0, 1_000).flatMap((pair) => {
    const [value, to] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    const verdict = isObject(to) ? verdictOf(to, rule) : undefined;
    if (verdict === undefined) return [];
    const copy = { ...draft };
    addMatch(copy, { op: '==', left: vmap['key'], right: value }, rule, named);
    return [finish(copy, verdict)];
  });
}

/** The elements of a set in place, or of one that is named (`@ports`). */
function elementsOf(value: unknown, rule: Record<string, unknown>, named: Named): readonly unknown[] | undefined {
  const set = isObject(value) ? value['set'] : undefined;
  if (Array.isArray(set)) return set;
  return typeof value === 'string' && value.startsWith('@')
    ? named.get(idOf({ ...rule, name: value.slice(1) }))
    : undefined;
}

function addMatch(draft: RuleDraft, match: Record<string, unknown>, rule: Record<string, unknown>, named: Named): void {
  const { op, left, right } = match;
  const values = elementsOf(right, rule, named) ?? (Array.isArray(right) ? right : [right]);
  const { payload, meta, ct } = isObject(left) ? left : {};
  if (isObject(payload)) addPayload(draft, payload, values, op);
  else if (isObject(meta)) addMeta(draft, meta['key'], values, op);
  else if (isObject(ct) && ct['key'] === 'state' && op !== '!=') draft.isElsewhere ||= !values.includes('new');
  else draft.isUnclear = true;
}

function addPayload(draft: RuleDraft, payload: Record<string, unknown>, values: readonly unknown[], op: unknown): void {
  const { protocol, field } = payload;
  if (field === 'dport' && (protocol === 'tcp' || protocol === 'th')) {
    const ranges = values.map(rangeOf);
    if (op === '!=' || ranges.includes(undefined)) draft.isUnclear = true;
    else
      draft.ports = intersection(
        draft.ports,
        union(
          ranges.flatMap((range) => range ?? []),
          [],
        ),
      );
  } else if (field === 'protocol' || field === 'nexthdr') addProtocol(draft, values, op);
  else if (field === 'saddr' || field === 'daddr') draft[op === '!=' ? 'isUnclear' : 'isNarrow'] = true;
  else if (protocol === 'tcp' || protocol === 'th') draft.isUnclear = true;
  else draft.isElsewhere = true;
}

function addMeta(draft: RuleDraft, key: unknown, values: readonly unknown[], op: unknown): void {
  if (key === 'l4proto') addProtocol(draft, values, op);
  else if (key === 'iif' || key === 'iifname') {
    // From anywhere but this machine is from anywhere.
    if (op === '!=') draft.isUnclear ||= values.some((value) => value !== 'lo');
    else draft.isNarrow ||= values.every((value) => typeof value === 'string' && isInnerInterface(value));
  } else if (key === 'pkttype') draft.isNarrow = true;
  else if (key !== 'nfproto') draft.isUnclear = true;
}

function addProtocol(draft: RuleDraft, values: readonly unknown[], op: unknown): void {
  if (op === '!=') draft.isElsewhere ||= values.includes('tcp') || values.includes(6);
  else draft.isElsewhere ||= !values.includes('tcp') && !values.includes(6);
}

function rangeOf(value: unknown): PortRange | undefined {
  if (typeof value === 'number') return portRange(value);
  if (!isObject(value)) return undefined;
  const element = value['elem'];
  if (isObject(element)) return rangeOf(element['val']);
  const range = value['range'];
  const [from, to] = Array.isArray(range) ? (range as readonly unknown[]) : [];
  return typeof from === 'number' && typeof to === 'number' ? portRange(from, to) : undefined;
}
