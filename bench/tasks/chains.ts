import { inFrontOf } from '../gateway/merlon-chain.ts';
import type { Chain } from '../gateway/chain.ts';

/** A gateway whose callers work under a task, or under none. */
export type TaskChain = Chain;

/** Only the role decides. */
export const byRole: TaskChain = { name: 'by role alone', start: () => inFrontOf('mock.ts') };

const grant = { tool: 'mock/echo', args: { message: { max_length: 10_000 } } };

/** A grant with a constraint; strangers' text comes back with every call. */
export const underGrants: TaskChain = { name: 'under a task', start: () => underTask(grant) };

/** Besides, every call takes from three budgets, which is durable before the call leaves. */
export const underBudgets: TaskChain = {
  name: 'under a task with three budgets',
  start: () =>
    underTask({
      ...grant,
      uses: 1_000_000,
      budgets: [
        { kind: 'count', max: 1_000_000, per_seconds: 3_600 },
        { kind: 'count', max: 1_000_000, per_seconds: 60 },
      ],
    }),
};

function underTask(of: object): ReturnType<Chain['start']> {
  const permissions = {
    roles: [{ name: 'agent', permissions: ['*:*'], default_task: 'work' }],
    tasks: { types: [{ name: 'work', roles: ['agent'], grants: [of] }] },
  };
  return inFrontOf('mock.ts', { permissions }, 'agent');
}
