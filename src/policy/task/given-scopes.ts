import type { CeilingEffect } from './role-ceiling.ts';
import { type Room, roomOf } from './room.ts';
import {
  formatScope,
  resourceOf,
  type Scope,
  type ScopeAction,
  scopeActions,
  scopeCovers,
  scopesInBoth,
} from './scope.ts';
import { type Resource, resources, type Scopes, type TaskContext } from './task.ts';
import type { TaskType } from './task-type.ts';

/** Something that a task asked for and did not get, or not as wide as it asked. */
export interface NotGiven {
  /** A resource or a scope, as it was asked for. */
  readonly asked: string;
  /** `type`: the task's type does not have it, or only a part of it. `role`: the role may never. */
  readonly why: 'type' | 'role';
}

/** The scopes that a task gets, for all three actions. */
export interface GivenScopes {
  readonly room: Required<Room>;
  readonly notGiven: readonly NotGiven[];
}

/**
 * Of the scopes of a type those that the task asks for: by a resource, all of it; by scopes, what both have in common. A
 * list of scopes decides for its action alone. What the role may never do is left out, whatever was asked.
 */
export function givenScopes(
  type: Pick<TaskType, 'resources' | 'scopes'>,
  context: Pick<TaskContext, 'resources' | 'scopes'>,
  ceiling: readonly CeilingEffect[],
): GivenScopes {
  const has = roomOf(type.scopes);
  const asked = roomOf(context.scopes ?? {});
  const offered = (action: ScopeAction) =>
    (has[action] ?? []).filter((scope) => type.resources.includes(resourceOf(scope)));
  const ofType = (action: ScopeAction): readonly Scope[] => {
    const scopes = asked[action];
    if (scopes !== undefined) return scopesInBoth(offered(action), scopes);
    return offered(action).filter((scope) => context.resources?.includes(resourceOf(scope)) === true);
  };
  const may = (action: ScopeAction) => (scope: Scope) => isWithinCeiling(action, scope, ceiling);
  const each = (pick: (action: ScopeAction) => readonly Scope[]): Required<Room> => ({
    read: pick('read'),
    write: pick('write'),
    execute: pick('execute'),
  });
  const wanted = each(ofType);
  const room = each((action) => wanted[action].filter(may(action)));
  return { room, notGiven: [...missingResources(type, context, wanted, room), ...missingScopes(asked, wanted, room)] };
}

/** The text of what a room allows. */
export function scopesOf(room: Required<Room>): Scopes {
  const texts = (scopes: readonly Scope[]) => scopes.map(formatScope);
  return { read: texts(room.read), write: texts(room.write), execute: texts(room.execute) };
}

function isWithinCeiling(action: ScopeAction, { kind }: Scope, ceiling: readonly CeilingEffect[]): boolean {
  if (action !== 'execute') return ceiling.includes(action);
  if (kind === 'network') return ceiling.includes('egress');
  return ceiling.includes('execute') || ceiling.includes('sandboxed_code');
}

function missingResources(
  type: Pick<TaskType, 'resources'>,
  { resources: wantedOnes = [], scopes = {} }: Pick<TaskContext, 'resources' | 'scopes'>,
  wanted: Required<Room>,
  room: Required<Room>,
): NotGiven[] {
  const count = (resource: Resource, all: Required<Room>) =>
    scopeActions.flatMap((action) => all[action].filter((scope) => resourceOf(scope) === resource)).length;
  return resources
    .filter((one) => wantedOnes.includes(one))
    .flatMap((asked): NotGiven[] => {
      if (!type.resources.includes(asked)) return [{ asked, why: 'type' }];
      // Lists of scopes say more precisely what was wanted, and are answered one by one.
      if (Object.keys(scopes).length > 0) return [];
      if (count(asked, wanted) === 0) return [{ asked, why: 'type' }];
      return count(asked, room) < count(asked, wanted) ? [{ asked, why: 'role' }] : [];
    });
}

function missingScopes(asked: Room, wanted: Required<Room>, room: Required<Room>): NotGiven[] {
  const isIn = (scope: Scope, list: readonly Scope[]) => list.some((one) => scopeCovers(one, scope));
  return scopeActions.flatMap((action) =>
    (asked[action] ?? []).flatMap((scope): NotGiven[] => {
      if (isIn(scope, room[action])) return [];
      return [{ asked: formatScope(scope), why: isIn(scope, wanted[action]) ? 'role' : 'type' }];
    }),
  );
}
