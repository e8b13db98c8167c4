import type { Constraint, Scalar } from '../constraint/constraint.ts';
import type { TaskGrant } from '../grant/task-grant.ts';

/** Most pieces that one grant is cut into. */
const MOST_PIECES = 64;

/**
 * True where a question holds for a grant, or for each piece of it when it is cut at the listed values of one argument.
 * So several grants together can cover one.
 */
export function splitGrant(grant: TaskGrant, holds: (piece: TaskGrant) => boolean): boolean {
  if (holds(grant)) return true;
  return Object.entries(grant.args ?? {}).some(([path, constraint]) => {
    // Items of a list (`to[]`) could come from several pieces at once.
    if (path.includes('[') || constraint.oneOf === undefined) return false;
    if (constraint.oneOf.length < 2 || constraint.oneOf.length > MOST_PIECES) return false;
    return constraint.oneOf.every((value) => holds(withOnly(grant, path, constraint, value)));
  });
}

function withOnly(grant: TaskGrant, path: string, constraint: Constraint, value: Scalar): TaskGrant {
  const args = new Map(Object.entries(grant.args ?? {}));
  args.set(path, { ...constraint, oneOf: [value] });
  return { ...grant, args: Object.fromEntries(args) };
}
