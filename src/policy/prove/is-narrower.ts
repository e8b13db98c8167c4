import type { TaskGrant } from '../grant/task-grant.ts';
import type { Source } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { coversGrant, keepsFactor } from './covers-grant.ts';
import { carriesBudgets } from './holds-budgets.ts';
import { splitGrant } from './split-grant.ts';
import { withoutRoom } from './without-room.ts';

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
  /** Where values come from that no grant says anything of, in calls that are made up. Default `untrusted`. */
  readonly otherSource?: Source;
}

/**
 * True only where it is proven that `after` is no wider than `before`: every call that `after` allows, `before` allows
 * too, and every call that `after` leaves to a person, `before` leaves to a person or allows. Where there is no proof the
 * answer is false, also for grants that are narrower.
 */
export function isNarrower(
  after: readonly TaskGrant[],
  before: readonly TaskGrant[],
  options: CompareOptions = {},
): boolean {
  return unprovenGrants(after, before, options).length === 0;
}

/** The grants of `after` that are not proven to be covered by those of `before`. */
export function unprovenGrants(
  after: readonly TaskGrant[],
  before: readonly TaskGrant[],
  { profiles = [], budgets = 'carried' }: CompareOptions,
): readonly TaskGrant[] {
  const asking = after.filter((grant) => !keepsFactor(before, grant));
  const uncovered = budgets === 'fresh' ? withoutRoom(before, after, profiles) : notCarried(before, after, profiles);
  return [...new Set([...asking, ...uncovered])];
}

function notCarried(
  before: readonly TaskGrant[],
  after: readonly TaskGrant[],
  profiles: readonly ToolProfile[],
): readonly TaskGrant[] {
  return after.filter((grant) => {
    const isCovered = (piece: TaskGrant): boolean =>
      before.some((outer) => coversGrant(outer, piece, profiles) && carriesBudgets(outer, piece));
    return !splitGrant(grant, isCovered);
  });
}
