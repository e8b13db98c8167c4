import { compileConstraint, holds } from '../../policy/constraint/compile-constraint.ts';
import type { Constraint } from '../../policy/constraint/constraint.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Operation } from '../../policy/operation.ts';
import type { Task } from '../../policy/task/task.ts';
import type { Tasks } from './tasks.ts';

/**
 * Whether a task, and each that it is a part of, may have what an upstream offers beside its tools. It needs a grant of
 * that upstream; and where grants hold paths to folders or addresses to origins, a resource has to lie in one that may be
 * read: otherwise the file that a tool may not read would be had as `file:///…`.
 */
export function reaches(tasks: Pick<Tasks, 'find'>, task: Task, operation: Operation): boolean {
  if (!reachesByItself(task, operation)) return false;
  if (task.parent === undefined) return true;
  const above = tasks.find(task.parent);
  return above !== undefined && reaches(tasks, above, operation);
}

function reachesByItself({ grants }: Task, { kind, upstream, name = '' }: Operation): boolean {
  const own = grants.filter(({ tool }) => tool.startsWith(`${upstream}/`));
  if (kind !== 'resource' || own.every((grant) => roomsOf(grant).length === 0)) return own.length > 0;
  const readable = own.filter(({ effects }) => effects.includes('read')).flatMap(roomsOf);
  return readable.some((room) => holds(compileConstraint(room), name));
}

function roomsOf({ args = {} }: TaskGrant): readonly Constraint[] {
  return Object.values(args).flatMap(roomsIn);
}

/** Of a constraint, that which says where something lies. */
function roomsIn({ subpath, origin, host, each }: Constraint): readonly Constraint[] {
  return [
    ...(subpath === undefined ? [] : [{ subpath }]),
    ...(origin === undefined ? [] : [{ origin }]),
    ...(host === undefined ? [] : [{ host }]),
    ...(each === undefined ? [] : roomsIn(each)),
  ];
}
