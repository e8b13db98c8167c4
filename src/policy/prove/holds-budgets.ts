import type { Budget, TaskGrant } from '../grant/task-grant.ts';

/** The bounds of a grant over all its calls; `uses` comes last. */
export function boundsOf({ budgets = [], uses }: TaskGrant): readonly Budget[] {
  return uses === undefined ? budgets : [...budgets, { kind: 'count', max: uses }];
}

/**
 * True where it is proven that what was charged to `outer` so far counts on, and that `inner` leaves no more than
 * `outer` would: charges are kept by id of the grant and index of the budget, so both have to be the same.
 */
export function carriesBudgets(outer: TaskGrant, inner: TaskGrant): boolean {
  const { budgets = [], uses } = outer;
  if (budgets.length === 0 && uses === undefined) return true;
  if (inner.id !== outer.id) return false;
  // `uses` has an index of its own.
  const isCounted = uses === undefined || (inner.uses !== undefined && inner.uses <= uses);
  return isCounted && budgets.every((bound, at) => isTighter(inner.budgets?.[at], bound, true));
}

/**
 * True where a bound is at least as tight as another of the same kind, whatever the calls are. A bound over all time also
 * bounds any span of it, unless the span has to be the same.
 */
export function isTighter(inner: Budget | undefined, outer: Budget, hasSameSpan = false): boolean {
  if (inner === undefined || inner.kind !== outer.kind || argumentOf(inner) !== argumentOf(outer)) return false;
  const [mine, theirs] = [spanOf(inner), spanOf(outer)];
  return inner.max <= outer.max && (mine === theirs || (!hasSameSpan && mine === undefined));
}

function argumentOf(budget: Budget): string | undefined {
  return budget.kind === 'count' ? undefined : budget.argument;
}

function spanOf(budget: Budget): number | undefined {
  return budget.kind === 'distinct' ? undefined : budget.perSeconds;
}
