import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { coversGrant } from './covers-grant.ts';
import { boundsOf, isTighter } from './holds-budgets.ts';
import { splitGrant } from './split-grant.ts';

/** What is left of each bound of each grant of the wider side. */
type Room = Map<TaskGrant, number[]>;

/**
 * True where each grant of `after` finds a grant of `before` that covers it, and no grant of `before` is promised more
 * often than its budgets say: three uses cover two grants of one use each, never two of two. A grant that is cut into
 * pieces takes its whole budget from everything that covers a piece, as all its calls may be of one piece.
 */
export function assignFresh(
  before: readonly TaskGrant[],
  after: readonly TaskGrant[],
  profiles: readonly ToolProfile[],
): boolean {
  const room: Room = new Map(before.map((grant) => [grant, boundsOf(grant).map(({ max }) => max)]));
  return after.every((grant) => takeRoom(before, grant, profiles, room));
}

function takeRoom(
  before: readonly TaskGrant[],
  grant: TaskGrant,
  profiles: readonly ToolProfile[],
  room: Room,
): boolean {
  const own = before.filter(({ id }) => id === grant.id);
  const order = [...own, ...before.filter(({ id }) => id !== grant.id)];
  let taken = new Map<TaskGrant, number[]>();
  const found = splitGrant(grant, (piece) => {
    // A grant that is tried whole and then in pieces starts anew each time.
    if (piece === grant) taken = new Map();
    const outer = order.find((one) => coversGrant(one, piece, profiles) && (taken.has(one) || fits(one, grant, room)));
    if (outer === undefined) return false;
    taken.set(outer, demand(outer, grant));
    return true;
  });
  if (!found) return false;
  for (const [outer, amounts] of taken) {
    room.set(
      outer,
      (room.get(outer) ?? []).map((left, at) => left - (amounts[at] ?? 0)),
    );
  }
  return true;
}

function fits(outer: TaskGrant, grant: TaskGrant, room: Room): boolean {
  const left = room.get(outer) ?? [];
  return demand(outer, grant).every((amount, at) => amount <= (left[at] ?? 0));
}

/** What a grant takes at most of each bound of another; never less than nothing, or a negative bound would make room. */
function demand(outer: TaskGrant, grant: TaskGrant): number[] {
  const bounds = boundsOf(grant);
  return boundsOf(outer).map((bound) => {
    const tighter = bounds.filter((one) => isTighter(one, bound)).map(({ max }) => max);
    return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...tighter));
  });
}
