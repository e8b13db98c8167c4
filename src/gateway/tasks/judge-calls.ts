import { MerlonError } from '../../kernel/errors.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { CallDecision } from '../../policy/grant/call-decision.ts';
import type { Task } from '../../policy/task/task.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import { overdrawn, ownedBy } from './budgets.ts';
import type { Stage, TaskEngine, TaskMemory } from './engine.ts';
import type { InForce } from './in-force.ts';
import { createMemories, worstOf } from './memories.ts';
import type { Tasks } from './tasks.ts';

/** Says what may be called under tasks, and keeps what calls use up and what tasks have seen by them. */
export interface CallJudge extends Pick<Tasks, 'decide' | 'shows' | 'charge' | 'learn' | 'exposed'> {
  /** Drops what a task has seen. */
  forget(id: string): void;
}

/** What {@link createCallJudge} takes. */
export interface CallJudgeOptions {
  readonly tasks: InForce;
  readonly engine: TaskEngine;
  readonly time: SteadyTime;
  /** Tasks for which it is remembered what they saw. */
  readonly maxMemories: number;
}

/** What no tool returned whose definition is known. */
const STRANGERS: ToolProfile = {
  tool: '',
  hash: '',
  effects: ['read'],
  sinks: {},
  output: 'untrusted',
  sandboxed: false,
};

/** Makes a {@link CallJudge}. */
export function createCallJudge({ tasks, engine, time, maxMemories }: CallJudgeOptions): CallJudge {
  const memories = createMemories(maxMemories);

  function memoryOf({ id }: Task): TaskMemory {
    return memories.of(id, (isForgotten) =>
      engine.memory(tasks.state.get(id)?.request, isForgotten || tasks.isExposed(id)),
    );
  }

  function stagesOf(chain: readonly Task[]): readonly Stage[] {
    return chain.flatMap((task) => {
      const spent = tasks.state.get(task.id)?.ledger;
      return spent === undefined ? [] : [{ task, spent }];
    });
  }

  return {
    decide({ id }, call, profile, endorsed) {
      const chain = tasks.openChain(id);
      if (chain === undefined) return overFor(id, tasks.chain(id));
      const sources = worstOf(chain.map(memoryOf));
      const now = time.now();
      return engine.decide(stagesOf(chain), call, { now, profile, sources, endorsed });
    },

    shows({ id }, tool, profile) {
      const chain = tasks.openChain(id);
      return chain !== undefined && engine.shows(stagesOf(chain), tool, profile, time.now());
    },

    async charge({ id }, charges, isApproved = false) {
      tasks.need(id);
      const owned = ownedBy(id, charges);
      const stages = new Map(stagesOf(tasks.chain(id)).map((stage) => [stage.task.id, stage]));
      if (!owned.every(({ task }) => stages.has(task))) throw new MerlonError('INTERNAL', 'A charge of another task.');
      if (!isApproved && overdrawn(owned, (task) => stages.get(task))) {
        throw new MerlonError('CALL_DENIED', 'Another call has taken what was left of a budget.');
      }
      if (owned.length === 0) return;
      // At once, so that no other call can be decided on what is taken here; whatever the disk says, it stays taken.
      await tasks.append(tasks.state.charge(owned));
    },

    async learn({ id }, profile, args, result) {
      const chain = tasks.chain(id);
      for (const task of chain) memoryOf(task).learn(profile ?? STRANGERS, args, result);
      if (profile?.output !== 'trusted') await tasks.expose(chain.map((task) => task.id));
    },

    exposed: ({ id }) => tasks.chain(id).some((task) => tasks.isExposed(task.id) || memories.isForgotten(task.id)),

    forget: (id) => memories.drop(id),
  };
}

/** Why nothing can be called under a task that is not in force: its own end, or that of one above. */
function overFor(id: string, [first, ...above]: readonly Task[]): CallDecision {
  if (first?.status !== 'open') return { outcome: 'deny', because: [{ code: 'expired' }] };
  const task = above.find(({ status }) => status !== 'open')?.id ?? first.parent ?? id;
  return { outcome: 'deny', because: [{ code: 'delegation', task, because: [{ code: 'expired' }] }] };
}
