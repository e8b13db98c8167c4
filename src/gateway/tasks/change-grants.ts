import { MerlonError } from '../../kernel/errors.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Task } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import { allOf } from './all-of.ts';
import type { TaskEngine } from './engine.ts';
import type { InForce } from './in-force.ts';
import { typeHashOf } from './make-task.ts';
import { frozen } from './task-state.ts';
import type { Cause, Tasks } from './tasks.ts';
import type { TasksOptions } from './tasks-options.ts';
import { byGateway, type Telling } from './telling.ts';

/** Why grants are replaced; `type` where that is because their type says so now. */
export interface Replacement {
  readonly cause: Cause;
  readonly event: 'widened' | 'narrowed';
  readonly type?: TaskType;
}

/** Gives open tasks other grants. */
export interface GrantChanges extends Pick<Tasks, 'change' | 'widen'> {
  /**
   * Puts grants in force that may be wider: recorded first, then written, then in force.
   * @throws MerlonError TASK_REFUSED where somebody changed or ended the task meanwhile
   */
  readonly replace: (task: Task, grants: readonly TaskGrant[], how: Replacement) => Promise<void>;
}

/** What {@link createGrantChanges} takes. */
export interface GrantChangesOptions extends Pick<TasksOptions, 'ask'> {
  readonly tasks: InForce;
  readonly engine: TaskEngine;
  readonly time: SteadyTime;
  readonly telling: Telling;
}

/** Makes {@link GrantChanges}. */
export function createGrantChanges({ tasks, engine, time, telling, ask }: GrantChangesOptions): GrantChanges {
  function tellChanged(id: string): void {
    telling.changed([id, ...tasks.state.below(id)]);
  }

  async function replace(task: Task, grants: readonly TaskGrant[], { cause, event, type }: Replacement): Promise<void> {
    const { id } = task;
    const begun = tasks.epochOf(id);
    await telling.record(event, task.grants, { ...task, epoch: begun + 1, grants }, cause);
    try {
      // Meanwhile somebody may have narrowed or ended it: that must not be undone.
      if (tasks.openChain(id) === undefined || tasks.epochOf(id) !== begun) throw changedMeanwhile();
      const epoch = tasks.nextEpoch(id);
      const by = type === undefined ? { adjusted: true as const } : { typeHash: typeHashOf(type) };
      await tasks.append({ kind: 'grants', id, epoch, at: time.now(), grants, ...by });
    } catch (error) {
      telling.record('narrowed', grants, task, byGateway('the change could not be made')).catch(telling.report);
      throw error;
    }
    tellChanged(id);
  }

  return {
    async change(id, grants, cause) {
      const task = tasks.need(id);
      const after = checked(engine, grants);
      // What is not known to be narrower is wider.
      if (!engine.isNarrower(after, task.grants)) return { outcome: 'asks', approval: await ask(task, after, cause) };
      const next = frozen<Task>({ ...task, epoch: tasks.nextEpoch(id), grants: after });
      const written = tasks.narrow(next);
      tellChanged(id);
      await allOf([written, telling.record('narrowed', task.grants, next, cause)]);
      return { outcome: 'narrowed', task: next };
    },

    async widen(id, grants, cause, epoch) {
      const task = tasks.need(id);
      const after = checked(engine, grants);
      if (epoch !== undefined && epoch !== tasks.epochOf(id)) throw changedMeanwhile();
      await replace(task, after, { cause, event: 'widened' });
      return tasks.need(id);
    },

    replace,
  };
}

/** A copy that nobody else can change, of grants that can be decided with. */
function checked(engine: TaskEngine, grants: readonly TaskGrant[]): readonly TaskGrant[] {
  try {
    const own = frozen([...grants]);
    engine.check(own);
    return own;
  } catch (cause) {
    const message = cause instanceof MerlonError ? cause.message : 'The grants cannot be used.';
    throw new MerlonError('PARAMS_INVALID', message, { cause });
  }
}

function changedMeanwhile(): MerlonError {
  return new MerlonError('TASK_REFUSED', 'The task has changed since this was asked for.', { todo: 'Ask again.' });
}
