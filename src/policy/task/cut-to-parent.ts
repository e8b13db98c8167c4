import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { bothBounds } from './bounds.ts';
import type { Draft } from './template-grants.ts';

/**
 * What of a draft fits into a grant of the parent task, with all bounds of both; undefined where they have nothing in common
 * that can be said. Whether it is narrower is then still to be proven.
 */
export function cutTo(parent: TaskGrant, draft: Draft, profile: ToolProfile): Draft | undefined {
  if (parent.tool !== draft.tool) return undefined;
  if (parent.definition !== undefined && parent.definition !== draft.definition) return undefined;
  if (draft.effects.some((effect) => !parent.effects.includes(effect))) return undefined;
  const bounds = bothBounds(draft, parent, profile);
  if (bounds === undefined) return undefined;
  const { args: _a, integrity: _i, otherArgs: _o, uses: _u, budgets: _b, expiresAt: _e, onDeny: _d, ...rest } = draft;
  const uses = least(draft.uses, parent.uses);
  const expiresAt = least(draft.expiresAt, parent.expiresAt);
  const budgets = [...(draft.budgets ?? []), ...(parent.budgets ?? [])];
  return {
    ...rest,
    ...bounds,
    ...(uses === undefined ? {} : { uses }),
    ...(budgets.length === 0 ? {} : { budgets: withoutTwins(budgets) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    onDeny: draft.onDeny === 'ask' && parent.onDeny === 'ask' ? 'ask' : 'deny',
    ...(draft.alwaysAsk === true || parent.alwaysAsk === true ? { alwaysAsk: true } : {}),
    ...(draft.secondFactor === true || parent.secondFactor === true ? { secondFactor: true } : {}),
    parent: parent.id,
  };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function withoutTwins<T>(budgets: readonly T[]): readonly T[] {
  return [...new Map(budgets.map((one) => [JSON.stringify(one), one])).values()];
}
