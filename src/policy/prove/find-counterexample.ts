import type { Json } from '../../kernel/jsonrpc.ts';
import { compileConstraint, holds } from '../constraint/compile-constraint.ts';
import type { Constraint, Scalar } from '../constraint/constraint.ts';
import type { ToolCall } from '../grant/call-decision.ts';
import { compileGrants } from '../grant/compile-grants.ts';
import type { Budget, TaskGrant } from '../grant/task-grant.ts';
import { type Source, sources } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { CompareOptions } from './is-narrower.ts';
import { boundsOf } from './holds-budgets.ts';
import { placeValues } from './place-value.ts';
import { sampleValues } from './sample-values.ts';
import { type Difference, type Trial, tryCalls } from './try-calls.ts';

/** Most values that are tried at one path, most calls, and most calls one after another. */
const MOST_VALUES = 12;
const MOST_CALLS = 600;
const LONGEST_SERIES = 2_000;
/** Most calls in series, all in all: they are what takes time. */
const MOST_IN_SERIES = 20_000;

/** An argument that nobody names; the profiles that are made up call it a sink once. */
const EXTRA = 'extra';

/**
 * Looks for a call that `after` lets pass further than `before`: made up at the bounds of one grant of `after`, then decided
 * by the engine on both sides. What is found is real; that nothing is found proves nothing.
 */
