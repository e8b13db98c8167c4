import type { Json, JsonObject } from '../../kernel/jsonrpc.ts';
import type { Scalar } from '../constraint/constraint.ts';
import type { CompiledArgument, CompiledGrant } from './compile-grants.ts';

/** The grants of one tool by the values that one argument of theirs may have. */
export interface LiteralIndex {
  /** The argument that most of the grants bind to a list of values. */
  readonly name: string;
  /** In the order of the grants. */
  readonly byValue: ReadonlyMap<Json, readonly CompiledGrant[]>;
  /** Those that bind it in another way or not at all. */
  readonly open: readonly CompiledGrant[];
}

const none: readonly CompiledGrant[] = [];

/** Undefined where it would tell fewer than two grants apart. */
export function literalIndexOf(grants: readonly CompiledGrant[]): LiteralIndex | undefined {
  const byName = new Map<string, number>();
  for (const { args } of grants) for (const name of new Set(args.flatMap(boundName))) count(byName, name);
  const [name, bound] = [...byName].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
  if (bound < 2) return undefined;
  const byValue = new Map<Json, CompiledGrant[]>();
  const open: CompiledGrant[] = [];
  for (const grant of grants) {
    const literals = grant.args.find((one) => boundName(one).includes(name));
    if (literals === undefined) open.push(grant);
    else for (const value of new Set(literalsOf(literals))) put(byValue, value, grant);
  }
  return { name, byValue, open };
}

/**
 * Lists that hold all grants which could cover a call with these arguments by themselves, each in the order of the
 * grants; undefined where any could, as nothing comparable stands there.
 */
export function couldCover(
  { name, byValue, open }: LiteralIndex,
  args: JsonObject,
): readonly (readonly CompiledGrant[])[] | undefined {
  const given = Object.hasOwn(args, name) ? args[name] : undefined;
  // Every item has to be one of the values, so the first one has to.
  const value = Array.isArray(given) ? (given as readonly Json[])[0] : given;
  // Absent ones may be optional; a number that is kept as text is compared by its digits.
  if (value === undefined || typeof value === 'object') return undefined;
  return [byValue.get(value) ?? none, open];
}

/** The argument whose value, or every item of it, has to be one of a list. */
function boundName(argument: CompiledArgument): readonly string[] {
  const { steps } = argument.path;
  const [name] = steps;
  const isWhole = steps.length === 1 || (steps.length === 2 && steps[1] === undefined);
  return isWhole && name !== undefined && literalsOf(argument) !== undefined ? [name] : [];
}

function literalsOf({ must }: CompiledArgument): readonly Scalar[] | undefined {
  return must.oneOf ?? must.each?.oneOf;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function put(byValue: Map<Json, CompiledGrant[]>, value: Scalar, grant: CompiledGrant): void {
  const those = byValue.get(value);
  if (those === undefined) byValue.set(value, [grant]);
  else those.push(grant);
}
