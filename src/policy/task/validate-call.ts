import type { CallDecision, Objection, Spent, ToolCall } from '../grant/call-decision.ts';
import { type CompiledGrants, compileGrants } from '../grant/compile-grants.ts';
import { type ChainCircumstances, decideChain } from '../grant/decide-chain.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import type { Task } from './task.ts';

/** A task and what it has used of its budgets. */
export interface TaskUnderWay {
  readonly task: Task;
  readonly spent: Spent;
}

// By the list itself, which nobody changes: a change of a task is a new list.
const compiled = new WeakMap<readonly TaskGrant[], CompiledGrants>();

/**
 * May this call be made under this task, and under all that it is a part of (its parent next, and so on)? A task that has
 * ended, or whose time is over, allows nothing; nor does anything under it.
 * @throws MerlonError CONFIG_INVALID on grants that cannot be decided with
 */
export function validateCall(
  chain: readonly TaskUnderWay[],
  call: ToolCall,
  circumstances: ChainCircumstances,
): CallDecision {
  const over = chain.findIndex(({ task }) => task.status !== 'open' || !(circumstances.now < task.expiresAt));
  const ended = chain[over];
  if (ended !== undefined) return { outcome: 'deny', because: [hasEnded(ended.task, over === 0)] };
  const last = chain.at(-1);
  // A part whose whole is not known may be a part of anything.
  if (last?.task.parent !== undefined) return { outcome: 'deny', because: [hasEnded(last.task, chain.length === 1)] };
  const links = chain.map(({ task, spent }) => ({ task: task.id, grants: grantsOf(task), spent }));
  return decideChain(links, call, circumstances);
}

function grantsOf({ grants }: Task): CompiledGrants {
  const known = compiled.get(grants) ?? compileGrants(grants);
  // Frozen, as is each grant in it: what was compiled stays what is meant.
  Object.freeze(grants);
  compiled.set(grants, known);
  return known;
}

function hasEnded({ id }: Task, isOwn: boolean): Objection {
  return isOwn ? { code: 'expired' } : { code: 'delegation', task: id, because: [{ code: 'expired' }] };
}
