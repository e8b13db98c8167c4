import type { ToolProfile } from '../tool/tool-profile.ts';
import type { CeilingEffect } from '../task/role-ceiling.ts';
import { parseScopeOf, scopeActions, scopeCovers } from '../task/scope.ts';
import type { TaskType } from '../task/task-type.ts';
import type { TaskTypes } from '../task/task-types.ts';
import { compareGrants, type Comparison } from './compare-grants.ts';
import { toolsOf, typeGrants } from './type-grants.ts';

/** What one thing that two configurations say comes to. */
export interface TypeComparison {
  /** The task type, or `role NAME`. */
  readonly subject: string;
  /** `false` here may also come with reasons instead of a call: what is wider is no matter of a single call then. */
  readonly result: Comparison | { readonly narrower: false; readonly because: string };
}

/**
 * Are the tasks of `after` no wider than those of `before`? One result for each type of `after`, and one for each role whose
 * default task or ceiling is wider. Types that only `before` has are narrower by not being there. What roles may do
 * without a task is no matter of this.
 */
export function compareTypes(
  before: TaskTypes,
  after: TaskTypes,
  profiles: readonly ToolProfile[] = [],
): readonly TypeComparison[] {
  const types = [...after.types.values()].map((type) => {
    return { subject: type.name, result: compareType(before.types.get(type.name), type, profiles) };
  });
  return [...types, ...compareDefaults(before, after, profiles), ...compareCeilings(before, after)];
}

function compareType(
  before: TaskType | undefined,
  after: TaskType,
  profiles: readonly ToolProfile[],
): TypeComparison['result'] {
  if (before === undefined) return { narrower: false, because: 'There was no such type.' };
  const wider = widerBounds(before, after);
  if (wider !== undefined) return { narrower: false, because: wider };
  const tools = toolsOf([...before.grants, ...after.grants]);
  const [old, now] = [typeGrants(before, tools), typeGrants(after, tools)];
  return compareGrants(old, now, {
    profiles,
    budgets: 'fresh',
    // Pinned or not, what the user said is let pass: a call with such values differs by the grants alone.
    ...(before.pinned ? { otherSource: 'user' as const } : {}),
  });
}

/** The first bound of a type as a whole that is wider, as a sentence. */
function widerBounds(before: TaskType, after: TaskType): string | undefined {
  const roles = after.roles.filter((role) => !before.roles.includes(role));
  if (roles.length > 0) return `These roles could not open such tasks: ${roles.join(', ')}.`;
  if (after.seconds > before.seconds) return `A task may take ${after.seconds} seconds, and not ${before.seconds}.`;
  if (before.pinned && !after.pinned) return 'Values that do harm need not come from the user or from trusted tools.';
  if (after.onDeny === 'ask' && before.onDeny === 'deny') return 'What was refused is asked about.';
  const resources = after.resources.filter((one) => !before.resources.includes(one));
  if (resources.length > 0) return `A task may also ask for ${resources.join(', ')}.`;
  const scopes = widerScopes(before, after);
  return scopes.length === 0 ? undefined : `A task may also get ${scopes.join(', ')}.`;
}

function widerScopes(before: TaskType, after: TaskType): string[] {
  return scopeActions.flatMap((action) => {
    const wide = before.scopes[action].map((text) => parseScopeOf(action, text));
    const added = after.scopes[action].filter((text) => {
      const scope = parseScopeOf(action, text);
      return !wide.some((one) => scopeCovers(one, scope));
    });
    return added.map((text) => `${action} ${text}`);
  });
}

/** Callers who open no task: without a default task they have all that their role has. */
function compareDefaults(before: TaskTypes, after: TaskTypes, profiles: readonly ToolProfile[]): TypeComparison[] {
  return [...before.defaults].flatMap(([role, name]): TypeComparison[] => {
    const subject = `role ${role}`;
    const now = after.defaults.get(role);
    // A role that is gone can do nothing.
    if (!after.ceilings.has(role) || now === name) return [];
    if (now === undefined)
      return [{ subject, result: { narrower: false, because: 'It has no default task any more.' } }];
    const type = after.types.get(now);
    if (type === undefined)
      return [{ subject, result: { narrower: 'unknown', because: 'Its default task is of no known type.' } }];
    return [{ subject, result: compareType(before.types.get(name), type, profiles) }];
  });
}

function compareCeilings(before: TaskTypes, after: TaskTypes): TypeComparison[] {
  return [...after.ceilings].flatMap(([role, now]): TypeComparison[] => {
    const old = before.ceilings.get(role);
    const added = now.filter((effect) => old !== undefined && !allows(old, effect));
    if (added.length === 0) return [];
    return [{ subject: `role ${role}`, result: { narrower: false, because: `Its tasks may ${added.join(', ')}.` } }];
  });
}

/** Whoever may execute anything may execute in the sandbox. */
function allows(ceiling: readonly CeilingEffect[], effect: CeilingEffect): boolean {
  return ceiling.includes(effect) || (effect === 'sandboxed_code' && ceiling.includes('execute'));
}
