import type { Spent } from '../../policy/grant/call-decision.ts';
import { exceeds } from '../../policy/grant/decimal.ts';
import type { Budget, Charge, TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Stage } from './engine.ts';

/** A charge that says of which task. */
export type OwnedCharge = Charge & { readonly task: string };

/** Charges with the task that each is of: `id`, where they do not say. */
export function ownedBy(id: string, charges: readonly Charge[]): readonly OwnedCharge[] {
  return charges.map((charge) => ({ ...charge, task: charge.task ?? id }));
}

/**
 * True where charges that were decided a moment ago do not fit any more: another call took what was left. Charges of a
 * grant or a budget that is gone meanwhile do not fit either.
 */
export function overdrawn(charges: readonly OwnedCharge[], stageOf: (task: string) => Stage | undefined): boolean {
  return charges.some((charge) => {
    const stage = stageOf(charge.task);
    const grant = stage?.task.grants.find(({ id }) => id === charge.grant);
    const budget = grant === undefined ? undefined : budgetOf(grant, charge.budget);
    return stage === undefined || budget === undefined || !fits(charge, budget, stage.spent);
  });
}

function budgetOf({ budgets = [], uses }: TaskGrant, index: number): Budget | undefined {
  const own = budgets[index];
  if (own !== undefined) return own;
  return uses === undefined ? undefined : { kind: 'count', max: uses };
}

function fits({ grant, budget: index, at, amount, values = [] }: Charge, budget: Budget, spent: Spent): boolean {
  if (budget.kind === 'distinct') {
    const known = spent.values(grant, index);
    return known.size + values.filter((value) => !known.has(value)).length <= budget.max;
  }
  return !exceeds(spent.used(grant, index, at, budget.perSeconds), amount, budget.max);
}
