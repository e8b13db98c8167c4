import { randomBytes } from 'node:crypto';
import { openTaskSecrets, type TaskSecrets } from '../../identity/task-credential.ts';
import { type Journal, openJournal } from '../../kernel/journal.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import { createAdmission } from './admission.ts';
import { createGrantChanges } from './change-grants.ts';
import { createCredentials } from './credentials.ts';
import { createDefaultTasks } from './default-task.ts';
import { createEndings } from './end-tasks.ts';
import { InForce } from './in-force.ts';
import { MAX_AHEAD_MS, timeAfter } from './journal-time.ts';
import { createCallJudge } from './judge-calls.ts';
import { createTaskMaker } from './make-task.ts';
import { createOpening } from './open-task.ts';
import { createPutTask } from './put-task.ts';
import { createRefresh } from './refresh-tasks.ts';
import { TaskState } from './task-state.ts';
import type { Tasks } from './tasks.ts';
import { DEFAULT_LIMITS, type TasksOptions } from './tasks-options.ts';
import { createTelling } from './telling.ts';
import { Upkeep } from './upkeep.ts';

const SWEEP_MS = 1_000;

/**
 * Opens the tasks that a journal holds. Everything in force is what the journal says, except that what narrows or ends is
 * in force before it is written, and stays so if it cannot be.
 * @throws MerlonError STATE_NOT_WRITABLE, STATE_IN_USE, STATE_DAMAGED, KEYS_UNUSABLE
 */
export async function openTasks(options: TasksOptions): Promise<Tasks> {
  const { path, fs, clock } = options;
  const state = new TaskState(options.engine);
  const journal = await openJournal({
    path,
    purpose: 'tasks',
    apply: (record) => state.apply(record),
    ...(fs === undefined ? {} : { fs }),
  });
  try {
    const secrets = openTaskSecrets(options.pepperPath ?? `${path}.pepper`, options.random ?? randomBytes);
    const { begin, ...tasks } = assemble(options, { state, journal, secrets, time: timeAfter(state.latest, clock) });
    await begin().catch(async (error: unknown) => {
      await tasks.stop();
      throw error;
    });
    return tasks;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

interface Parts {
  readonly state: TaskState;
  readonly journal: Journal;
  readonly secrets: TaskSecrets;
  readonly time: SteadyTime;
}

/** Tasks that end what ended while nobody looked once they begin. */
function assemble(
  { engine, types, clock, random = randomBytes, ...options }: TasksOptions,
  { state, journal, secrets, time }: Parts,
): Tasks & { readonly begin: () => Promise<void> } {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const tasks = new InForce({ state, journal, time, maxDepth: limits.maxDepth });
  const telling = createTelling(options.events, options.onProblem);
  const judge = createCallJudge({ tasks, engine, time, maxMemories: limits.maxMemories });
  const credentials = createCredentials({ tasks, secrets, openerCounts: options.openerCounts });
  const upkeep = new Upkeep({
    tasks,
    journal,
    time,
    maxEnded: limits.maxEnded,
    forgotten({ task }) {
      judge.forget(task.id);
      credentials.forget(task.id);
      defaults.forget(task);
    },
  });
  const endings = createEndings({
    tasks,
    time,
    telling,
    ended(ids) {
      for (const id of ids) judge.forget(id);
      upkeep.ended();
    },
  });
  const { close } = endings;
  const admission = createAdmission({ tasks, limits, types });
  const maker = createTaskMaker({ ...options, engine, time, random });
  const put = createPutTask({ tasks, telling, close });
  const defaults = createDefaultTasks({ tasks, time, types, admission, maker, put });
  const { change, widen, replace } = createGrantChanges({ tasks, engine, time, telling, ask: options.ask });
  const refresh = createRefresh({ tasks, types, engine, maker, close, replace });
  const stopSweeping = clock.every(SWEEP_MS, () => {
    endings.expire();
    tasks.retry(telling.report);
    upkeep.run().catch(telling.report);
  });

  return {
    async begin() {
      defaults.begin();
      await endings.endOpenedAfter(time.now() + MAX_AHEAD_MS);
      endings.expire();
      await refresh();
    },
    open: createOpening({ admission, maker, secrets, put, exposed: judge.exposed }),
    verify: (text, now) => credentials.verify(text, Math.max(now, time.now())),
    of: async (caller) => (caller.task === undefined ? defaults.of(caller) : tasks.need(caller.task)),
    find: (id) => tasks.find(id),
    list(principal) {
      const found = [...state.all()].flatMap(({ task }) => tasks.find(task.id) ?? []);
      const own = principal === undefined ? found : found.filter((task) => task.principal === principal);
      return own.toReversed();
    },
    change,
    widen,
    close,
    decide: judge.decide,
    shows: judge.shows,
    charge: judge.charge,
    learn: judge.learn,
    exposed: judge.exposed,
    refresh,
    async stop() {
      stopSweeping();
      time.stop();
      await upkeep.finish().catch(telling.report);
      await journal.close();
    },
  };
}
