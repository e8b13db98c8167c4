import { refused } from './admission.ts';
import type { Endings } from './end-tasks.ts';
import type { InForce } from './in-force.ts';
import type { TaskRecord } from './task-state.ts';
import type { Cause } from './tasks.ts';
import { byGateway, type Telling } from './telling.ts';

/** Puts a new task in force. */
export type PutTask = (record: Extract<TaskRecord, { kind: 'open' }>, cause: Cause) => Promise<void>;

/** What {@link createPutTask} takes. */
export interface PutTaskOptions {
  readonly tasks: InForce;
  readonly telling: Telling;
  readonly close: Endings['close'];
}

/** Makes what records a new task, then writes it; after that the task is in force. */
export function createPutTask({ tasks, telling, close }: PutTaskOptions): PutTask {
  return async (record, cause) => {
    const { task } = record;
    const isOrphan = (): boolean => task.parent !== undefined && tasks.openChain(task.parent) === undefined;
    await telling.record('opened', [], task, cause);
    try {
      if (isOrphan()) throw refused('The task above has ended.');
      await tasks.append(record);
      if (!isOrphan()) return;
      await close(task.id, 'revoked', byGateway('the task that it is a part of has ended'));
      throw refused('The task above has ended.');
    } catch (error) {
      // The audit log says that it was opened; it has to say as well that it was not.
      const why = byGateway('it could not be opened');
      telling.record('revoked', task.grants, { ...task, grants: [] }, why).catch(telling.report);
      throw error;
    }
  };
}
