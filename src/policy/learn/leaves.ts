import { isExactNumber, isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { Scalar } from '../constraint/constraint.ts';

/** A value of an argument. `opaque`: an object whose keys are data, or a number that a double cannot hold. */
export type Leaf =
  | { readonly path: string; readonly kind: 'scalar'; readonly value: Scalar; readonly inList: boolean }
  | { readonly path: string; readonly kind: 'list'; readonly length: number }
  | { readonly path: string; readonly kind: 'opaque' };

/** Values of one call that are looked at; a call with more teaches nothing of its arguments. */
export const MAX_LEAVES = 2_000;
const MAX_LEVELS = 8;
// A key with other characters could be read as a path of several steps.
const PLAIN_KEY = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The values in arguments with the paths that grants name them by: `to`, `recipients` (each item of a list of
 * scalars), `attachments[].file_id`. Attacker-controlled: what cannot be named plainly is one opaque value.
 * @returns undefined where there are more than {@link MAX_LEAVES}
 */
export function leavesOf(args: JsonObject): Leaf[] | undefined {
  const leaves: Leaf[] = [];
  for (const key of Object.keys(args)) {
    // A key that no path can name is left to what `otherArgs` says of it.
    if (PLAIN_KEY.test(key)) walk(args[key], key, MAX_LEVELS, leaves);
    if (leaves.length > MAX_LEAVES) return undefined;
  }
  return leaves;
}

function walk(value: Json | undefined, path: string, levels: number, leaves: Leaf[]): void {
  if (value === undefined || leaves.length > MAX_LEAVES) return;
  if (isScalar(value)) leaves.push({ path, kind: 'scalar', value, inList: false });
  else if (levels === 0 || isExactNumber(value)) leaves.push({ path, kind: 'opaque' });
  else if (Array.isArray(value)) walkList(value, path, levels, leaves);
  else if (isObject(value)) walkObject(value, path, levels, leaves);
}

function walkObject(value: JsonObject, path: string, levels: number, leaves: Leaf[]): void {
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => PLAIN_KEY.test(key))) leaves.push({ path, kind: 'opaque' });
  else for (const key of keys) walk(value[key], `${path}.${key}`, levels - 1, leaves);
}

function walkList(items: readonly Json[], path: string, levels: number, leaves: Leaf[]): void {
  leaves.push({ path, kind: 'list', length: items.length });
  if (items.every(isObject)) {
    for (const item of items) walkObject(item, `${path}[]`, levels - 1, leaves);
    return;
  }
  for (const item of items) {
    if (leaves.length > MAX_LEAVES) return;
    leaves.push(isScalar(item) ? { path, kind: 'scalar', value: item, inList: true } : { path, kind: 'opaque' });
  }
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
