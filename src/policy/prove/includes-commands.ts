import type { Command, Constraint } from '../constraint/constraint.ts';

type Includes = (outer: Constraint, inner: Constraint) => boolean;

/** True where it is proven that each command line that one of `inner` allows is allowed by one of `outer`. */
export function includesCommands(outer: readonly Command[], inner: readonly Command[], includes: Includes): boolean {
  return inner.every((one) => outer.some((other) => includesCommand(other, one, includes)));
}

/** Place by place: what may stand there, and whether nothing may. */
function includesCommand(outer: Command, inner: Command, includes: Includes): boolean {
  if (outer.program !== inner.program) return false;
  // One more than either names: there and behind it only `rest` speaks.
  const places = Math.max(outer.words?.length ?? 0, inner.words?.length ?? 0) + 1;
  for (let at = 0; at < places; at += 1) {
    if (!includesPlace(outer, inner, at, includes)) return false;
  }
  return true;
}

function includesPlace(outer: Command, inner: Command, at: number, includes: Includes): boolean {
  if (mayEndBefore(inner, at) && !mayEndBefore(outer, at)) return false;
  const [wide, narrow] = [wordAt(outer, at), wordAt(inner, at)];
  if (narrow === undefined) return true;
  // That a word may be missing was asked above.
  return wide !== undefined && includes({ ...wide, optional: true }, narrow);
}

function wordAt({ words = [], rest }: Command, at: number): Constraint | undefined {
  return at < words.length ? words[at] : rest;
}

function mayEndBefore({ words = [] }: Command, at: number): boolean {
  const word = words[at];
  return word === undefined || word.optional === true;
}
