import { deepFreeze } from '../../kernel/readonly.ts';
import { compileGrants } from '../grant/compile-grants.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import { unprovenGrants } from '../prove/is-narrower.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { Task } from './task.ts';
import { type Cause, changeOf, type TaskChange } from './task-change.ts';

/** A task after a change, and the record of it. */
export interface Changed {
  readonly task: Task;
  readonly change: TaskChange;
}

/** What came of asking for other grants: they are narrower, or these of them are not proven to be. */
export type Narrowing =
  | ({ readonly outcome: 'narrowed' } & Changed)
  | { readonly outcome: 'wider'; readonly grants: readonly TaskGrant[] };

/**
 * Puts other grants in place of a task's own if they are proven to be narrower. What is not is for a person to decide; this
 * changes nothing then.
 * @param profiles tools as they are defined now; without them less can be proven
 * @throws MerlonError CONFIG_INVALID on grants that cannot be decided with
 */
export function narrow(
  task: Task,
  grants: readonly TaskGrant[],
  cause: Cause,
  profiles: readonly ToolProfile[] = [],
): Narrowing {
  compileGrants(grants);
  // What has ended has nothing that anything could be narrower than.
  const before = task.status === 'open' ? task.grants : [];
  const wider = unprovenGrants(grants, before, { profiles, budgets: 'carried' });
  if (wider.length > 0 || task.status !== 'open') return { outcome: 'wider', grants: wider };
  return { outcome: 'narrowed', ...changed(task, { grants }, 'narrowed', cause) };
}

/** Ends a task: it has no grants any more. Undefined where it has ended already, so that nothing is recorded twice. */
export function revokeAll(
  task: Task,
  cause: Cause,
  status: 'closed' | 'expired' | 'revoked' = 'revoked',
): Changed | undefined {
  return task.status === 'open' ? changed(task, { grants: [], status }, status, cause) : undefined;
}

function changed(
  before: Task,
  parts: Pick<Task, 'grants'> & Partial<Pick<Task, 'status'>>,
  event: TaskChange['event'],
  cause: Cause,
): Changed {
  const task: Task = deepFreeze({
    ...before,
    ...parts,
    grants: structuredClone(parts.grants),
    epoch: before.epoch + 1,
  });
  return { task, change: changeOf(event, before.grants, task, cause) };
}
