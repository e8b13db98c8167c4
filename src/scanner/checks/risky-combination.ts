import { capabilitiesOf, type Capability } from '../../detect/capabilities.ts';
import type { ToolLike } from '../../kernel/tool-like.ts';
import type { Text } from '../../kernel/text.ts';
import { type Answer, pass, warn } from '../check.ts';

/** What together makes a way out for private data. */
const LEGS: readonly Capability[] = ['readsPrivate', 'readsUntrusted', 'egress'];

/** True for a tool that can do one of the three. */
export type Has = (tool: ToolLike) => boolean;

/** Warns where all three are there. `whoHas` names those that have one of them, `apart` says that one is missing. */
export function judgeCombination(whoHas: (has: Has) => readonly string[], apart: Text): Answer {
  const [reads, untrusted, sends] = LEGS.map((leg) => whoHas((tool) => capabilitiesOf(tool).has(leg)));
  if (!reads?.length || !untrusted?.length || !sends?.length) return pass(apart);
  return warn({
    en: `Private data: ${some(reads)}; untrusted text: ${some(untrusted)}; sending out: ${some(sends)}.`,
    zh: `私有数据:${some(reads)};不可信内容:${some(untrusted)};向外发送:${some(sends)}。`,
  });
}

function some(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} …` : names.join(', ');
}
