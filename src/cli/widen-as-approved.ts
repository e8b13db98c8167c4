import type { Widening } from '../gateway/tasks/approvals.ts';
import type { Approval, Tasks } from '../gateway/tasks/tasks.ts';
import type { Task } from '../policy/task/task.ts';

/** Gives a task what somebody approved. Who said yes caused it; why it was asked for stands in the entry of the question. */
export function widenAsApproved(tasks: Tasks, { id, task, answer }: Approval, what: Widening): Promise<Task> {
  const cause = { by: answer?.by ?? 'gateway', why: `${answer?.why ?? 'approved'} (${id})` };
  // One of an older journal may not say when it was asked for.
  const { epoch = Number.NaN } = what;
  return tasks.widen(task, what.grants, cause, epoch);
}
