import type { Value } from './client.ts';

/** A part of a text, from `start` up to and without `end`, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a file says, with the place of everything: the same for all formats. */
export type Tree = MapTree | ListTree | ScalarTree;

/** A map. `flow`: written with brackets, as JSON always is. */
export interface MapTree extends Span {
  readonly kind: 'map';
  readonly flow: boolean;
  /** In the order of the file; a key that stands twice is here twice. */
  readonly entries: readonly TreeEntry[];
}

/** A list. */
export interface ListTree extends Span {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: readonly Tree[];
}

/** A single value. */
export interface ScalarTree extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

/** A key, where it stands, and what stands behind it. */
export interface TreeEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

/** Why a text could not be read. `duplicate-key` leaves it readable. */
export type FaultCode = 'unreadable' | 'too-large' | 'too-deep' | 'strict-json' | 'duplicate-key';

/** Something wrong with a text as such, at an offset; never quotes it. */
export interface Fault {
  readonly code: FaultCode;
  readonly offset: number;
  readonly message: string;
}

/** A text as a tree; `tree` is missing when it cannot be read, undefined content is an empty map. */
export interface Reading {
  readonly tree?: Tree;
  readonly faults: readonly Fault[];
}

/** Longest JSON that is read, in UTF-16 units: Claude Code keeps its history in the same file. */
export const MAX_TEXT = 16 * 1024 * 1024;
/** Longest TOML and YAML that is read, in UTF-16 units: files that people write. */
export const MAX_WRITTEN = 2 * 1024 * 1024;
/** Deepest nesting that is read, in levels. */
export const MAX_LEVELS = 64;
/** Most values that are read, aliases counted each time they are used. */
export const MAX_VALUES = 1_000_000;

/** What stands behind a key; the last one where it stands twice, as parsers have it. */
export function entryOf(tree: Tree | undefined, key: string): TreeEntry | undefined {
  return tree?.kind === 'map' ? tree.entries.findLast((entry) => entry.key === key) : undefined;
}

/** What stands at the end of a path of keys. */
export function valueAt(tree: Tree | undefined, path: readonly string[]): Tree | undefined {
  return path.reduce<Tree | undefined>((at, key) => entryOf(at, key)?.value, tree);
}

/** The tree as plain data. Objects have no prototype, so that a key `__proto__` is a key. */
export function plain(tree: Tree): Value {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  const object: Record<string, Value> = Object.create(null) as Record<string, Value>;
  for (const { key, value } of tree.entries) object[key] = plain(value);
  return object;
}

/** Tells line and column, both from 1, of offsets in a text. */
export function placesIn(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
