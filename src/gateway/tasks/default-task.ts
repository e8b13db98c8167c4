import type { Caller } from '../../identity/caller.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { Task } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import { defaultContext } from '../../policy/task/task-types.ts';
import type { Admission } from './admission.ts';
import type { InForce } from './in-force.ts';
import { openerOf, type TaskMaker, typeHashOf } from './make-task.ts';
import type { PutTask } from './put-task.ts';
import { createStandingTasks, rolling, standingKey } from './standing.ts';
import type { Kept } from './task-state.ts';
import type { TasksOptions } from './tasks-options.ts';

/** The tasks that callers have without opening one: a standing one for each principal, role and type. */
export interface DefaultTasks {
  /** The default task of a caller's role, opened when there is none; undefined where the role has none. */
  of(caller: Caller): Promise<Task | undefined>;
  /** Takes note of the standing tasks that are known at the start. */
  begin(): void;
  forget(task: Task): void;
}

/** What {@link createDefaultTasks} takes. */
export interface DefaultTasksOptions extends Pick<TasksOptions, 'types'> {
  readonly tasks: InForce;
  readonly time: SteadyTime;
  readonly admission: Admission;
  readonly maker: TaskMaker;
  readonly put: PutTask;
}

/** Makes {@link DefaultTasks}. */
export function createDefaultTasks({ tasks, time, types, admission, maker, put }: DefaultTasksOptions): DefaultTasks {
  const standing = createStandingTasks();
  /** Those that are being opened, by principal, role and type. */
  const starting = new Map<string, Promise<Task>>();

  /** In place of one whose time is over. */
  async function start(caller: Caller, role: string, type: TaskType, last: Kept | undefined): Promise<Task> {
    const { principal } = caller;
    const release = admission.reserve(principal, true);
    try {
      const expiresAt = time.now() + type.seconds * 1_000;
      const { grants } = maker.mint(type, role, defaultContext(type), expiresAt);
      const task = maker.make({ type, principal, role, expiresAt, grants }, {});
      const ledger = rolling(last?.ledger.state() ?? []);
      await put(
        {
          kind: 'open',
          task,
          opener: openerOf(caller),
          typeHash: typeHashOf(type),
          standing: true,
          ...(ledger.length === 0 ? {} : { ledger }),
        },
        { by: principal, why: 'first call under the default task of the role' },
      );
      standing.remember(task);
      return tasks.need(task.id);
    } finally {
      release();
    }
  }

  return {
    async of(caller) {
      const { role, principal, method } = caller;
      const type = role === undefined || method === 'internal' ? undefined : types().defaultOf(role);
      if (role === undefined || type === undefined) return undefined;
      const who = { principal, role, type: type.name };
      const last = tasks.state.get(standing.idOf(who) ?? '');
      // One that was closed binds until its time is over: nobody gets a budget back by closing it.
      if (last !== undefined && time.now() < last.task.expiresAt) return tasks.need(last.task.id);
      const key = standingKey(who);
      const started = starting.get(key) ?? start(caller, role, type, last);
      starting.set(key, started);
      try {
        return await started;
      } finally {
        starting.delete(key);
      }
    },
    begin() {
      for (const kept of tasks.state.all()) if (kept.standing) standing.remember(kept.task);
    },
    forget: (task) => standing.forget(task),
  };
}