export function findCounterexample(
  after: readonly TaskGrant[],
  before: readonly TaskGrant[],
  grant: TaskGrant,
  { profiles = [], otherSource = 'untrusted' }: CompareOptions,
): Difference | undefined {
  const [ours, theirs] = [compileGrants(after), compileGrants(before)];
  const others = before.filter(({ tool }) => tool === grant.tool);
  let inSeries = 0;
  for (const series of callSeries(grant, others)) {
    inSeries += series.calls.length - 1;
    if (inSeries > MOST_IN_SERIES) return undefined;
    for (const circumstances of circumstancesOf(grant, others, { from: series.sources, otherSource }, profiles)) {
      const difference = tryCalls(ours, theirs, { calls: series.calls, circumstances });
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

interface Series {
  readonly calls: readonly ToolCall[];
  /** Where values come from that the grant says something of. */
  readonly sources: ReadonlyMap<Scalar, Source>;
}

/** Single calls first, then the same ones over and over, which meets budgets. */
function* callSeries(grant: TaskGrant, others: readonly TaskGrant[]): Generator<Series> {
  const calls = [...candidateCalls(grant, others, 2)];
  for (const { call, sources: from } of calls) yield { calls: [call], sources: from };
  const bounds = [grant, ...others].flatMap(boundsOf);
  if (others.flatMap(boundsOf).length === 0) return;
  const longest = Math.min(LONGEST_SERIES, lengthOf(bounds) + 1);
  for (const { call, sources: from } of calls.slice(0, 8)) {
    yield { calls: Array.from({ length: longest }, () => call), sources: from };
  }
  if (bounds.some(({ kind }) => kind === 'distinct')) yield* distinctSeries(grant, others, Math.min(longest, 100));
}

/** As many calls as the largest bound of a number of calls allows; of sums nobody knows. */
function lengthOf(bounds: readonly Budget[]): number {
  return Math.max(20, ...bounds.filter(({ kind }) => kind !== 'sum').map(({ max }) => max));
}

/** Calls that differ in the arguments whose different values are counted. */
function* distinctSeries(grant: TaskGrant, others: readonly TaskGrant[], length: number): Generator<Series> {
  const counted = new Set(
    [grant, ...others].flatMap(boundsOf).flatMap((bound) => (bound.kind === 'distinct' ? [bound.argument] : [])),
  );
  const all = [...candidateCalls(grant, others, length)];
  const from = new Map(all.flatMap(({ sources: known }) => [...known]));
  for (const path of counted) {
    const calls = all.filter(({ varied }) => varied === path).map(({ call }) => call);
    yield { calls, sources: from };
  }
}

interface Candidate {
  readonly call: ToolCall;
  readonly sources: ReadonlyMap<Scalar, Source>;
  /** The path at which this call differs from the first one. */
  readonly varied: string | undefined;
}

/** Calls with one value at each path that fits least what the others want, then each other value at each path in turn. */
function* candidateCalls(grant: TaskGrant, others: readonly TaskGrant[], count: number): Generator<Candidate> {
  const options = optionsOf(grant, others, count);
  const first = new Map([...options].map(([path, values]) => [path, values[0]]));
  let made = 0;
  const candidate = (values: ReadonlyMap<string, Json | undefined>, varied?: string): Candidate[] => {
    const args = placeValues(values);
    made += 1;
    return args === undefined ? [] : [{ call: { tool: grant.tool, args }, sources: sourcesOf(values, grant), varied }];
  };
  yield* candidate(first);
  for (const [path, values] of options) {
    for (const value of values) {
      if (made < MOST_CALLS) yield* candidate(new Map([...first, [path, value]]), path);
    }
  }
  // Two at a time: where one grant objects to the one value and another to the other.
  for (const [path, values] of options) {
    for (const [other, more] of options) {
      if (other <= path) continue;
      for (const value of values.slice(0, 4)) {
        for (const one of more.slice(0, 4)) {
          if (made < MOST_CALLS) yield* candidate(new Map([...first, [path, value], [other, one]]));
        }
      }
    }
  }
}

type Options = ReadonlyMap<string, readonly (Json | undefined)[]>;

/** For each path that anybody names, what may stand there under the grant; what the others like least comes first. */
function optionsOf(grant: TaskGrant, others: readonly TaskGrant[], count: number): Options {
  const paths = new Set([grant, ...others].flatMap((one) => pathsOf(one)));
  const options = new Map<string, readonly (Json | undefined)[]>();
  for (const path of [...paths, EXTRA]) {
    const own = constraintAt(grant, path);
    const wanted = others.flatMap((one) => constraintAt(one, path) ?? []);
    const fits = own === undefined ? undefined : compileConstraint(own);
    const refusing = wanted.map((one) => compileConstraint(one));
    const samples = [own ?? {}, ...wanted].flatMap((one) => sampleValues(one, count));
    const fitting = [undefined, ...samples].filter((value) => fits === undefined || holds(fits, value));
    const scored = fitting.map((value) => ({ value, by: refusing.filter((one) => !holds(one, value)).length }));
    const values = scored.toSorted((a, b) => b.by - a.by).map(({ value }) => value);
    // Where questions are asked, also what does not fit at all is worth asking about.
    const strange = grant.onDeny === 'ask' ? ['x', 1] : [];
    const most = Math.max(MOST_VALUES, count);
    if (own === undefined && (path === EXTRA || isOnlyNamed(path, grant))) values.unshift(undefined);
    options.set(path, [...new Set([...values.slice(0, most), ...strange])]);
  }
  return options;
}

/** An argument with no demands is left out at first: whether it may be there at all is another question. */
function isOnlyNamed(path: string, { integrity = {} }: TaskGrant): boolean {
  return !Object.hasOwn(integrity, path);
}

function pathsOf({ args = {}, integrity = {}, budgets = [] }: TaskGrant): string[] {
  const counted = budgets.flatMap((budget) => (budget.kind === 'count' ? [] : [budget.argument]));
  return [...Object.keys(args), ...Object.keys(integrity), ...counted];
}

function constraintAt({ args = {} }: TaskGrant, path: string): Constraint | undefined {
  return Object.hasOwn(args, path) ? args[path] : undefined;
}

/** The worst source that the grant puts up with at each path, for the scalars there. */
function sourcesOf(values: ReadonlyMap<string, Json | undefined>, { integrity = {} }: TaskGrant): Map<Scalar, Source> {
  const found = new Map<Scalar, Source>();
  for (const [path, value] of values) {
    if (!Object.hasOwn(integrity, path)) continue;
    const worst = sources.findLast((source) => integrity[path]?.includes(source)) ?? 'approved';
    for (const scalar of [value].flat(3)) if (isScalar(scalar)) found.set(scalar, worst);
  }
  return found;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** Tools and times under which the grant counts, those that the others bear least among them. */
function* circumstancesOf(
  grant: TaskGrant,
  others: readonly TaskGrant[],
  { from, otherSource }: { readonly from: ReadonlyMap<Scalar, Source>; readonly otherSource: Source },
  profiles: readonly ToolProfile[],
): Generator<Trial['circumstances']> {
  const ends = others.flatMap(({ expiresAt }) => expiresAt ?? []);
  const late = grant.expiresAt === undefined ? Math.max(0, ...ends) : grant.expiresAt - 1;
  for (const profile of profilesOf(grant, profiles)) {
    for (const now of new Set([Math.min(0, late), late])) {
      yield {
        now,
        profile,
        sources: { sourceOf: (value) => from.get(value) ?? otherSource, exposed: true },
      };
    }
  }
}

/** The tool as it is known; where the grant is bound to no definition, also as it could become. */
function profilesOf({ tool, definition, effects }: TaskGrant, profiles: readonly ToolProfile[]): ToolProfile[] {
  const known = profiles.filter((one) => one.tool === tool && (definition === undefined || one.hash === definition));
  if (known.length > 0) return known;
  const hash = definition ?? 'any other';
  const plain: ToolProfile = { tool, hash, effects, sinks: {}, output: 'untrusted', sandboxed: false };
  return [plain, { ...plain, sinks: { [EXTRA]: 'target' } }];
}
