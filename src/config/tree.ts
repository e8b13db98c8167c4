import type { Place } from '../kernel/errors.ts';

/** A configuration file as it was written: plain values, each with its place. */
export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface Entry {
  readonly keyPlace: Place;
  readonly value: Tree;
}
export interface ListTree {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Tree[];
}
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** On a scalar that had references: its text before they were replaced, and the values they stood for. */
  readonly referring?: { readonly written: string; readonly values: readonly string[] };
  /** True when a reference or alias could not be followed: `value` is then meaningless. */
  readonly missing?: boolean;
}

/** The way from the root to a value: keys and indexes. */
export type Path = readonly (string | number)[];

/** What stands at `path`; undefined when the file does not say. */
export function find(tree: Tree | undefined, path: Path): Tree | undefined {
  let node = tree;
  for (const step of path) node = node && child(node, step);
  return node;
}

function child(node: Tree, step: string | number): Tree | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))?.value;
  return node.kind === 'list' ? node.items[Number(step)] : undefined;
}

/** The scalar written at `path`; undefined when the file does not say, or says something else. */
export function findScalar(tree: Tree, path: Path): ScalarTree['value'] | undefined {
  const node = find(tree, path);
  return node?.kind === 'scalar' && node.missing !== true ? node.value : undefined;
}

/** Where a person looks for what stands at `path`: a scalar itself, the key of a map or list, else what encloses it. */
export function placeOf(tree: Tree, path: Path): Place {
  const node = find(tree, path);
  if (node?.kind === 'scalar' && node.value !== null) return node.place;
  const key = keyPlaceOf(tree, path) ?? node?.place;
  return key ?? (path.length === 0 ? tree.place : placeOf(tree, path.slice(0, -1)));
}

/** Where the last key of `path` stands; undefined for an index and for a key that is not there. */
export function keyPlaceOf(tree: Tree, path: Path): Place | undefined {
  const parent = find(tree, path.slice(0, -1));
  return parent?.kind === 'map' && path.length > 0 ? parent.entries.get(String(path.at(-1)))?.keyPlace : undefined;
}

/** Every scalar with its path, in the order of the file. */
export function* scalars(tree: Tree, path: Path = []): Generator<{ path: Path; scalar: ScalarTree }> {
  if (tree.kind === 'scalar') yield { path, scalar: tree };
  else if (tree.kind === 'list')
    for (const [index, item] of tree.items.entries()) yield* scalars(item, [...path, index]);
  else for (const [key, entry] of tree.entries) yield* scalars(entry.value, [...path, key]);
}

/** The same tree with every scalar replaced by what `change` makes of it. */
export function mapScalars(tree: Tree, change: (scalar: ScalarTree, path: Path) => ScalarTree, path: Path = []): Tree {
  if (tree.kind === 'scalar') return change(tree, path);
  if (tree.kind === 'list') {
    return { ...tree, items: tree.items.map((item, index) => mapScalars(item, change, [...path, index])) };
  }
  const entries = new Map<string, Entry>();
  for (const [key, { keyPlace, value }] of tree.entries) {
    entries.set(key, { keyPlace, value: mapScalars(value, change, [...path, key]) });
  }
  return { ...tree, entries };
}
