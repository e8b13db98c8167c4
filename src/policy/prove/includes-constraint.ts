import { holds, compileConstraint } from '../constraint/compile-constraint.ts';
import { readFolder } from '../constraint/check-constraint.ts';
import type { Constraint, Scalar } from '../constraint/constraint.ts';
import { readDomain } from '../constraint/read-email.ts';
import { type HostPattern, matchesHost, readHostPattern } from '../constraint/read-host.ts';
import { readBareOrigin, readUrl } from '../constraint/read-origin.ts';
import { isUnder } from '../constraint/read-path.ts';
import { includesCommands } from './includes-commands.ts';
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
  for (const key of Object.keys(outer)) if (!known.has(key)) return false;
  const values = valuesOf(inner);
  return values === undefined ? includesFields(outer, inner) : includesValues(outer, inner, values);
}

/** All values that a constraint may let pass, where they can be listed. */
function valuesOf({ oneOf, min, max }: Constraint): readonly Scalar[] | undefined {
  if (oneOf !== undefined) return oneOf;
  return min !== undefined && min === max ? [min] : undefined;
}

/** Lets the constraints themselves judge each value, so that whatever they read it as, it is the same here. */
function includesValues(outer: Constraint, inner: Constraint, values: readonly Scalar[]): boolean {
  if (values.length === 0) return true;
  if (isPlainList(outer) && values.every((value) => value !== null && outer.oneOf.includes(value))) return true;
  try {
    const [wide, narrow] = [compileConstraint(outer), compileConstraint(inner)];
    return values.every((value) => holds(wide, value) || !holds(narrow, value));
  } catch {
    // A constraint that cannot be used proves nothing.
    return false;
  }
}

function isPlainList(outer: Constraint): outer is Constraint & { readonly oneOf: readonly Scalar[] } {
  if (outer.oneOf === undefined) return false;
  for (const key of Object.keys(outer)) if (key !== 'oneOf' && key !== 'optional') return false;
  return true;
}

/** Field by field: each bound of `outer` has to follow from one of `inner`. */
function includesFields(outer: Constraint, inner: Constraint): boolean {
  const { oneOf, min, max, maxLength, pattern, subpath, origin, host, emailDomain, argv, each } = outer;
  // Comparisons are written so that NaN, which a file cannot hold but a program can, proves nothing.
  return (
    oneOf === undefined &&
    (min === undefined || (inner.min !== undefined && inner.min >= min)) &&
    (max === undefined || (inner.max !== undefined && inner.max <= max)) &&
    (maxLength === undefined || (inner.maxLength !== undefined && inner.maxLength <= maxLength)) &&
    (pattern === undefined || inner.pattern === pattern) &&
    (subpath === undefined || isWithin(inner.subpath, subpath, readFolder, isUnder)) &&
    (origin === undefined || isWithin(inner.origin, origin, readBareOrigin, isSame)) &&
    (host === undefined || isHostWithin(inner, host)) &&
    (emailDomain === undefined || isWithin(inner.emailDomain, emailDomain, readDomain, isSame)) &&
    (argv === undefined || (inner.argv !== undefined && includesCommands(argv, inner.argv, includesConstraint))) &&
    (each === undefined || includesItems(each, inner))
  );
}

/** True where each entry, as it is read, lies within one of the others. What cannot be read proves nothing. */
function isWithin<Value>(
  inner: readonly string[] | undefined,
  outer: readonly string[],
  read: (text: string) => Value | undefined,
  lies: (one: Value, within: Value) => boolean,
): boolean {
  return inner?.every((text) => outer.includes(text) || isReadWithin(read(text), outer, read, lies)) === true;
}

function isReadWithin<Value>(
  one: Value | undefined,
  outer: readonly string[],
  read: (text: string) => Value | undefined,
  lies: (one: Value, within: Value) => boolean,
): boolean {
  if (one === undefined) return false;
  return outer.some((text) => {
    const other = read(text);
    return other !== undefined && lies(one, other);
  });
}

function isSame(one: string, other: string): boolean {
  return one === other;
}

/** A URL of a listed origin has that origin's host; so an origin can be within a list of hosts. */
function isHostWithin(inner: Constraint, outer: readonly string[]): boolean {
  if (isWithin(inner.host, outer, readHostPattern, isHostPatternWithin)) return true;
  const names = inner.origin?.map((text) => readUrl(text)?.host);
  return names?.every((host) => isReadWithin(hostPattern(host), outer, readHostPattern, isHostPatternWithin)) === true;
}

function hostPattern(host: string | undefined): HostPattern | undefined {
  return host === undefined ? undefined : { host, isBelow: false };
}

/** `*.a.example.com` lies within `*.example.com`, since whatever is below the one is below the other. */
function isHostPatternWithin(one: HostPattern, within: HostPattern): boolean {
  if (!one.isBelow) return matchesHost(within, one.host);
  return within.isBelow && (one.host === within.host || matchesHost(within, one.host));
}

/** Each item fits `each`; a value that is no list is its own only item. */
function includesItems(each: Constraint, inner: Constraint): boolean {
  if (inner.each !== undefined && includesConstraint(each, inner.each)) return true;
  // Here the value is there and not null, so that an item may be absent says nothing.
  return isNeverList(inner) && includesConstraint({ ...each, optional: true }, inner);
}

/** Bounds of numbers and readings of texts let no list pass. */
function isNeverList({ min, max, pattern, subpath, origin, host, emailDomain }: Constraint): boolean {
  return [min, max, pattern, subpath, origin, host, emailDomain].some((one) => one !== undefined);
}
