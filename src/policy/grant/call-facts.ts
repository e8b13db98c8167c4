import { digestOf } from '../../kernel/digest-of.ts';
import { isExactNumber, type Json } from '../../kernel/jsonrpc.ts';
import { type Argument, type ArgumentPath, readArgument } from '../constraint/argument-path.ts';
import type { Scalar } from '../constraint/constraint.ts';
import type { Source } from '../provenance/source.ts';
import type { SinkKind, ToolProfile } from '../tool/tool-profile.ts';
import type { Circumstances, ToolCall } from './call-decision.ts';
import { decimalOf, plus, roundedUp, zero } from './decimal.ts';
import { doubleOf } from './double-of.ts';
import type { CompiledGrant } from './compile-grants.ts';
import { isNothing, sinkAt, visitLeaves, visitUnnamed } from './other-arguments.ts';

/**
 * A call while it is decided: what is worked out of its arguments is worked out once, however many grants ask for it.
 * All of it throws RangeError on (attacker-controlled) arguments that nest too deep.
 */
export interface CallFacts {
  readonly call: ToolCall;
  readonly circumstances: Circumstances;
  readonly profile: ToolProfile;
  sinks?: Map<string, SinkKind | undefined>;
  sources?: Map<string, readonly Source[] | undefined>;
  amounts?: Map<string, number | undefined>;
  hashes?: Map<string, ReadonlySet<string> | undefined>;
  /** True where a person endorsed the whole call. */
  isEndorsed?: boolean;
  /** By {@link CompiledGrant.othersKey}. */
  others?: Map<string, readonly string[]>;
}

/** What the profile says of a place. */
function sinkOf(facts: CallFacts, path: string): SinkKind | undefined {
  facts.sinks ??= new Map();
  if (!facts.sinks.has(path)) facts.sinks.set(path, sinkAt(facts.profile, path));
  return facts.sinks.get(path);
}

/** Where arguments stand that a grant neither names nor allows among others. */
export function othersAgainst(facts: CallFacts, { otherArgs, named, othersKey }: CompiledGrant): readonly string[] {
  if (otherArgs === 'any') return none;
  const known = facts.others?.get(othersKey);
  if (known !== undefined) return known;
  const found = new Set<string>();
  visitUnnamed(facts.call.args, named, (path, value) => {
    if (otherArgs === 'none' || (!isNothing(value) && sinkOf(facts, path) !== undefined)) found.add(path);
  });
  facts.others ??= new Map();
  facts.others.set(othersKey, [...found]);
  return [...found];
}

const none: readonly string[] = [];

/** The different sources of the scalars at and below a path; undefined where it cannot be judged. */
export function sourcesAt(facts: CallFacts, path: ArgumentPath): readonly Source[] | undefined {
  facts.sources ??= new Map();
  if (!facts.sources.has(path.text)) facts.sources.set(path.text, lookUp(facts, path));
  return facts.sources.get(path.text);
}

/** The sum of the numbers at a path; undefined where one is absent, negative or no number that a double can say. */
export function amountAt(facts: CallFacts, path: ArgumentPath): number | undefined {
  facts.amounts ??= new Map();
  if (!facts.amounts.has(path.text)) facts.amounts.set(path.text, sumOf(readArgument(facts.call.args, path)));
  return facts.amounts.get(path.text);
}

/**
 * SHA-256 (hex, first 32 characters) of each different value at a path, items of lists apart; undefined where it cannot
 * be judged.
 */
export function hashesAt(facts: CallFacts, path: ArgumentPath): ReadonlySet<string> | undefined {
  facts.hashes ??= new Map();
  if (!facts.hashes.has(path.text)) facts.hashes.set(path.text, hashesOf(readArgument(facts.call.args, path)));
  return facts.hashes.get(path.text);
}

function lookUp(facts: CallFacts, path: ArgumentPath): readonly Source[] | undefined {
  const { call, circumstances } = facts;
  const { values, malformed } = readArgument(call.args, path);
  if (malformed) return undefined;
  const found = new Set<Source>();
  for (const { value } of values) {
    visitLeaves(path.text, value, (at, leaf) => {
      if (isNothing(leaf)) return;
      const scalar = scalarOf(leaf);
      found.add(
        scalar === undefined ? 'unknown' : circumstances.sources.sourceOf(scalar, sinkOf(facts, at), call.tool, at),
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
