import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { isObject, type JsonObject, type Request } from '../kernel/jsonrpc.ts';

/**
 * Whose tasks are whose. An upstream sees all callers as one, the gateway, so it cannot tell who may ask for a task
 * (TASK-52); the gateway saw to whom each was given.
 */
export interface TaskOwners {
  /** @throws MerlonError PARAMS_INVALID for another caller's task, which is as unknown as none (TASK-38) */
  check(upstream: string, principal: string, request: Request): void;
  /** Takes note of a task that a result gives to its caller, and leaves others' tasks out of a list. */
  learn(upstream: string, principal: string, method: string, result: JsonObject): JsonObject;
  /** Whether a caller may be told of this task. */
  mayKnow(upstream: string, principal: string, taskId: string): boolean;
}

/** How long a task is remembered that names no time of its own, and the longest, ms. */
const REMEMBERED_MS = 86_400_000;
/** Tasks that are remembered; the oldest give way. */
const MAX_TASKS = 100_000;

/** Remembers in memory: after a restart, who knows a task's id may ask for it, as at the upstream itself. */
export function createTaskOwners({ clock }: { readonly clock: Clock }): TaskOwners {
  const owners = new Map<string, { readonly principal: string; readonly until: number }>();

  function mayKnow(upstream: string, principal: string, taskId: string): boolean {
    const owner = owners.get(keyOf(upstream, taskId));
    return owner === undefined || owner.principal === principal || owner.until < clock.now();
  }

  function remember(upstream: string, principal: string, { taskId, ttlMs, ttl }: JsonObject): void {
    if (typeof taskId !== 'string' || !mayKnow(upstream, principal, taskId)) return;
    const wanted = [ttlMs, ttl].find((time) => typeof time === 'number') ?? REMEMBERED_MS;
    const key = keyOf(upstream, taskId);
    owners.delete(key);
    owners.set(key, { principal, until: clock.now() + Math.min(Math.max(wanted, 0), REMEMBERED_MS) });
    const [oldest] = owners.keys();
    if (owners.size > MAX_TASKS && oldest !== undefined) owners.delete(oldest);
  }

  return {
    mayKnow,
    check(upstream, principal, { method, params }) {
      if (!method.startsWith('tasks/')) return;
      const taskId = params?.['taskId'];
      if (typeof taskId !== 'string' || mayKnow(upstream, principal, taskId)) return;
      throw new MerlonError('PARAMS_INVALID', 'There is no such task.');
    },
    learn(upstream, principal, method, result) {
      if (method === 'tools/call') {
        if (result['resultType'] === 'task') remember(upstream, principal, result);
        if (isObject(result['task'])) remember(upstream, principal, result['task']);
      }
      const { tasks } = result;
      if (method !== 'tasks/list' || !Array.isArray(tasks)) return result;
      const own = tasks.filter((task: unknown) => {
        const taskId = isObject(task) ? task['taskId'] : undefined;
        return typeof taskId === 'string' && mayKnow(upstream, principal, taskId);
      });
      return { ...result, tasks: own };
    },
  };
}

function keyOf(upstream: string, taskId: string): string {
  return `${upstream} ${taskId}`;
}
