import type { Constraint } from '../constraint/constraint.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import type { Source } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { bothConstraints } from './both-constraints.ts';

/** What a grant says of the arguments of a call. */
export type Bounds = Pick<TaskGrant, 'args' | 'integrity' | 'otherArgs'>;

type Others = 'any' | 'plain' | 'none';
const width: Readonly<Record<Others, number>> = { none: 0, plain: 1, any: 2 };

/**
 * Bounds that hold only where both do. A sink that one of them does not name, and so refuses, stays refused, whatever the
 * other one says of it. Undefined where they cannot be put together; the grant is then better not given.
 *
 * Exact for all that carries a value: an empty list, an empty object or null at a sink that only one of them names may pass
 * though the other one would find it malformed.
 */
export function bothBounds(one: Bounds, other: Bounds, profile: ToolProfile): Bounds | undefined {
  const [mine, theirs] = [keep(one, other, profile), keep(other, one, profile)];
  if (mine === undefined || theirs === undefined) return undefined;
  const args = bothArgs(mine.args, theirs.args);
  if (args === undefined) return undefined;
  const integrity = bothIntegrity(mine.integrity, theirs.integrity);
  const otherArgs = width[othersOf(one)] < width[othersOf(other)] ? othersOf(one) : othersOf(other);
  return {
    ...(args.size === 0 ? {} : { args: Object.fromEntries(args) }),
    ...(integrity.size === 0 ? {} : { integrity: Object.fromEntries(integrity) }),
    ...(otherArgs === 'any' && args.size + integrity.size === 0 ? {} : { otherArgs }),
  };
}

/** True where something at, in or around a path is a sink. */
export function touchesSink(path: string, { sinks }: Pick<ToolProfile, 'sinks'>): boolean {
  return Object.keys(sinks).some((sink) => isInside(path, sink) || isInside(sink, path));
}

/** True where a path is another one or leads to something in it. */
export function isInside(inner: string, outer: string): boolean {
  if (!inner.startsWith(outer)) return false;
  const next = inner[outer.length];
  return next === undefined || next === '.' || next === '[';
}

/** What no value meets. */
const NOTHING: Constraint = { oneOf: ['-'], maxLength: 0, optional: true };

interface Kept {
  readonly args: ReadonlyMap<string, Constraint>;
  readonly integrity: ReadonlyMap<string, readonly Source[]>;
}

/** What stays of `bounds` beside `other`: nothing that would name, and so admit, what `other` refuses by not naming it. */
function keep(bounds: Bounds, other: Bounds, profile: ToolProfile): Kept | undefined {
  const args = Object.entries(bounds.args ?? {});
  const integrity = Object.entries(bounds.integrity ?? {});
  const fate = (path: string) => fateOf(path, other, profile);
  const paths = [...args, ...integrity].map(([path]) => path);
  if (paths.some((path) => fate(path) === 'unclear')) return undefined;
  // One demands the argument, the other one refuses it.
  if (args.some(([path, { optional }]) => optional !== true && fate(path) === 'refused')) return undefined;
  const stays = ([path]: readonly [string, unknown]) => fate(path) === 'stays';
  // Unnamed it is refused as a sink; but within a list only if there is a list, and what names it refuses all else.
  const closed = paths.filter((path) => fate(path) === 'refused' && path.includes('[]') && othersOf(other) === 'plain');
  return {
    args: new Map([...args.filter(stays), ...closed.map((path) => [path, NOTHING] as const)]),
    integrity: new Map(integrity.filter(stays)),
  };
}

function fateOf(path: string, other: Bounds, profile: ToolProfile): 'stays' | 'refused' | 'unclear' {
  const others = othersOf(other);
  const named = [...Object.keys(other.args ?? {}), ...Object.keys(other.integrity ?? {})];
  if (others === 'any' || named.some((one) => isInside(path, one))) return 'stays';
  // It would name all of an object of which the other one names a part.
  if (named.some((one) => isInside(one, path))) return 'unclear';
  if (others === 'none' || Object.keys(profile.sinks).some((sink) => isInside(path, sink))) return 'refused';
  // Of an object that holds a sink, it refuses a part.
  return touchesSink(path, profile) ? 'unclear' : 'stays';
}

function othersOf({ args, integrity, otherArgs }: Bounds): Others {
  return otherArgs ?? (args === undefined && integrity === undefined ? 'any' : 'plain');
}

function bothArgs(one: Kept['args'], other: Kept['args']): Map<string, Constraint> | undefined {
  const met = new Map(one);
  for (const [path, constraint] of other) {
    const mine = one.get(path);
    const both = mine === undefined ? constraint : bothConstraints(mine, constraint);
    if (both === undefined) return undefined;
    met.set(path, both);
  }
  return met;
}

function bothIntegrity(one: Kept['integrity'], other: Kept['integrity']): Map<string, readonly Source[]> {
  const met = new Map(one);
  for (const [path, from] of other) {
    const mine = one.get(path);
    met.set(path, mine === undefined ? from : from.filter((source) => mine.includes(source)));
  }
  return met;
}
