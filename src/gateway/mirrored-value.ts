import { exactNumber } from '../kernel/exact-number.ts';
import { isExactNumber, isObject, type Json, type JsonObject } from '../kernel/jsonrpc.ts';
import type { ParamHeader } from './param-headers.ts';

/** What stands at `path` of the arguments; only own properties count, so that `constructor` finds nothing. */
export function valueAt(args: JsonObject | undefined, path: readonly string[]): Json | undefined {
  let value: Json | undefined = args;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/**
 * The text under which a header mirrors a value of the body; `undefined` when it cannot be mirrored: no primitive, or a
 * number whose meaning depends on who reads it (HTTP-37).
 */
export function mirroredText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
  return isExactNumber(value) ? safeIntegerText(JSON.stringify(value)) : undefined;
}

/** True when the decoded text of a header means the value whose {@link mirroredText} is `text`. */
export function saysSame(decoded: string, text: string, type: ParamHeader['type'], value: Json | undefined): boolean {
  if (decoded === text) return true;
  if (type !== 'integer' || typeof value === 'string' || typeof value === 'boolean') return false;
  // HTTP-66: `42.0` and `42` are equal. Compared digit by digit: a double would also find 0.1 and 0.10000000000000001 equal.
  const theirs = /[eE]/.test(decoded) ? undefined : exactNumber(decoded);
  return theirs !== undefined && theirs === exactNumber(text);
}

// `42.0` and `4.2e1` are kept as source text when another number of the same message needs that, and mean 42 all the same.
function safeIntegerText(source: string): string | undefined {
  const number = Number(source);
  return Number.isSafeInteger(number) && exactNumber(source) === exactNumber(String(number))
    ? String(number)
    : undefined;
}
