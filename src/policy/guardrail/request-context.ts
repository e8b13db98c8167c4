import { isExactNumber, isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';
import { readOrigin, readUrl } from '../constraint/read-origin.ts';
import { readPath } from '../constraint/read-path.ts';
import type { CedarValue } from './cedar.ts';
import { type Expectations, type Expected, STEP } from './inspect-policy.ts';

/** Most values in the arguments of one call that guardrails look at; a call with more is denied. */
const MAX_VALUES = 10_000;

/** Thrown for arguments that cannot be judged: a denial. */
export class Unjudgeable extends Error {}

/** Arguments as policies see them. */
export interface ArgumentViews {
  /** As they were sent. */
  readonly args: Record<string, CedarValue>;
  /** Those that are absolute paths, normalised. */
  readonly paths: Record<string, CedarValue>;
  /** Those that are addresses, as `{ origin, host }`. */
  readonly urls: Record<string, CedarValue>;
}

/**
 * Writes attacker-controlled arguments in Cedar's JSON form, so that none of them can be taken for anything else.
 *
 * - Keys that begin with two underscores get a third: `__entity` and `__extn`, which would make entities and values of
 *   Cedar's own types, become ordinary keys. No two keys become one.
 * - `null` is absent. Within a list it becomes `{ "absent": true }`, so that the list stays as long.
 * - Whole numbers are Longs, others decimals of up to four places; where a policy compares with a decimal, whole ones are
 *   decimals too. A number that neither can hold, or that a double cannot, is a text.
 * - Where a policy compares with another type than was sent, Cedar would quietly say that they differ: that is refused.
 * @throws Unjudgeable
 */
export function viewsOf(args: JsonObject, expectations: Expectations): ArgumentViews {
  const walk: Walk = { expectations, left: MAX_VALUES };
  return { args: exactly(args, [], walk), paths: mirrored(args, pathView), urls: mirrored(args, urlView) };
}

interface Walk {
  readonly expectations: Expectations;
  left: number;
}

function exactly(object: JsonObject, path: readonly string[], walk: Walk): Record<string, CedarValue> {
  const entries = Object.entries(object).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    const step = escapedKey(key);
    return [[step, written(value, { path: [...path, step], amount: 'single' }, walk)] as const];
  });
  return Object.fromEntries(entries);
}

interface Spot {
  readonly path: readonly string[];
  readonly amount: 'single' | 'list';
}

function written(value: Json, spot: Spot, walk: Walk): CedarValue {
  walk.left -= 1;
  if (walk.left < 0) throw new Unjudgeable('There are too many values.');
  if (value === null) return { absent: true };
  if (Array.isArray(value)) {
    // An empty list has no value that could be of another type.
    if (expectedAt(spot, walk)?.has('single') === true) throw new Unjudgeable('An argument is a list.');
    return value.map((item: Json) => written(item, { ...spot, amount: 'list' }, walk));
  }
  if (!isObject(value)) return scalar(value, spot, walk);
  if (expectedAt(spot, walk) !== undefined) throw new Unjudgeable('An argument is an object.');
  return exactly(value, spot.path, walk);
}

function scalar(value: Json, spot: Spot, walk: Walk): CedarValue {
  const expected = expectedAt(spot, walk);
  if (typeof value === 'string') {
    checkType('string', spot, expected);
    return wellFormed(value);
  }
  if (typeof value === 'boolean') {
    checkType('boolean', spot, expected);
    return value;
  }
  const text = isExactNumber(value) ? undefined : decimalText(Number(value));
  const isLong = Number.isSafeInteger(value) && expected?.has('decimal') !== true;
  checkType(isLong ? 'long' : text === undefined ? 'string' : 'decimal', spot, expected);
  if (isLong) return Number(value);
  return text === undefined ? JSON.stringify(value) : { __extn: { fn: 'decimal', arg: text } };
}

function expectedAt({ path }: Spot, { expectations }: Walk): ReadonlySet<Expected> | undefined {
  return expectations.get(path.join(STEP));
}

/** Comparing with another type is no error in Cedar, it is just never equal: a way round every `forbid … == …`. */
function checkType(type: Expected, { amount }: Spot, expected: ReadonlySet<Expected> | undefined): void {
  if (expected === undefined) return;
  const isOther = amount === 'single' ? expected.has('list') : expected.has('single');
  if (isOther || !expected.has(type)) throw new Unjudgeable('An argument is of another type.');
}

/** Largest number that Cedar's decimals hold, to the whole. */
const MOST_DECIMAL = 922_337_203_685_477;

/** A number as Cedar writes decimals, where that is exact. */
function decimalText(value: number): string | undefined {
  if (!Number.isFinite(value) || Math.abs(value) >= MOST_DECIMAL) return undefined;
  const text = value.toFixed(4);
  return Number(text) === value ? text : undefined;
}

function escapedKey(key: string): string {
  return wellFormed(key.startsWith('__') ? `_${key}` : key);
}

function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new Unjudgeable('A text is no Unicode.');
  return text;
}

type View = (text: string) => CedarValue | undefined;

/** The same places, with the texts that can be read in one way; what cannot is absent, so that asking for it is an error. */
function mirrored(object: JsonObject, view: View): Record<string, CedarValue> {
  const entries = Object.entries(object).flatMap(([key, value]) => {
    const seen = viewOf(value, view);
    return seen === undefined ? [] : [[escapedKey(key), seen] as const];
  });
  return Object.fromEntries(entries);
}

function viewOf(value: Json | undefined, view: View): CedarValue | undefined {
  if (typeof value === 'string') return view(value);
  if (isObject(value)) return mirrored(value, view);
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item: Json) => viewOf(item, view));
  // A list of which one item cannot be read cannot be read: it would look better than it is.
  return items.every((item) => item !== undefined) ? items : undefined;
}

function pathView(text: string): CedarValue | undefined {
  return readPath(text);
}

function urlView(text: string): CedarValue | undefined {
  const [origin, host] = [readOrigin(text), readUrl(text)?.host];
  return origin === undefined || host === undefined ? undefined : { origin, host };
}
