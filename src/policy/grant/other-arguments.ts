import { isExactNumber, type Json, type JsonObject, MAX_DEPTH } from '../../kernel/jsonrpc.ts';
import type { SinkKind, ToolProfile } from '../tool/tool-profile.ts';
import type { Step } from '../constraint/argument-path.ts';

/** The paths that a grant names, as a tree; below an end, everything is named. */
export interface NamedPaths {
  readonly ends: boolean;
  readonly next: ReadonlyMap<Step, NamedPaths>;
}

/** Gets each place without anything below it: scalars, empty lists and objects. */
export type VisitLeaf = (path: string, value: Json) => void;

interface Node {
  ends: boolean;
  readonly next: Map<Step, Node>;
}

export function namedPaths(paths: readonly (readonly Step[])[]): NamedPaths {
  const root: Node = { ends: false, next: new Map() };
  for (const steps of paths) {
    let node = root;
    for (const step of steps) {
      const next: Node = node.next.get(step) ?? { ends: false, next: new Map() };
      node.next.set(step, next);
      node = next;
    }
    node.ends = true;
  }
  return root;
}

const nothing: NamedPaths = { ends: false, next: new Map() };

/**
 * Visits the leaves of (attacker-controlled) arguments that no path names. By structure, not by text: the key
 * `to.address` is not what the path `to.address` names.
 * @throws RangeError below {@link MAX_DEPTH} levels
 */
export function visitUnnamed(args: JsonObject, named: NamedPaths, visit: VisitLeaf): void {
  visitNames('', args, named, visit, MAX_DEPTH);
}

/** Visits all leaves at and below a value. */
export function visitLeaves(path: string, value: Json, visit: VisitLeaf): void {
  visitBelow(path, value, nothing, visit, MAX_DEPTH);
}

function visitBelow(path: string, value: Json, named: NamedPaths, visit: VisitLeaf, depth: number): void {
  if (typeof value !== 'object' || value === null || isExactNumber(value)) visit(path, value);
  else if (depth === 0) throw new RangeError('The arguments nest too deep.');
  else if (Array.isArray(value)) visitItems(path, value, named, visit, depth);
  else visitNames(path, value as JsonObject, named, visit, depth);
}

function visitNames(path: string, value: JsonObject, named: NamedPaths, visit: VisitLeaf, depth: number): void {
  const names = Object.keys(value);
  if (names.length === 0 && named.next.size === 0 && path !== '') visit(path, value);
  for (const name of names) {
    const item = value[name];
    const next = named.next.get(name) ?? nothing;
    if (item !== undefined && !next.ends) visitBelow(namePath(path, name), item, next, visit, depth - 1);
  }
}

function visitItems(path: string, items: readonly Json[], named: NamedPaths, visit: VisitLeaf, depth: number): void {
  const next = named.next.get(undefined) ?? nothing;
  if (items.length === 0 && next === nothing) visit(path, items);
  if (next.ends) return;
  for (const item of items) visitBelow(`${path}[]`, item, next, visit, depth - 1);
}

// Quoted, a name that looks like a path of several names is the path of nothing else.
function namePath(path: string, name: string): string {
  if (name === '' || /[.[\]]/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** The path as a profile writes it, which quotes nothing. */
function unquoted(path: string): string {
  if (!path.includes('["')) return path;
  const text = path.replaceAll(/\["((?:[^"\\]|\\.)*)"\]/g, (_, key: string) => `.${JSON.parse(`"${key}"`)}`);
  return text.startsWith('.') ? text.slice(1) : text;
}

/**
 * What the profile says of a place: of the place itself, of what it is in, or of what should be in it (a text where a
 * list of recipients belongs is a recipient).
 */
export function sinkAt({ sinks }: ToolProfile, at: string): SinkKind | undefined {
  const path = unquoted(at);
  if (Object.hasOwn(sinks, path)) return sinks[path];
  let found: { readonly path: string; readonly kind: SinkKind } | undefined;
  for (const [sink, kind] of Object.entries(sinks)) {
    if (!isWithin(path, sink) && !isWithin(sink, path)) continue;
    if (found === undefined || sink.length > found.path.length) found = { path: sink, kind };
  }
  return found?.kind;
}

function isWithin(inner: string, outer: string): boolean {
  if (!inner.startsWith(outer)) return false;
  const next = inner[outer.length];
  return next === undefined || next === '.' || next === '[';
}

/** True where a leaf carries nothing that somebody could have chosen. */
export function isNothing(value: Json): boolean {
  return value === null || (typeof value === 'object' && !isExactNumber(value));
}
