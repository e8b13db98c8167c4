import { MerlonError } from '../../kernel/errors.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import { allOf } from './all-of.ts';
import type { InForce } from './in-force.ts';
import type { Ended } from './task-state.ts';
import type { Cause } from './tasks.ts';
import { byGateway, type Telling } from './telling.ts';

/** Ends tasks, with all that are parts of them. */
export interface Endings {
  /**
   * At once; resolves with the ids of what has ended when that is durable.
   * @throws MerlonError TASK_UNKNOWN
   */
  readonly close: (id: string, status: Ended, cause: Cause) => Promise<readonly string[]>;
  /** Ends what was opened after a time: by a clock that was wrong. */
  endOpenedAfter(time: number): Promise<void>;
  /** Ends those whose time is over; nobody waits for it. */
  expire(): void;
}

/** What {@link createEndings} takes. */
export interface EndingsOptions {
  readonly tasks: InForce;
  readonly time: SteadyTime;
  readonly telling: Telling;
  /** Told at once what has ended. */
  readonly ended: (ids: readonly string[]) => void;
}

/** Makes {@link Endings}. */
export function createEndings({ tasks, time, telling, ended }: EndingsOptions): Endings {
  async function close(id: string, status: Ended, cause: Cause): Promise<readonly string[]> {
    const { state } = tasks;
    if (state.get(id) === undefined) throw new MerlonError('TASK_UNKNOWN', 'There is no such task.');
    const ids = [id, ...state.below(id)].filter((one) => tasks.isOpen(one));
    if (ids.length === 0) return [];
    const were = ids.flatMap((one) => tasks.find(one) ?? []);
    const written = tasks.end(ids, status);
    ended(ids);
    telling.ended(ids);
    const above = byGateway(`the task that it is a part of has ended (${id})`);
    const entries = were.map((task) =>
      telling.record(status, task.grants, { ...task, grants: [] }, task.id === id ? cause : above),
    );
    await allOf([written, ...entries]);
    return ids;
  }

  return {
    close,
    async endOpenedAfter(last) {
      const over = tasks.open().filter(({ task }) => task.openedAt > last);
      const why = byGateway('it was opened by a wrong clock');
      await Promise.all(over.map(({ task }) => close(task.id, 'expired', why)));
    },
    expire() {
      const now = time.now();
      for (const { task } of tasks.open()) {
        if (now >= task.expiresAt) close(task.id, 'expired', byGateway('its time is over')).catch(telling.report);
      }
    },
  };
}
