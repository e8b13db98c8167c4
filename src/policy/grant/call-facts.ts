import { digestOf } from '../../kernel/digest-of.ts';
import { isExactNumber, type Json } from '../../kernel/jsonrpc.ts';
import { type Argument, readArgument } from '../constraint/argument-path.ts';
import type { Scalar } from '../constraint/constraint.ts';
import type { Source } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { Circumstances, ToolCall } from './call-decision.ts';
import { decimalOf, plus, roundedUp, zero } from './decimal.ts';
import { doubleOf } from './double-of.ts';
import type { CompiledGrant, CompiledPath } from './compile-grants.ts';
import { isNothing, type NamedPaths, sinkAt, visitLeaves, visitUnnamed } from './other-arguments.ts';

/**
 * A call while it is decided: what is worked out of its arguments is worked out once, however many grants ask for it.
 * All of it throws RangeError on (attacker-controlled) arguments that nest too deep.
 */
export interface CallFacts {
  readonly call: ToolCall;
  readonly circumstances: Circumstances;
  readonly profile: ToolProfile;
  /** By the slots of paths, as are the next four; null where it cannot be judged. */
  readonly read: (Argument | undefined)[];
  readonly sources: (readonly Source[] | null | undefined)[];
  readonly amounts: (number | null | undefined)[];
  readonly hashes: (ReadonlySet<string> | null | undefined)[];
  /** By {@link CompiledGrant.othersSlot}. */
  readonly others: (readonly string[] | undefined)[];
  /** True where a person endorsed the whole call. */
  isEndorsed?: boolean;
}

export function factsOf(call: ToolCall, circumstances: Circumstances, profile: ToolProfile): CallFacts {
  return { call, circumstances, profile, read: [], sources: [], amounts: [], hashes: [], others: [] };
}

/** What stands at a path. */
export function argumentAt({ call, read }: CallFacts, path: CompiledPath): Argument {
  return (read[path.slot] ??= readArgument(call.args, path));
}

/** Where arguments stand that a grant neither names nor allows among others. */
export function othersAgainst(facts: CallFacts, { otherArgs, named, othersSlot }: CompiledGrant): readonly string[] {
  if (otherArgs === 'any') return none;
  return (facts.others[othersSlot] ??= othersIn(facts, otherArgs, named));
}

const none: readonly string[] = [];

function othersIn({ call, profile }: CallFacts, otherArgs: 'plain' | 'none', named: NamedPaths): readonly string[] {
  const found = new Set<string>();
  visitUnnamed(call.args, named, (path, value) => {
    if (otherArgs === 'none' || (!isNothing(value) && sinkAt(profile, path) !== undefined)) found.add(path);
  });
  return found.size === 0 ? none : [...found];
}

/** The different sources of the scalars at and below a path; undefined where it cannot be judged. */
export function sourcesAt(facts: CallFacts, path: CompiledPath): readonly Source[] | undefined {
  const { sources } = facts;
  if (sources[path.slot] === undefined) sources[path.slot] = lookUp(facts, path) ?? null;
  return sources[path.slot] ?? undefined;
}

/** The sum of the numbers at a path; undefined where one is absent, negative or no number that a double can say. */
export function amountAt(facts: CallFacts, path: CompiledPath): number | undefined {
  const { amounts } = facts;
  if (amounts[path.slot] === undefined) amounts[path.slot] = sumOf(argumentAt(facts, path)) ?? null;
  return amounts[path.slot] ?? undefined;
}

/**
 * SHA-256 (hex, first 32 characters) of each different value at a path, items of lists apart; undefined where it cannot
 * be judged.
 */
export function hashesAt(facts: CallFacts, path: CompiledPath): ReadonlySet<string> | undefined {
  const { hashes } = facts;
  if (hashes[path.slot] === undefined) hashes[path.slot] = hashesOf(argumentAt(facts, path)) ?? null;
  return hashes[path.slot] ?? undefined;
}

/** How many values there are to hash at a path, at most; undefined where it cannot be judged. */
export function valuesAt(facts: CallFacts, path: CompiledPath): number | undefined {
  const { values, malformed } = argumentAt(facts, path);
  if (malformed) return undefined;
  return values.reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 1), 0);
}

function lookUp(facts: CallFacts, path: CompiledPath): readonly Source[] | undefined {
  const { call, circumstances } = facts;
  const { values, malformed } = argumentAt(facts, path);
  if (malformed) return undefined;
  const found = new Set<Source>();
  for (const { value } of values) {
    visitLeaves(path.text, value, (at, leaf) => {
      if (isNothing(leaf)) return;
      const scalar = scalarOf(leaf);
      found.add(
        scalar === undefined
          ? 'unknown'
          : circumstances.sources.sourceOf(scalar, sinkAt(facts.profile, at), call.tool, at),
      );
    });
  }
  return [...found];
}

/** A leaf as what its source can be looked up by; none for a number that only its own text can say. */
function scalarOf(leaf: Json): Scalar | undefined {
  if (isExactNumber(leaf)) return doubleOf(leaf);
  return typeof leaf === 'object' ? undefined : leaf;
}

function sumOf({ values, absent }: Argument): number | undefined {
  if (absent || values.length === 0) return undefined;
  let sum = zero;
  for (const { value } of values) {
    const double = doubleOf(value);
    if (double === undefined || double < 0) return undefined;
    if (values.length === 1) return double;
    sum = plus(sum, decimalOf(double));
  }
  const all = roundedUp(sum);
  return Number.isFinite(all) ? all : undefined;
}

function hashesOf({ values, malformed }: Argument): ReadonlySet<string> | undefined {
  if (malformed) return undefined;
  const found = new Set<string>();
  for (const { value } of values) {
    if (value === null) continue;
    const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
    for (const item of items) found.add(digestOf(item).slice(0, 32));
  }
  return found;
}
