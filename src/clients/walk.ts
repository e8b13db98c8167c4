import type { Value } from './client.ts';
import { entryOf, type Tree, type TreeEntry } from './tree.ts';

/** One step of a path: a key of a map, or the item of a list whose `key` has the value `is`. */
export type Step = string | { readonly key: string; readonly is: string };

/** A part of a tree and how it hangs in it. */
export interface Located {
  readonly tree: Tree;
  /** In a map: the key. */
  readonly entry?: TreeEntry;
  /** What it is in; absent at the top. */
  readonly parent?: Located;
}

/** How far a path leads, and the steps that lead nowhere yet. */
export interface Walk {
  readonly at: Located;
  readonly rest: readonly Step[];
}

/** Follows a path. Undefined where it is ambiguous: a key or an item that stands twice. */
export function walk(tree: Tree, path: readonly Step[]): Walk | undefined {
  let at: Located = { tree };
  for (const [index, step] of path.entries()) {
    const found = follow(at, step);
    if (found.length > 1) return undefined;
    const [next] = found;
    if (next === undefined) return { at, rest: path.slice(index) };
    at = next;
  }
  return { at, rest: [] };
}

function follow(parent: Located, step: Step): Located[] {
  const { tree } = parent;
  if (typeof step === 'string') {
    const entries = tree.kind === 'map' ? tree.entries.filter(({ key }) => key === step) : [];
    return entries.map((entry) => ({ tree: entry.value, entry, parent }));
  }
  const items = tree.kind === 'list' ? tree.items.filter((item) => isNamed(item, step)) : [];
  return items.map((item) => ({ tree: item, parent }));
}

function isNamed(item: Tree, { key, is }: { readonly key: string; readonly is: string }): boolean {
  const value = entryOf(item, key)?.value;
  return value?.kind === 'scalar' && value.value === is;
}

/** A value with the maps and lists around it that the steps ask for. */
export function nest(steps: readonly Step[], value: Value): Value {
  return steps.reduceRight<Value>((inner, step) => (typeof step === 'string' ? { [step]: inner } : [inner]), value);
}

/** True where something can be put in under the step. */
export function takes(tree: Tree, step: Step): boolean {
  return tree.kind === (typeof step === 'string' ? 'map' : 'list');
}

/** True for what may be replaced by a map or a list without loss: nothing. */
export function isNothing(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}
