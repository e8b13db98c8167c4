import type { TaskGrant } from '../grant/task-grant.ts';
import { type Decimal, decimalOf, isAbove, plus, zero } from '../grant/decimal.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { coversGrant } from './covers-grant.ts';
import { boundsOf, isTighter } from './holds-budgets.ts';
import { splitGrant } from './split-grant.ts';

/** What is taken of each bound of each grant of the wider side, as decimals: doubles would round in somebody's favour. */
type Taken = Map<TaskGrant, readonly Decimal[]>;

/**
 * The grants of `after` for which no grant of `before` is found that covers them and has room for them. No grant of `before`
 * is promised more often than its budgets say: three uses cover two grants of one use each, never two of two. A grant
 * that is cut into pieces takes its whole budget from everything that covers a piece, as all its calls may be of one piece.
 */
export function withoutRoom(
  before: readonly TaskGrant[],
  after: readonly TaskGrant[],
  profiles: readonly ToolProfile[],
): readonly TaskGrant[] {
  const taken: Taken = new Map(before.map((grant) => [grant, boundsOf(grant).map(() => zero)]));
  return after.filter((grant) => !take(before, grant, profiles, taken));
}

function take(before: readonly TaskGrant[], grant: TaskGrant, profiles: readonly ToolProfile[], taken: Taken): boolean {
  // The one that it stems from first, so that others stay free.
  const order = before.toSorted((a, b) => Number(b.id === grant.id) - Number(a.id === grant.id));
  let claims: Taken = new Map();
  const found = splitGrant(grant, (piece) => {
    // Tried whole first, then in pieces.
    if (piece === grant) claims = new Map();
    const outer = order.find((one) => {
      return coversGrant(one, piece, profiles) && (claims.has(one) || claim(one, grant, taken) !== undefined);
    });
    const claimed = outer === undefined ? undefined : claim(outer, grant, taken);
    if (outer === undefined || claimed === undefined) return false;
    claims.set(outer, claimed);
    return true;
  });
  if (found) for (const [outer, claimed] of claims) taken.set(outer, claimed);
  return found;
}

/** What would be taken of another grant with this one; undefined where that is more than there is. */
function claim(outer: TaskGrant, grant: TaskGrant, taken: Taken): readonly Decimal[] | undefined {
  const bounds = boundsOf(grant);
  const before = taken.get(outer) ?? [];
  const claimed: Decimal[] = [];
  for (const [at, bound] of boundsOf(outer).entries()) {
    const most = Math.min(...bounds.filter((one) => isTighter(one, bound)).map(({ max }) => max));
    // Without a bound of its own it takes without end; a negative one would give back.
    if (!Number.isFinite(most) || most < 0 || !Number.isFinite(bound.max)) return undefined;
    const sum = plus(before[at] ?? zero, decimalOf(most));
    if (isAbove(sum, decimalOf(bound.max))) return undefined;
    claimed.push(sum);
  }
  return claimed;
}
