import { digestOf } from '../../kernel/digest-of.ts';
import type { Json } from '../../kernel/jsonrpc.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';

/**
 * Gives grants ids that say what they allow, so that the same grant has the same id, and the same budgets, in each task
 * that a role has by default. How a tool is defined and how long a grant lasts do not count.
 */
export function withStableIds(grants: readonly TaskGrant[]): readonly TaskGrant[] {
  const seen = new Map<string, number>();
  return grants.map((grant) => {
    const { id: _id, definition: _definition, expiresAt: _expiresAt, ...bounds } = grant;
    const name = digestOf(bounds as unknown as Json).slice(0, 16);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { ...grant, id: times === 1 ? name : `${name}-${times}` };
  });
}
