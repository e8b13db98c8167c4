import { canonicalJson } from '../../kernel/canonical-json.ts';
import { isExactNumber, isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';
import { parsePath } from '../constraint/argument-path.ts';
import type { Constraint, Scalar } from '../constraint/constraint.ts';

/** Most characters of arguments that a grant may hold as values, and most arguments. */
const MAX_LENGTH = 16_384;
const MAX_ARGUMENTS = 100;

/**
 * What arguments must be to be those of one call; of a list of scalars, its items in any order. Undefined where paths and
 * constraints cannot say it: lists of objects or of lists, numbers that a double cannot hold, names that are no paths, too much.
 */
export function exactArgs(args: JsonObject): Readonly<Record<string, Constraint>> | undefined {
  if (canonicalJson(args).length > MAX_LENGTH) return undefined;
  const found = new Map<string, Constraint>();
  return collect(args, '', found) ? Object.fromEntries(found) : undefined;
}

function collect(value: JsonObject, above: string, found: Map<string, Constraint>): boolean {
  return Object.entries(value).every(([key, item]) => {
    if (item === undefined) return true;
    const path = above === '' ? key : `${above}.${key}`;
    // A key with a dot or brackets would name something else.
    if (parsePath(key)?.steps.length !== 1 || parsePath(path) === undefined) return false;
    if (isObject(item) && !isExactNumber(item) && Object.keys(item).length > 0) return collect(item, path, found);
    const must = exactly(item);
    if (must === undefined || found.size >= MAX_ARGUMENTS) return false;
    found.set(path, must);
    return true;
  });
}

function exactly(value: Json): Constraint | undefined {
  if (isScalar(value)) return { oneOf: [value] };
  if (!Array.isArray(value)) return undefined;
  const items: readonly Json[] = value;
  if (items.length === 0) return { maxLength: 0 };
  return items.every(isScalar) ? { maxLength: items.length, each: { oneOf: [...new Set(items)] } } : undefined;
}

function isScalar(value: Json): value is Scalar {
  return typeof value !== 'object' || value === null;
}
