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
  return isCounted && budgets.every((bound, at) => isTighter(inner.budgets?.[at], bound));
}

/** True where a bound is at least as tight as another of the same kind, whatever the calls are. */
export function isTighter(inner: Budget | undefined, outer: Budget): boolean {
  if (inner === undefined || !measuresSame(inner, outer)) return false;
  return inner.max <= outer.max;
}

/** A bound over all time also bounds any span of it. */
function measuresSame(inner: Budget, outer: Budget): boolean {
  if (inner.kind === 'distinct' || outer.kind === 'distinct') {
    return inner.kind === 'distinct' && outer.kind === 'distinct' && inner.argument === outer.argument;
  }
  const spanFits = inner.perSeconds === undefined || inner.perSeconds === outer.perSeconds;
  if (inner.kind === 'sum' || outer.kind === 'sum') {
    return inner.kind === 'sum' && outer.kind === 'sum' && inner.argument === outer.argument && spanFits;
  }
  return spanFits;
}
