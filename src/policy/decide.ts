import type { Operation } from './operation.ts';
import { type Action, ANY, actions, formatPermission, type Kind, kinds, type Permission } from './permission.ts';
import { parsePermission, partCovers } from './permission.ts';

export { listedOperation, type Operation, operationOf } from './operation.ts';

/** A name and what it allows; whatever it does not allow is denied. */
export interface Role {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** Yes with the {@link Grant} that proves it, or no with the permission that would allow exactly this and no more. */
export type Decision =
  | { readonly allowed: true; readonly grant: Grant }
  | { readonly allowed: false; readonly missing: string };

/**
 * Proof that one operation was allowed to one role. Only {@link decide} makes one, so a function that takes a Grant
 * cannot be called without a decision: the class itself is not exported, and its private field makes look-alikes fail
 * to compile and {@link isGrant} false.
 */
class Grant {
  readonly #decided = true;
  readonly role: string;
  readonly operation: Operation;

  constructor(role: string, operation: Operation) {
    this.role = role;
    // Nobody may turn what was allowed into something else afterwards.
    this.operation = Object.freeze(operation);
    Object.freeze(this);
  }

  static isGrant(value: unknown): value is Grant {
    return typeof value === 'object' && value !== null && #decided in value && value.#decided;
  }
}
export type { Grant };

/** True only for a value that {@link decide} made, whatever its type claims. */
export function isGrant(value: unknown): value is Grant {
  return Grant.isGrant(value);
}

/**
 * Makes a role from permission texts and compiles it, so that {@link decide} takes less than a microsecond.
 * @throws MerlonError CONFIG_INVALID on a text that is no permission
 */
export function defineRole(name: string, permissions: readonly string[]): Role {
  const role = { name, permissions: Object.freeze(permissions.map(parsePermission)) };
  compiled.set(role, compile(role.permissions));
  return Object.freeze(role);
}

/**
 * May this role do this? Deny by default: no role, an unknown one (pass undefined) or no matching permission is a no.
 * The only maker of a {@link Grant}; lists and calls ask it the same question.
 */
export function decide(role: Role | undefined, operation: Operation): Decision {
  if (role !== undefined && allows(rulesOf(role), operation)) {
    return { allowed: true, grant: new Grant(role.name, operation) };
  }
  return { allowed: false, missing: formatPermission(operation) };
}

type Rules = ReadonlyMap<Action, ReadonlyMap<Kind, readonly Permission[]>>;

// Beside the role rather than in it: a role stays plain data, and nobody can hand in rules that differ from its list.
const compiled = new WeakMap<Role, Rules>();

function rulesOf(role: Role): Rules {
  let rules = compiled.get(role);
  if (rules === undefined) {
    rules = compile(role.permissions);
    // What is remembered must not change under us.
    Object.freeze(role);
    Object.freeze(role.permissions);
    compiled.set(role, rules);
  }
  return rules;
}

function compile(permissions: readonly Permission[]): Rules {
  const rules = new Map<Action, Map<Kind, Permission[]>>();
  for (const action of actions) {
    const byKind = new Map<Kind, Permission[]>();
    for (const kind of kinds) {
      const matching = permissions.filter((one) => matches(one.action, action) && matches(one.kind, kind));
      // Widest first, where most answers are found.
      matching.sort((a, b) => width(a) - width(b));
      byKind.set(kind, matching);
    }
    rules.set(action, byKind);
  }
  return rules;
}

function matches(pattern: string, word: string): boolean {
  return pattern === ANY || pattern === word;
}

function width(permission: Permission): number {
  return (permission.upstream === undefined ? 0 : 1) + (permission.name === undefined ? 0 : 1);
}

function allows(rules: Rules, operation: Operation): boolean {
  const { upstream, name } = operation;
  for (const permission of rules.get(operation.action)?.get(operation.kind) ?? []) {
    if (partCovers(permission.upstream, upstream) && partCovers(permission.name, name)) return true;
  }
  return false;
}
