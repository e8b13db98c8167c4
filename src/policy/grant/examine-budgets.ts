import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Json, JsonObject } from '../../kernel/jsonrpc.ts';
import { type ArgumentPath, readArgument } from '../constraint/argument-path.ts';
import type { Circumstances, ToolCall } from './call-decision.ts';
import type { CompiledBudget } from './compile-grants.ts';
import { decimalOf, exceeds, isAbove, plus, roundedUp, zero } from './decimal.ts';
import { doubleOf } from './double-of.ts';
import type { Examination } from './examine-grant.ts';
import { sha256 } from './sha256.ts';
import type { Budget, Charge } from './task-grant.ts';

type Distinct = Extract<Budget, { readonly kind: 'distinct' }>;
type Amount = Exclude<Budget, Distinct>;

/** Holds a call against the budgets of a grant, and notes what it would take from each. */
export function examineBudgets(examination: Examination, { args }: ToolCall, circumstances: Circumstances): void {
  for (const compiled of examination.one.budgets) {
    if (compiled.budget.kind === 'distinct')
      examineDistinct(examination, compiled, compiled.budget, args, circumstances);
    else examineAmount(examination, compiled, compiled.budget, args, circumstances);
  }
}

/** True where a budget leaves no call at all: a count that does not fill again by itself. */
export function isUsedUp(
  grant: string,
  { index, budget }: CompiledBudget,
  { spent, now }: Pick<Circumstances, 'spent' | 'now'>,
): boolean {
  if (budget.kind !== 'count' || (budget.perSeconds !== undefined && budget.max > 0)) return false;
  return isOver(spent.used(grant, index, now, budget.perSeconds), 1, budget.max);
}

function examineAmount(
  { one, objections, charges }: Examination,
  { index, path }: CompiledBudget,
  budget: Amount,
  args: JsonObject,
  { spent, now }: Circumstances,
): void {
  const amount = path === undefined ? 1 : amountAt(args, path);
  if (amount === undefined) {
    objections.push({ code: 'malformed', path: budget.kind === 'count' ? '' : budget.argument });
    return;
  }
  const { perSeconds, max } = budget;
  const used = spent.used(one.grant.id, index, now, perSeconds);
  if (isOver(used, amount, max)) objections.push({ code: 'budget', budget, left: leftOf(max, used) });
  const charge: Charge = { grant: one.grant.id, budget: index, at: now, amount };
  charges.push(perSeconds === undefined ? charge : { ...charge, perSeconds });
}

function examineDistinct(
  { one, objections, charges }: Examination,
  { index, path }: CompiledBudget,
  budget: Distinct,
  args: JsonObject,
  { spent, now }: Circumstances,
): void {
  if (path === undefined) return;
  const known = spent.values(one.grant.id, index);
  const fresh = new Set<string>();
  const { values, malformed } = readArgument(args, path);
  if (malformed) objections.push({ code: 'malformed', path: budget.argument });
  for (const { value } of values) {
    if (value === null) continue;
    const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
    for (const item of items) {
      const hash = sha256(canonicalJson(item)).slice(0, 32);
      if (!known.has(hash)) fresh.add(hash);
    }
  }
  if (fresh.size === 0) return;
  const left = Math.max(0, budget.max - known.size);
  if (!(fresh.size <= left)) objections.push({ code: 'budget', budget, left });
  charges.push({ grant: one.grant.id, budget: index, at: now, amount: fresh.size, values: [...fresh] });
}

/** The sum of the numbers at a path; undefined where one is absent, negative or no number that a double can say. */
function amountAt(args: JsonObject, path: ArgumentPath): number | undefined {
  const { values, absent } = readArgument(args, path);
  if (absent) return undefined;
  let sum = zero;
  let first: number | undefined;
  for (const { value } of values) {
    const double = doubleOf(value);
    if (double === undefined || double < 0) return undefined;
    first ??= double;
    sum = plus(sum, decimalOf(double));
  }
  if (values.length === 1) return first;
  const all = roundedUp(sum);
  return values.length > 0 && Number.isFinite(all) ? all : undefined;
}

// What was used may be a number that nobody can rely on; then nothing is left.
function isOver(used: number, amount: number, max: number): boolean {
  return !(Number.isFinite(used) && used >= 0) || exceeds(used, amount, max);
}

function leftOf(max: number, used: number): number {
  if (!Number.isFinite(used) || isAbove(decimalOf(used), decimalOf(max))) return 0;
  return Number((max - used).toPrecision(15));
}
