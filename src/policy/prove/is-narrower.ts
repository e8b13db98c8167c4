import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { assignFresh } from './assign-fresh.ts';
import { coversGrant, keepsFactor } from './covers-grant.ts';
import { carriesBudgets } from './holds-budgets.ts';
import { splitGrant } from './split-grant.ts';

/** What a comparison of grants may take for granted. */
export interface CompareOptions {
  /** Tools as they are defined now; they count for grants that are bound to these definitions. Default: none are known. */
  readonly profiles?: readonly ToolProfile[];
  /**
   * What becomes of budgets. `carried`: the grants of a running task are replaced, and what it used of its budgets counts
   * on; then a bounded grant keeps its id and the places of its budgets, or nothing is proven. `fresh`: nothing has been
   * used on either side, or the wider side's budgets are charged as well (two files; a part of a task). Default `carried`.
   */
  readonly budgets?: 'carried' | 'fresh';
}

/**
 * True only where it is proven that `after` is no wider than `before`: every call that `after` allows, `before` allows
 * too, and every call that `after` leaves to a person, `before` leaves to a person or allows. Where there is no proof the
 * answer is false, also for grants that are narrower.
 */
export function isNarrower(
  after: readonly TaskGrant[],
  before: readonly TaskGrant[],
  { profiles = [], budgets = 'carried' }: CompareOptions = {},
): boolean {
  if (!after.every((grant) => keepsFactor(before, grant))) return false;
  if (budgets === 'fresh') return assignFresh(before, after, profiles);
  return after.every((grant) =>
    splitGrant(grant, (piece) =>
      before.some((outer) => coversGrant(outer, piece, profiles) && carriesBudgets(outer, piece)),
    ),
  );
}
