import type { RandomBytes } from '../../identity/api-key-text.ts';
import type { Caller } from '../../identity/caller.ts';
import { newTaskId } from '../../identity/task-credential.ts';
import { digestOf } from '../../kernel/digest-of.ts';
import type { Json } from '../../kernel/jsonrpc.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { Task, TaskContext } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import { refused } from './admission.ts';
import type { Minted } from './engine.ts';
import { withStableIds } from './stable-ids.ts';
import { frozen, type Opener } from './task-state.ts';
import type { TasksOptions } from './tasks-options.ts';

/** Works out what a new task is. Nothing of it is in force or kept. */
export interface TaskMaker {
  /**
   * When a task that opens now ends.
   * @throws MerlonError TASK_REFUSED where that is over
   */
  endOf(caller: Caller, context: TaskContext, type: TaskType, parent: Task | undefined): number;
  /** What its type, its role and what it asks for make its grants. */
  mint(type: TaskType, role: string, context: TaskContext, expiresAt: number, parent?: Task): Minted;
  make(of: Made, context: Pick<TaskContext, 'agent' | 'request'>, parent?: string): Task;
}

/** What is known of a task that is to be made. */
export type Made = Pick<Task, 'principal' | 'role' | 'expiresAt' | 'grants'> & { readonly type: TaskType };

/** What {@link createTaskMaker} takes. */
export interface TaskMakerOptions extends Pick<TasksOptions, 'engine' | 'profiles' | 'mayUse'> {
  readonly time: SteadyTime;
  readonly random: RandomBytes;
}

/** Makes a {@link TaskMaker}. */
export function createTaskMaker({ engine, profiles, mayUse, time, random }: TaskMakerOptions): TaskMaker {
  return {
    endOf(caller, { seconds }, type, parent) {
      const now = time.now();
      const end = Math.min(
        now + Math.min(seconds ?? type.seconds, type.seconds) * 1_000,
        parent?.expiresAt ?? Number.POSITIVE_INFINITY,
        // What was opened with a credential does not outlive it.
        caller.expiresAt ?? Number.POSITIVE_INFINITY,
      );
      if (end > now) return end;
      throw refused('There is no time left for it.');
    },

    mint(type, role, context, expiresAt, parent) {
      const known = profiles().filter(({ tool }) => mayUse(role, tool));
      const minted = engine.mint({ type, role, context, profiles: known, now: time.now(), expiresAt, parent });
      const grants = withStableIds(minted.grants);
      engine.check(grants);
      return { grants, leftOut: minted.leftOut };
    },

    make: (made, { agent, request }, parent) =>
      frozen<Task>({
        ...made,
        id: newTaskId(random),
        type: made.type.name,
        ...(agent === undefined ? {} : { agent }),
        ...(request === undefined ? {} : { requestHash: digestOf(request) }),
        ...(parent === undefined ? {} : { parent }),
        openedAt: time.now(),
        epoch: 1,
        status: 'open',
      }),
  };
}

/** Tells whether a type is still the one that a task was opened under. */
export function typeHashOf(type: TaskType): string {
  return digestOf(type as unknown as Json);
}

/** With what a caller opens a task. */
export function openerOf({ method, credential, parts }: Caller): Opener {
  return { method, credential, ...(parts === undefined ? {} : { parts }) };
}
