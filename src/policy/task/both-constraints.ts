import type { Constraint } from '../constraint/constraint.ts';
import { isUnder, normalFolder } from './folder.ts';

/**
 * A constraint that only holds where both do, and holds wherever both do; undefined where none can say it (two patterns,
 * two lists of commands).
 */
export function bothConstraints(one: Constraint, other: Constraint): Constraint | undefined {
  const met: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const [a, b] = [own(one, key), own(other, key)];
    if (key === 'optional') continue;
    const both = a === undefined || b === undefined ? (a ?? b) : meet(key, a, b);
    if (both === undefined) return undefined;
    met[key] = both;
  }
  const isOptional = one.optional === true && other.optional === true;
  return isOptional ? { ...met, optional: true } : met;
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
    case 'emailDomain':
    case 'origin':
      return meetLists(a, b, (x, y) => x === y);
    case 'host':
      return meetLists(a, b, isHostWithin);
    case 'subpath':
      return meetLists(a, b, isFolderWithin);
    case 'each':
      return isConstraint(a) && isConstraint(b) ? bothConstraints(a, b) : undefined;
    default:
      return JSON.stringify(a) === JSON.stringify(b) ? a : undefined;
  }
}

function bound(a: unknown, b: unknown, choose: (x: number, y: number) => number): number | undefined {
  return typeof a === 'number' && typeof b === 'number' ? choose(a, b) : undefined;
}

/** Of each pair the narrower one. An empty list fits nothing, which is what two lists without anything in common allow. */
function meetLists(a: unknown, b: unknown, isWithin: (x: unknown, y: unknown) => boolean): unknown {
  if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
  const [some, others]: [readonly unknown[], readonly unknown[]] = [a, b];
  const inBoth = some.flatMap((x) => others.flatMap((y) => (isWithin(x, y) ? [x] : isWithin(y, x) ? [y] : [])));
  return [...new Set(inBoth)];
}

function isHostWithin(x: unknown, y: unknown): boolean {
  if (typeof x !== 'string' || typeof y !== 'string') return false;
  return x === y || (y.startsWith('*.') && x.endsWith(y.slice(1)));
}

function isFolderWithin(x: unknown, y: unknown): boolean {
  if (typeof x !== 'string' || typeof y !== 'string') return false;
  const [inner, outer] = [normalFolder(x), normalFolder(y)];
  return inner !== undefined && outer !== undefined && isUnder(inner, outer);
}

function isConstraint(value: unknown): value is Constraint {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
