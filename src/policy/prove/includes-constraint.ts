import type { Command, Constraint } from '../constraint/constraint.ts';
import { isSameData } from './same-data.ts';

/** Fields whose meaning is known here. A constraint with any other is compared by its text alone. */
const known: ReadonlySet<string> = new Set([
  'oneOf',
  'min',
  'max',
  'maxLength',
  'pattern',
  'subpath',
  'origin',
  'host',
  'emailDomain',
  'argv',
  'each',
  'optional',
] satisfies (keyof Constraint)[]);

/**
 * True where it is proven that every value (and every absence) that fits `inner` fits `outer` as well. False says only
 * that there is no proof.
 */
export function includesConstraint(outer: Constraint, inner: Constraint): boolean {
  if (isSameData(outer, inner)) return true;
  if (inner.optional === true && outer.optional !== true) return false;
  // What a bare null means beside `oneOf` is left to the engine: only the same list is the same.
  if (inner.oneOf?.includes(null) === true && outer.optional !== true) return false;
  return Object.keys(outer).every((key) => known.has(key)) && holdsEachField(outer, inner);
}

function holdsEachField(outer: Constraint, inner: Constraint): boolean {
  return (
    (outer.oneOf === undefined || isSubset(inner.oneOf, outer.oneOf)) &&
    (outer.min === undefined || isAtLeast(inner, outer.min)) &&
    (outer.max === undefined || isAtMost(inner, outer.max)) &&
    (outer.maxLength === undefined || isAtMostLong(inner.maxLength, outer.maxLength)) &&
    (outer.pattern === undefined || inner.pattern === outer.pattern) &&
    (outer.subpath === undefined || isSubset(inner.subpath, outer.subpath)) &&
    (outer.origin === undefined || isSubset(inner.origin, outer.origin)) &&
    (outer.host === undefined || isSubset(inner.host, outer.host)) &&
    (outer.emailDomain === undefined || isSubset(inner.emailDomain, outer.emailDomain)) &&
    (outer.argv === undefined || isRunnable(inner.argv, outer.argv)) &&
    (outer.each === undefined || (inner.each !== undefined && includesConstraint(outer.each, inner.each)))
  );
}

// Comparisons are written so that NaN, which a file cannot hold but a program can, proves nothing.
function isAtLeast({ min }: Constraint, least: number): boolean {
  return min !== undefined && min >= least;
}

function isAtMost({ max }: Constraint, most: number): boolean {
  return max !== undefined && max <= most;
}

function isAtMostLong(inner: number | undefined, outer: number): boolean {
  return inner !== undefined && inner <= outer;
}

function isSubset<T>(inner: readonly T[] | undefined, outer: readonly T[]): boolean {
  return inner !== undefined && inner.every((one) => outer.includes(one));
}

function isRunnable(inner: readonly Command[] | undefined, outer: readonly Command[]): boolean {
  return inner !== undefined && inner.every((one) => outer.some((other) => includesCommand(other, one)));
}

function includesCommand(outer: Command, inner: Command): boolean {
  if (isSameData(outer, inner)) return true;
  const [before, after] = [outer.words ?? [], inner.words ?? []];
  // An optional word may be left out, and then the next one stands in its place.
  if ([...before, ...after].some(({ optional }) => optional === true)) return false;
  if (outer.program !== inner.program || after.length < before.length) return false;
  const rest = outer.rest;
  return (
    after.every((word, at) => {
      const place = before[at] ?? rest;
      return place !== undefined && includesConstraint(place, word);
    }) &&
    (inner.rest === undefined || (rest !== undefined && includesConstraint(rest, inner.rest)))
  );
}
