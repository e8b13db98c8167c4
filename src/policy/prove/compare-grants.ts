import type { ToolCall } from '../grant/call-decision.ts';
import { compileGrants } from '../grant/compile-grants.ts';
import { explainDecision } from '../grant/explain.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import { findCounterexample } from './find-counterexample.ts';
import { type CompareOptions, unprovenGrants } from './is-narrower.ts';
import type { Difference } from './try-calls.ts';

/** Most sentences that say why a call would not have passed. */
const MOST_REASONS = 2;

/** A call that the engine lets pass further after than before. */
export interface Counterexample {
  readonly call: ToolCall;
  /** Calls that both sides allow and that were made before it: it is the one that meets a budget. */
  readonly earlier: readonly ToolCall[];
  /** What becomes of it. */
  readonly after: 'allow' | 'ask';
  readonly before: 'allow' | 'ask' | 'deny';
  /** One or two sentences: why it would not have passed before; empty where only the second factor is less. */
  readonly because: string;
}

/** What two sets of grants come to. */
export type Comparison =
  | { readonly narrower: true }
  | { readonly narrower: false; readonly counterexample: Counterexample }
  | { readonly narrower: 'unknown'; readonly because: string };

/**
 * Are the grants of `after` no wider than those of `before`? `true` is proven; `false` comes with a call that the engine
 * itself decided on both sides; anything else is `unknown`, and to be treated as wider.
 * @throws MerlonError CONFIG_INVALID for grants that the engine would not take
 */
export function compareGrants(
  before: readonly TaskGrant[],
  after: readonly TaskGrant[],
  options: CompareOptions = {},
): Comparison {
  compileGrants(before);
  compileGrants(after);
  const unproven = unprovenGrants(after, before, options);
  if (unproven.length === 0) return { narrower: true };
  for (const grant of unproven) {
    const found = findCounterexample(after, before, grant, options);
    if (found !== undefined) return { narrower: false, counterexample: counterexampleOf(found) };
  }
  const [first] = unproven;
  const others = unproven.length === 1 ? '' : ` and ${unproven.length - 1} more`;
  const what = `grant ${JSON.stringify(first?.id)} of ${JSON.stringify(first?.tool)}${others}`;
  return { narrower: 'unknown', because: `No single grant was proven to cover ${what}, and no call was found.` };
}

function counterexampleOf({ trial, earlier, after, before }: Difference): Counterexample {
  const call = trial.calls[earlier];
  if (call === undefined || after.outcome === 'deny') throw new RangeError('A difference without a call.');
  return {
    call,
    earlier: trial.calls.slice(0, earlier),
    after: after.outcome,
    before: before.outcome,
    because: explainDecision(before).slice(0, MOST_REASONS).join(' '),
  };
}
