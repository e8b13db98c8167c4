import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { Constraint } from '../constraint/constraint.ts';
import { includesConstraint } from './includes-constraint.ts';
import { isSameData } from './same-data.ts';

type Others = 'any' | 'plain' | 'none';
const width: Readonly<Record<Others, number>> = { none: 0, plain: 1, any: 2 };

/** Every value fits: nothing has to hold, not even that there is one. Where a path says `[]`, there still has to be a list. */
const ANYTHING: Constraint = { optional: true };

/**
 * True where it is proven that arguments which fit `inner` fit `outer`, wherever their values come from.
 * @param profile the tool, where both grants can only be used with exactly this definition of it
 */
export function coversArguments(outer: TaskGrant, inner: TaskGrant, profile: ToolProfile | undefined): boolean {
  const same = sameArguments(outer, inner);
  return same || (coversNamed(outer, inner, profile) && coversOthers(outer, inner, profile));
}

function sameArguments(outer: TaskGrant, inner: TaskGrant): boolean {
  return (
    outer.otherArgs === inner.otherArgs &&
    isSameData(outer.args, inner.args) &&
    isSameData(outer.integrity, inner.integrity)
  );
}

/** What `outer` says of a path has to follow from what `inner` says of it. */
function coversNamed(outer: TaskGrant, inner: TaskGrant, profile: ToolProfile | undefined): boolean {
  const { args = {}, integrity = {} } = outer;
  for (const path of Object.keys(args)) {
    const [wide, narrow] = [own(args, path), own(inner.args, path)];
    if (wide === undefined || (isSameData(wide, ANYTHING) && !path.includes('['))) continue;
    if (narrow !== undefined && includesConstraint(wide, narrow)) continue;
    if (wide.optional === true && isAbsent(path, inner)) continue;
    return false;
  }
  for (const path of Object.keys(integrity)) {
    const [wide, narrow] = [own(integrity, path), own(inner.integrity, path)];
    if (wide === undefined || narrow?.every((source) => source === 'approved' || wide.includes(source)) === true) {
      continue;
    }
    if (isAbsent(path, inner) || isRefusedSink(path, inner, profile)) continue;
    return false;
  }
  return true;
}

/** What only `inner` names, and what neither names, has to be among what `outer` lets pass unnamed. */
function coversOthers(outer: TaskGrant, inner: TaskGrant, profile: ToolProfile | undefined): boolean {
  const [wide, narrow] = [leastOthers(outer), mostOthers(inner)];
  if (width[narrow] > width[wide]) return false;
  if (wide === 'any') return true;
  const named = new Set(namedBy(outer));
  return namedBy(inner)
    .filter((path) => !named.has(path))
    .every((path) => wide === 'plain' && profile !== undefined && !touchesSink(path, profile));
}

/**
 * True where nothing can stand at a path: it is nowhere named, and what is not named is refused. Where refused values are
 * asked about, somebody may approve them one by one, under other paths than this one.
 */
function isAbsent(path: string, inner: TaskGrant): boolean {
  return inner.onDeny !== 'ask' && mostOthers(inner) === 'none' && !namesArgument(path, inner);
}

/** True where only what is nothing (null, an empty list) can stand at a path; that comes from nowhere. */
function isRefusedSink(path: string, inner: TaskGrant, profile: ToolProfile | undefined): boolean {
  if (profile === undefined || !Object.hasOwn(profile.sinks, path) || path.includes('[')) return false;
  return inner.onDeny !== 'ask' && mostOthers(inner) !== 'any' && !namesArgument(path, inner);
}

function namesArgument(path: string, inner: TaskGrant): boolean {
  return namedBy(inner).some((one) => headOf(one) === headOf(path));
}

// An empty `args` may count as there or not: the wider reading of what is to be covered, the narrower of what covers.
function mostOthers({ otherArgs, args = {}, integrity = {} }: TaskGrant): Others {
  return otherArgs ?? (Object.keys(args).length + Object.keys(integrity).length > 0 ? 'plain' : 'any');
}

function leastOthers({ otherArgs, args, integrity }: TaskGrant): Others {
  return otherArgs ?? (args !== undefined || integrity !== undefined ? 'plain' : 'any');
}

function namedBy({ args = {}, integrity = {} }: TaskGrant): string[] {
  return [...Object.keys(args), ...Object.keys(integrity)];
}

/** The argument that a path begins with: `attachments` of `attachments[].file_id`. */
function headOf(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? '';
}

/** True where something in or around a path is a sink; by its first argument, which errs on the safe side. */
function touchesSink(path: string, { sinks }: ToolProfile): boolean {
  return Object.keys(sinks).some((sink) => headOf(sink) === headOf(path));
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
