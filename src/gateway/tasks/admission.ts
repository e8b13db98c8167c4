import type { Caller } from '../../identity/caller.ts';
import { MerlonError } from '../../kernel/errors.ts';
import type { TaskContext } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import type { InForce } from './in-force.ts';
import type { Kept } from './task-state.ts';
import type { TaskLimits, TaskTypes } from './tasks-options.ts';

/** What may be opened. */
export interface Admitted {
  readonly type: TaskType;
  readonly role: string;
  /** The task that the new one is a part of. */
  readonly parent: Kept | undefined;
}

/** Says who may open which task, and whether there is room for it. */
export interface Admission {
  /** @throws MerlonError TASK_REFUSED */
  admit(caller: Caller, context: TaskContext): Admitted;
  /**
   * Takes room for a task that is being opened, so that a bound holds for those that come at the same time.
   * @param isStanding true for a role's default task, which does not count for its principal
   * @returns what gives the room back, once the task is open or is not
   * @throws MerlonError TASK_REFUSED
   */
  reserve(principal: string, isStanding: boolean): () => void;
}

/** What {@link createAdmission} takes. */
export interface AdmissionOptions {
  readonly tasks: InForce;
  readonly limits: TaskLimits;
  readonly types: () => TaskTypes;
}

/** Makes an {@link Admission}. */
export function createAdmission({ tasks, limits, types }: AdmissionOptions): Admission {
  const opening = new Map<string, number>();

  function parentOf({ task, principal, role }: Caller, context: TaskContext): Kept | undefined {
    // A task credential opens parts of its own task, and nothing else.
    const id = context.parent ?? task;
    if (task !== undefined && id !== task) throw refused('It has to be a part of your own task.');
    if (id === undefined) return undefined;
    const parent = tasks.state.get(id);
    const above = tasks.openChain(id);
    if (parent?.task.principal !== principal || parent.task.role !== role || above === undefined) {
      throw refused('There is no such open task of yours for it to be a part of.');
    }
    if (above.length >= limits.maxDepth) throw refused('It would be a part of too many tasks.');
    return parent;
  }

  return {
    admit(caller, context) {
      const { role } = caller;
      const type = context.type === undefined ? types().defaultOf(role ?? '') : types().find(context.type);
      // What exists for others is nobody's business.
      if (role === undefined || type === undefined || !type.roles.includes(role)) {
        throw refused('There is no such kind of task for your role.');
      }
      return { type, role, parent: parentOf(caller, context) };
    },
    reserve(principal, isStanding) {
      const open = tasks.open();
      const all = [...opening.values()].reduce((sum, count) => sum + count, open.length);
      if (all >= limits.maxTasks) throw refused('Too many tasks are open.');
      if (isStanding) return takeRoom(opening, '');
      const own = open.filter(({ task, standing }) => !standing && task.principal === principal).length;
      if (own + (opening.get(principal) ?? 0) >= limits.maxTasksPerCaller) {
        throw refused('You have too many tasks open.');
      }
      return takeRoom(opening, principal);
    },
  };
}

function takeRoom(opening: Map<string, number>, key: string): () => void {
  opening.set(key, (opening.get(key) ?? 0) + 1);
  return () => {
    const left = (opening.get(key) ?? 1) - 1;
    if (left === 0) opening.delete(key);
    else opening.set(key, left);
  };
}

/** A task that is not opened, and why. */
export function refused(why: string): MerlonError {
  return new MerlonError('TASK_REFUSED', `The task is not opened. ${why}`);
}
