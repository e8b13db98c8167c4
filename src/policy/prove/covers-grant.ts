import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { coversArguments } from './covers-arguments.ts';
import { isSameData } from './same-data.ts';

/** Fields whose meaning is known here; any other could be a bound that is not looked at. */
const known: ReadonlySet<string> = new Set([
  'id',
  'tool',
  'definition',
  'effects',
  'args',
  'otherArgs',
  'integrity',
  'uses',
  'budgets',
  'expiresAt',
  'onDeny',
  'alwaysAsk',
  'secondFactor',
  'parent',
] satisfies (keyof TaskGrant)[]);

/**
 * True where it is proven that `outer` covers every call that `inner` covers, budgets aside: the same tool as it is
 * defined, no more effects, no longer, arguments and their sources no wider, and without an approval only where `outer`
 * needs none either.
 */
export function coversGrant(outer: TaskGrant, inner: TaskGrant, profiles: readonly ToolProfile[] = []): boolean {
  if (outer.alwaysAsk === true && inner.alwaysAsk !== true) return false;
  return (
    coversOccasion(outer, inner) &&
    coversQuestions(outer, inner) &&
    hasSameUnknown(outer, inner) &&
    coversArguments(outer, inner, profileOf(inner, profiles))
  );
}

/** The part of {@link coversGrant} that does not depend on arguments: tool, definition, effects, expiry. */
function coversOccasion(outer: TaskGrant, inner: TaskGrant): boolean {
  return (
    outer.tool === inner.tool &&
    (outer.definition === undefined || outer.definition === inner.definition) &&
    inner.effects.every((effect) => outer.effects.includes(effect)) &&
    (outer.expiresAt === undefined || (inner.expiresAt !== undefined && inner.expiresAt <= outer.expiresAt))
  );
}

function hasSameUnknown(outer: TaskGrant, inner: TaskGrant): boolean {
  const rest = (grant: TaskGrant) => Object.entries(grant).filter(([key]) => !known.has(key));
  for (const key in outer) if (!known.has(key)) return isSameData(rest(outer), rest(inner));
  return true;
}

/** A profile says something of a grant only where the grant can be used with no other definition. */
function profileOf({ tool, definition }: TaskGrant, profiles: readonly ToolProfile[]): ToolProfile | undefined {
  if (definition === undefined) return undefined;
  return profiles.find((one) => one.tool === tool && one.hash === definition);
}

/**
 * True where what `inner` leaves to a person, `outer` leaves to a person too, or allows. A value that a person approved
 * counts only for grants that ask, so each has to be held against one that asks for the same things.
 */
function coversQuestions(outer: TaskGrant, inner: TaskGrant): boolean {
  return inner.onDeny !== 'ask' || outer.onDeny === 'ask' || isBoundless(outer);
}

/** True for a grant that no argument and no number of calls can be too much for. */
function isBoundless({ args, integrity, otherArgs = 'any', uses, budgets, alwaysAsk }: TaskGrant): boolean {
  return (
    [args, integrity, uses, budgets].every((one) => one === undefined) && otherArgs === 'any' && alwaysAsk !== true
  );
}

/**
 * True where no question loses its second factor. Which of several grants a question comes from is the engine's choice;
 * so where any grant for the tool wants a second factor, each that asks has to.
 */
export function keepsFactor(outers: readonly TaskGrant[], inner: TaskGrant): boolean {
  if ((inner.onDeny !== 'ask' && inner.alwaysAsk !== true) || inner.secondFactor === true) return true;
  return !outers.some(({ tool, secondFactor }) => tool === inner.tool && secondFactor === true);
}
