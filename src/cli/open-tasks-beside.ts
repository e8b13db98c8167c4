import type { Gate } from '../gateway/gate.ts';
import { MerlonError } from '../kernel/errors.ts';
import { MAX_BESIDE } from './claim-logs.ts';
import { type OpenTasks, openTaskGate, type TaskOptions } from './open-tasks.ts';

/**
 * {@link openTaskGate} for a process that clients launch: the first journals that no other such process has.
 * @throws MerlonError STATE_IN_USE when all are taken
 */
export async function openTasksBeside(gate: Gate, options: Omit<TaskOptions, 'beside'>): Promise<OpenTasks> {
  for (let beside = 1; ; beside += 1) {
    try {
      return await openTaskGate(gate, { ...options, beside });
    } catch (error) {
      if (!(error instanceof MerlonError) || error.code !== 'STATE_IN_USE' || beside >= MAX_BESIDE) throw error;
    }
  }
}
