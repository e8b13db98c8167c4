import type { Spent } from './call-decision.ts';
import { amountAt, argumentAt, type CallFacts, hashesAt, valuesAt } from './call-facts.ts';
import type { CompiledBudget, CompiledPath } from './compile-grants.ts';
import { decimalOf, exceeds, isAbove } from './decimal.ts';
import type { Review } from './examine-grant.ts';
import type { Budget, Charge } from './task-grant.ts';

type Distinct = Extract<Budget, { readonly kind: 'distinct' }>;
type Amount = Exclude<Budget, Distinct>;

/**
 * Holds a call against the budgets of a grant, and notes what it would take from each where that is wanted; after `most` objections, only
 * whether there is anything that cannot be counted.
 */
export function examineBudgets(review: Review, facts: CallFacts, most: number): void {
  const { one, objections } = review;
  for (const { budget, index, path } of one.budgets) {
    if (objections.length >= most && isCountable(facts, budget, path)) continue;
    if (budget.kind !== 'distinct') examineAmount(review, facts, budget, index, path);
    else if (path !== undefined) examineDistinct(review, facts, budget, index, path);
  }
}

/** True where a budget leaves no call at all: a count that does not fill again by itself. */
export function isUsedUp(grant: string, { index, budget }: CompiledBudget, now: number, spent: Spent): boolean {
  if (budget.kind !== 'count' || (budget.perSeconds !== undefined && budget.max > 0)) return false;
  return isOver(spent.used(grant, index, now, budget.perSeconds), 1, budget.max);
}

function isCountable(facts: CallFacts, { kind }: Budget, path: CompiledPath | undefined): boolean {
  if (path === undefined) return true;
  return kind === 'sum' ? amountAt(facts, path) !== undefined : !argumentAt(facts, path).malformed;
}

function examineAmount(
  { one, objections, charges }: Review,
  facts: CallFacts,
  budget: Amount,
  index: number,
  path: CompiledPath | undefined,
): void {
  const { now, spent } = facts.circumstances;
  const amount = path === undefined ? 1 : amountAt(facts, path);
  if (amount === undefined) {
    objections.push({ code: 'malformed', path: path?.text ?? '' });
    return;
  }
  const { perSeconds, max } = budget;
  const grant = one.grant.id;
  const used = spent.used(grant, index, now, perSeconds);
  if (isOver(used, amount, max)) objections.push({ code: 'budget', budget, left: leftOf(max, used) });
  if (charges === undefined) return;
  const charge: Charge = { grant, budget: index, at: now, amount };
  charges.push(perSeconds === undefined ? charge : { ...charge, perSeconds });
}

function examineDistinct(
  { one, objections, charges }: Review,
  facts: CallFacts,
  budget: Distinct,
  index: number,
  path: CompiledPath,
): void {
  const grant = one.grant.id;
  const known = facts.circumstances.spent.values(grant, index);
  // Nothing has to be hashed where all would fit and nobody wants to know what is new.
  if (charges === undefined && known.size + (valuesAt(facts, path) ?? Infinity) <= budget.max) return;
  const hashes = hashesAt(facts, path);
  if (hashes === undefined) {
    objections.push({ code: 'malformed', path: path.text });
    return;
  }
  const fresh = [...hashes].filter((hash) => !known.has(hash));
  if (fresh.length === 0) return;
  const left = Math.max(0, budget.max - known.size);
  if (!(fresh.length <= left)) objections.push({ code: 'budget', budget, left });
  charges?.push({ grant, budget: index, at: facts.circumstances.now, amount: fresh.length, values: fresh });
}

// What was used may be a number that nobody can rely on; then nothing is left.
function isOver(used: number, amount: number, max: number): boolean {
  return !(Number.isFinite(used) && used >= 0) || exceeds(used, amount, max);
}

function leftOf(max: number, used: number): number {
  if (!Number.isFinite(used) || isAbove(decimalOf(used), decimalOf(max))) return 0;
  return Number((max - used).toPrecision(15));
}
