import type { Sources } from '../../src/policy/provenance/source.ts';
import type { ToolProfile } from '../../src/policy/tool/tool-profile.ts';

/** A rule that every engine here can express: who may get how much through one tool, until when. */
export interface Rule {
  readonly id: string;
  readonly tool: string;
  readonly recipients: readonly string[];
  readonly most: number;
  readonly expiresAt: number;
}

/** A call that every engine is asked about. */
export interface Call {
  readonly tool: string;
  readonly args: {
    readonly recipient: string;
    readonly amount: number;
    readonly note: string;
    readonly file: string;
  };
}

/** Rules with calls about them, about half of which they allow. */
export interface Case {
  readonly rules: readonly Rule[];
  readonly calls: readonly Call[];
}

export const NOW = Date.UTC(2026, 10, 22);
const RULES_OF_A_TOOL = 10;
const CALLS = 2_000;

/** As tasks have them: ten rules for each tool. */
export function spreadCase(count: number): Case {
  const random = randomFrom(count);
  const rules = Array.from({ length: count }, (_, index) =>
    ruleOf(index, `bank/pay_${Math.floor(index / RULES_OF_A_TOOL)}`),
  );
  const calls = Array.from({ length: CALLS }, () => callOf(rules, random));
  return { rules, calls };
}

/** The worst there is: every rule is for the one tool, and none allows the call. */
export function oneToolCase(count: number): Case {
  const rules = Array.from({ length: count }, (_, index) => ruleOf(index, 'bank/pay'));
  const args = { recipient: 'stranger@evil.example', amount: 5, note: 'Rent', file: '/srv/a/b' };
  return { rules, calls: [{ tool: 'bank/pay', args }] };
}

/** What the tools of the cases are; they send money. */
export function profileOf(tool: string): ToolProfile {
  const sinks = { recipient: 'recipient', amount: 'amount', file: 'path' } as const;
  return { tool, hash: 'a1', effects: ['egress'], sinks, output: 'trusted', sandboxed: false };
}

/** Knows all recipients of the rules; looking up is all that it does. */
export function sourcesOf({ rules }: Case): Sources {
  const known = new Set<unknown>(rules.flatMap(({ recipients }) => recipients));
  return { sourceOf: (value) => (known.has(value) ? 'user' : 'unknown'), exposed: false };
}

function ruleOf(index: number, tool: string): Rule {
  const recipients = Array.from({ length: 8 }, (_, one) => `person-${index}-${one}@firm-${index % 97}.example`);
  // One in ten is over, as in life.
  const expiresAt = NOW + (index % 10 === 9 ? -1 : 3_600_000);
  return { id: `rule-${index}`, tool, recipients, most: 100 + (index % 7) * 50, expiresAt };
}

function callOf(rules: readonly Rule[], random: () => number): Call {
  const rule = rules[Math.floor(random() * rules.length)];
  if (rule === undefined) throw new Error('A case has rules.');
  const isStranger = random() < 0.25;
  const recipient = isStranger ? 'stranger@evil.example' : (rule.recipients[Math.floor(random() * 8)] ?? '');
  const amount = Math.floor(random() * rule.most * 1.25);
  return { tool: rule.tool, args: { recipient, amount, note: 'Rent for November', file: '/srv/reports/a.pdf' } };
}

/** The same numbers in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
