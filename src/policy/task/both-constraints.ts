import type { Constraint } from '../constraint/constraint.ts';
import { readFolder } from '../constraint/check-constraint.ts';
import { readDomain } from '../constraint/read-email.ts';
import { type HostPattern, matchesHost, readHostPattern } from '../constraint/read-host.ts';
import { readBareOrigin } from '../constraint/read-origin.ts';
import { isUnder } from '../constraint/read-path.ts';

/**
 * A constraint that holds exactly where both do; undefined where none can say it (two patterns, two lists of commands), and
 * where nothing could meet both.
 */
export function bothConstraints(one: Constraint, other: Constraint): Constraint | undefined {
  const met: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (key === 'optional') continue;
    const [a, b] = [own(one, key), own(other, key)];
    const both = a === undefined || b === undefined ? (a ?? b) : meet(key, a, b);
    if (both === undefined) return undefined;
    met[key] = both;
  }
  const { min, max, oneOf }: Constraint = met;
  if (min !== undefined && max !== undefined && min > max) return undefined;
  // A null that only one of them lists is an absent argument to the other.
  if (oneOf?.includes(null) === true && ![one, other].every(takesNull)) {
    const rest = oneOf.filter((value) => value !== null);
    if (rest.length === 0) return undefined;
    met['oneOf'] = rest;
  }
  return one.optional === true && other.optional === true ? { ...met, optional: true } : met;
}

function takesNull({ oneOf, optional }: Constraint): boolean {
  return optional === true || oneOf?.includes(null) === true;
}

function own(record: object, key: string): unknown {
  return Object.hasOwn(record, key) ? (record as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** Both values of one field put together; undefined where that cannot be said, also for fields that are not known here. */
function meet(key: string, a: unknown, b: unknown): unknown {
  switch (key) {
    case 'min':
      return bound(a, b, Math.max);
    case 'max':
    case 'maxLength':
      return bound(a, b, Math.min);
    case 'oneOf':
      return meetLists(a, b, (x, y) => x === y);
    case 'emailDomain':
      return meetLists(
        a,
        b,
        whenRead(readDomain, (x, y) => x === y),
      );
    case 'origin':
      return meetLists(
        a,
        b,
        whenRead(readBareOrigin, (x, y) => x === y),
      );
    case 'host':
      return meetLists(a, b, whenRead(readHostPattern, isHostWithin));
    case 'subpath':
      return meetLists(a, b, whenRead(readFolder, isUnder));
    case 'each':
      return isConstraint(a) && isConstraint(b) ? bothConstraints(a, b) : undefined;
    default:
      return JSON.stringify(a) === JSON.stringify(b) ? a : undefined;
  }
}

type IsWithin = (inner: unknown, outer: unknown) => boolean;

function bound(a: unknown, b: unknown, choose: (x: number, y: number) => number): number | undefined {
  return typeof a === 'number' && typeof b === 'number' ? choose(a, b) : undefined;
}

/** Of each pair the narrower one; undefined where two lists have nothing in common, since no constraint says that. */
function meetLists(a: unknown, b: unknown, isWithin: IsWithin): unknown {
  if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
  const [some, others]: [readonly unknown[], readonly unknown[]] = [a, b];
  const inBoth = some.flatMap((x) => others.flatMap((y) => (isWithin(x, y) ? [x] : isWithin(y, x) ? [y] : [])));
  return inBoth.length === 0 ? undefined : [...new Set(inBoth)];
}

/** Compares as the engine does: what is meant, not how it is written. */
function whenRead<Read>(read: (text: string) => Read | undefined, isWithin: (x: Read, y: Read) => boolean): IsWithin {
  return (x, y) => {
    const [inner, outer] = [x, y].map((one) => (typeof one === 'string' ? read(one) : undefined));
    return inner !== undefined && outer !== undefined && isWithin(inner, outer);
  };
}

function isHostWithin(inner: HostPattern, outer: HostPattern): boolean {
  if (inner.host === outer.host) return inner.isBelow === outer.isBelow;
  return matchesHost(outer, inner.host);
}

function isConstraint(value: unknown): value is Constraint {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
