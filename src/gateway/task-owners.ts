import type { Caller } from '../identity/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { isObject, type JsonObject, type Request } from '../kernel/jsonrpc.ts';

/**
 * Whose tasks are whose. An upstream sees all callers as one, the gateway, so it cannot tell who may ask for a task
 * (TASK-52); the gateway saw to whom each was given.
 */
export interface TaskOwners {
  /**
   * @param owner as {@link ownerOf} names it, here and below
   * @throws MerlonError PARAMS_INVALID for another caller's task, which is as unknown as none (TASK-38)
   */
  check(upstream: string, owner: string, request: Request): void;
  /** Takes note of a task that a result gives to its caller, and leaves others' tasks out of a list. */
  learn(upstream: string, owner: string, method: string, result: JsonObject): JsonObject;
  /** Whether a caller may be told of this task. */
  mayKnow(upstream: string, owner: string, taskId: string): boolean;
}

/** How long a task is remembered that names no time of its own, and the longest, ms. */
const REMEMBERED_MS = 86_400_000;
/** Tasks that are remembered; the oldest give way. */
const MAX_TASKS = 100_000;

/** Remembers in memory: after a restart, who knows a task's id may ask for it, as at the upstream itself. */
export function createTaskOwners({ clock }: { readonly clock: Clock }): TaskOwners {
  const owners = new Map<string, { readonly owner: string; readonly until: number }>();

  function mayKnow(upstream: string, owner: string, taskId: string): boolean {
    const known = owners.get(keyOf(upstream, taskId));
    return known === undefined || known.owner === owner || known.until < clock.now();
  }

  function remember(upstream: string, owner: string, { taskId, ttlMs, ttl }: JsonObject): void {
    if (typeof taskId !== 'string' || !mayKnow(upstream, owner, taskId)) return;
    const wanted = [ttlMs, ttl].find((time) => typeof time === 'number') ?? REMEMBERED_MS;
    const key = keyOf(upstream, taskId);
    owners.delete(key);
    owners.set(key, { owner, until: clock.now() + Math.min(Math.max(wanted, 0), REMEMBERED_MS) });
    const [oldest] = owners.keys();
    if (owners.size > MAX_TASKS && oldest !== undefined) owners.delete(oldest);
  }

  return {
    mayKnow,
    check(upstream, owner, { method, params }) {
      if (!method.startsWith('tasks/')) return;
      const taskId = params?.['taskId'];
      if (typeof taskId !== 'string' || mayKnow(upstream, owner, taskId)) return;
      throw new MerlonError('PARAMS_INVALID', 'There is no such task.');
    },
    learn(upstream, owner, method, result) {
      if (method === 'tools/call') {
        if (result['resultType'] === 'task') remember(upstream, owner, result);
        if (isObject(result['task'])) remember(upstream, owner, result['task']);
      }
      const { tasks } = result;
      if (method !== 'tasks/list' || !Array.isArray(tasks)) return result;
      const own = tasks.filter((task: unknown) => {
        const taskId = isObject(task) ? task['taskId'] : undefined;
        return typeof taskId === 'string' && mayKnow(upstream, owner, taskId);
      });
      return { ...result, tasks: own };
    },
  };
}

/** Whose a task is: a caller's, or that of the Merlon task whose credential it was begun with, which other tasks know nothing of. */
export function ownerOf({ principal, task }: Caller): string {
  return task === undefined ? principal : JSON.stringify([principal, task]);
}

function keyOf(upstream: string, taskId: string): string {
  return `${upstream} ${taskId}`;
}
