import type { Chain, Family, Rule, Verdict, RuleDraft } from './firewall-chains.ts';
import { isInnerInterface } from './interface-names.ts';
import { ALL_PORTS, intersection, portRange, union } from './port-ranges.ts';

/** Most lines that are read. */
const MAX_LINES = 50_000;

/** Reads what `iptables-save` or `ip6tables-save` printed; undefined for what is none. Never throws. */
export function parseIptables(text: string, family: Family): readonly Chain[] | undefined {
  const lines = text.split('\n', MAX_LINES);
  const start = lines.indexOf('*filter');
  // Tables without a filter table: nothing is filtered.
  if (start === -1) return text.includes('iptables-save') || text.trim() === '' ? [] : undefined;
  const chains = new Map<string, { policy: Chain['policy']; rules: Rule[] }>();
  const appended: [string, string[]][] = [];
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === 'COMMIT') break;
    const declared = /^:(\S{1,64}) (\S{1,16})/.exec(line);
    if (declared !== null)
      chains.set(`${family} ${declared[1]}`, { policy: policyOf(declared[1], declared[2]), rules: [] });
    const [command, chain, ...rest] = words(line);
    if (command === '-A' && chain !== undefined) appended.push([`${family} ${chain}`, rest]);
  }
  for (const [chain, rest] of appended) chains.get(chain)?.rules.push(toRule(rest, family, chains));
  return [...chains].map(([name, chain]) => ({ name, families: [family], ...chain }));
}

function policyOf(name: string | undefined, policy: string | undefined): Chain['policy'] {
  if (name !== 'INPUT') return undefined;
  return policy === 'DROP' ? 'drop' : 'accept';
}

/** Words of a line; what is in double quotes is one. */
function words(line: string): string[] {
  const found = line.slice(0, 4_096).matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g);
  return [...found].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

interface Draft extends RuleDraft {
  verdict: Verdict;
}

/** What an option says; `isNot` where a `!` stands before it. */
type Option = (draft: Draft, value: string, isNot: boolean) => void;

const anywhere = new Set(['0.0.0.0/0', '::/0']);

const ignore: Option = () => undefined;
const address: Option = (draft, value, isNot) => {
  if (isNot) draft.isUnclear = true;
  else if (!anywhere.has(value)) draft.isNarrow = true;
};
const ports: Option = (draft, value, isNot) => {
  const ranges = value.split(',').map((part) => {
    const [from = '', to = from] = part.split(':');
    return portRange(from === '' ? 0 : Number(from), to === '' ? 65_535 : Number(to));
  });
  if (isNot || ranges.includes(undefined)) draft.isUnclear = true;
  else
    draft.ports = intersection(
      draft.ports,
      union(
        ranges.flatMap((range) => range ?? []),
        [],
      ),
    );
};
const states: Option = (draft, value, isNot) => {
  draft.isElsewhere ||= value.split(',').includes('NEW') === isNot;
};
const protocol: Option = (draft, value, isNot) => {
  const isTcp = ['tcp', 'all', '6', '0'].includes(value);
  draft.isElsewhere ||= isTcp === isNot;
};

const options: ReadonlyMap<string, Option> = new Map<string, Option>([
  ['-p', protocol],
  ['--protocol', protocol],
  ['--dport', ports],
  ['--dports', ports],
  ['--ports', ports],
  ['-s', address],
  ['-d', address],
  ['--src-range', address],
  [
    '-i',
    (draft, value, isNot) => {
      // From anywhere but this machine is from anywhere.
      if (isNot) draft.isUnclear ||= value !== 'lo';
      else draft.isNarrow ||= isInnerInterface(value);
    },
  ],
  ['--ctstate', states],
  ['--state', states],
  [
    '--limit',
    (draft) => {
      draft.isLimited = true;
    },
  ],
  ['-m', ignore],
  ['--limit-burst', ignore],
  ['--comment', ignore],
  ['--reject-with', ignore],
  ['--log-prefix', ignore],
  ['--log-level', ignore],
]);

/** Targets that look at a packet and let it go on. */
const passing = new Set(['LOG', 'NFLOG', 'ULOG', 'MARK', 'CONNMARK', 'AUDIT', 'TRACE', 'SET', 'TCPMSS', 'CT']);
const verdicts: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['ACCEPT', { kind: 'accept' }],
  ['DROP', { kind: 'drop' }],
  ['REJECT', { kind: 'reject' }],
  ['RETURN', { kind: 'return' }],
]);

function toRule(args: readonly string[], family: Family, chains: ReadonlyMap<string, unknown>): Rule {
  const draft: Draft = {
    ports: ALL_PORTS,
    isElsewhere: false,
    isNarrow: false,
    isUnclear: false,
    isLimited: false,
    verdict: { kind: 'none' },
  };
  let isNot = false;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const value = args[at + 1] ?? '';
    if (word === '!') {
      isNot = true;
      continue;
    }
    const option = options.get(word);
    if (word === '-j' || word === '-g') draft.verdict = verdictOf(word, value, family, chains);
    else if (option !== undefined) option(draft, value, isNot);
    // A first packet is what is asked about, so `--syn` changes nothing.
    else if (word !== '--syn') draft.isUnclear = true;
    if (word !== '--syn') at += 1;
    isNot = false;
  }
  const { isLimited, ...rule } = draft;
  return { ...rule, isNarrow: rule.isNarrow || (isLimited && rule.verdict.kind !== 'accept') };
}

function verdictOf(how: '-j' | '-g', target: string, family: Family, chains: ReadonlyMap<string, unknown>): Verdict {
  const verdict = verdicts.get(target);
  if (verdict !== undefined) return verdict;
  const chain = `${family} ${target}`;
  if (chains.has(chain)) return { kind: how === '-g' ? 'goto' : 'jump', chain };
  // A target that is not known may accept.
  return passing.has(target) ? { kind: 'none' } : { kind: 'jump', chain };
}
