import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import { changeOf } from '../../policy/task/task-change.ts';
import type { Task } from '../../policy/task/task.ts';
import type { Cause, TaskChange, TaskEvents } from './tasks.ts';

/** Says what happens to tasks: to the audit log before it is in force, to the gateway once it is. */
export interface Telling {
  /** Resolves when it is durable in the audit log. */
  record(event: TaskChange['event'], before: readonly TaskGrant[], after: Task, cause: Cause): Promise<void>;
  ended(ids: readonly string[]): void;
  changed(ids: readonly string[]): void;
  /** Takes what went wrong where nobody waits for an answer. */
  readonly report: (error: unknown) => void;
}

/** Makes a {@link Telling}; who is told must not stop what happens, so what they throw is reported. */
export function createTelling(events: TaskEvents, onProblem: ((error: unknown) => void) | undefined): Telling {
  const report = (error: unknown): void => onProblem?.(error);

  function tell(run: () => void): void {
    try {
      run();
    } catch (error) {
      report(error);
    }
  }

  return {
    record: (event, before, after, cause) => events.record(changeOf(event, before, after, cause)),
    ended: (ids) => tell(() => events.ended(ids)),
    changed: (ids) => {
      for (const id of ids) tell(() => events.changed(id));
    },
    report,
  };
}

/** The cause of what nobody asked for. */
export function byGateway(why: string): Cause {
  return { by: 'gateway', why };
}
