import type { Budget, TaskGrant } from './task-grant.ts';

/**
 * True where no budget would start anew with other grants: each has the id of one of before, for the same tool, whose
 * budgets (kind, argument, span) are the first ones of its own, and `uses` where that had one. A change without a
 * person in between has to keep budgets, or a task could fill its own again by "narrowing" itself.
 */
export function keepsBudgets(before: readonly TaskGrant[], after: readonly TaskGrant[]): boolean {
  const known = new Map(before.map((grant) => [grant.id, grant]));
  return after.every((grant) => {
    const old = known.get(grant.id);
    if (old === undefined || old.tool !== grant.tool) return false;
    if (old.uses !== undefined && grant.uses === undefined) return false;
    return (old.budgets ?? []).every((budget, index) => isSame(budget, grant.budgets?.[index]));
  });
}

/** The same thing counted in the same way, whatever the bound. */
function isSame(one: Budget, other: Budget | undefined): boolean {
  if (other === undefined || one.kind !== other.kind) return false;
  const spanOf = (budget: Budget): number | undefined => (budget.kind === 'distinct' ? undefined : budget.perSeconds);
  const argumentOf = (budget: Budget): string | undefined => (budget.kind === 'count' ? undefined : budget.argument);
  return spanOf(one) === spanOf(other) && argumentOf(one) === argumentOf(other);
}
