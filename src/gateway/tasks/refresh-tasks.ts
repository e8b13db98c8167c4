import { MerlonError } from '../../kernel/errors.ts';
import type { Task } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import { defaultContext } from '../../policy/task/task-types.ts';
import { allOf } from './all-of.ts';
import type { GrantChanges } from './change-grants.ts';
import type { Endings } from './end-tasks.ts';
import type { TaskEngine } from './engine.ts';
import type { InForce } from './in-force.ts';
import { type TaskMaker, typeHashOf } from './make-task.ts';
import type { Kept } from './task-state.ts';
import type { TasksOptions } from './tasks-options.ts';
import { byGateway } from './telling.ts';

/** What {@link createRefresh} takes. */
export interface RefreshOptions extends Pick<TasksOptions, 'types'> {
  readonly tasks: InForce;
  readonly engine: TaskEngine;
  readonly maker: TaskMaker;
  readonly close: Endings['close'];
  readonly replace: GrantChanges['replace'];
}

/** Makes what brings open tasks up to the configuration and the tools that are in force now. */
export function createRefresh({ tasks, types, engine, maker, close, replace }: RefreshOptions): () => Promise<void> {
  let last = Promise.resolve();

  async function refreshOne({ task: { id }, standing, adjusted, typeHash }: Kept): Promise<void> {
    const task = tasks.find(id);
    if (task === undefined) return;
    const type = types().find(task.type);
    if (type === undefined || !type.roles.includes(task.role)) {
      await close(id, 'revoked', byGateway('its type is not configured for its role any more'));
      return;
    }
    const isSame = typeHashOf(type) === typeHash;
    // A narrowing that is not written yet counts too.
    if (!standing || adjusted || tasks.isNarrowing(id)) {
      if (!isSame) await close(id, 'revoked', byGateway('its type was changed'));
      return;
    }
    await refreshStanding(task, type, isSame);
  }

  async function refreshStanding(task: Task, type: TaskType, isSame: boolean): Promise<void> {
    const { id } = task;
    const minted = maker.mint(type, task.role, defaultContext(type), task.expiresAt).grants;
    const known = new Set(task.grants.map(({ tool }) => tool));
    // A tool that has another definition now gets no new grant by that: whoever defines tools would widen what they may do.
    const grants = isSame ? [...task.grants, ...minted.filter(({ tool }) => !known.has(tool))] : minted;
    if (isSame && grants.length === task.grants.length) return;
    const event = engine.isNarrower(grants, task.grants) ? 'narrowed' : 'widened';
    const cause = byGateway(isSame ? 'other tools are known' : 'the configuration was changed');
    try {
      await replace(task, grants, { cause, event, type });
    } catch (error) {
      // Somebody changed it meanwhile: what is right for it now has to be worked out anew.
      if (!(error instanceof MerlonError && error.code === 'TASK_REFUSED')) throw error;
      const kept = tasks.state.get(id);
      if (kept !== undefined && tasks.isOpen(id)) await refreshOne(kept);
    }
  }

  return () => {
    const run = (): Promise<void> => allOf(tasks.open().map((kept) => refreshOne(kept)));
    // One after the other: two at a time would work out the same change twice.
    last = last.then(run, run);
    return last;
  };
}
