import type { MapTree, Span, Tree } from '../../clients/tree.ts';
import { type Page, shownWord, suggestion, wrong } from './page.ts';

/** Reads a value out of a tree. Undefined where it is wrong: that has then been noted on the page. */
export type Reader<T> = (tree: Tree, page: Page, name: string) => T | undefined;

/** A key of a map: what stands behind it, and whether it must be there. */
export interface Field<T> {
  readonly read: Reader<T>;
  readonly isNeeded: boolean;
}

type Values<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** A key that must be there. */
export function need<T>(read: Reader<T>): Field<T> {
  return { read, isNeeded: true };
}

/** A key that may be left out. */
export function may<T>(read: Reader<T>): Field<T | undefined> {
  return { read, isNeeded: false };
}

/** Longest text that is taken, in UTF-16 units. */
const LONGEST = 10_000;

/** Text that is not empty. */
export const text: Reader<string> = (tree, page, name) => {
  const value = scalarOf(tree);
  if (typeof value !== 'string' || value.trim() === '') {
    return wrong(page, tree, `${name} must be text that is not empty, not ${kindOf(tree)}.`);
  }
  return value.length > LONGEST ? wrong(page, tree, `${name} is longer than ${LONGEST} characters.`) : value;
};

/** `true` or `false`. */
export const flag: Reader<boolean> = (tree, page, name) => {
  const value = scalarOf(tree);
  return typeof value === 'boolean' ? value : wrong(page, tree, `${name} must be true or false, not ${kindOf(tree)}.`);
};

/** A finite number from `least` to `most`. */
export function number(least: number, most: number): Reader<number> {
  return (tree, page, name) => {
    const value = scalarOf(tree);
    if (typeof value === 'number' && value >= least && value <= most) return value;
    return wrong(page, tree, `${name} must be a number from ${least} to ${most}.`);
  };
}

/** One of the given words. */
export function oneOf<T extends string>(words: readonly T[]): Reader<T> {
  return (tree, page, name) => {
    const value = scalarOf(tree);
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const options = typeof value === 'string' ? suggestion(value, words) : {};
    return wrong(page, tree, `${name} must be one of ${words.join(', ')}.`, options);
  };
}

/** A list of at least `least` and at most `most` values. */
export function listOf<T>(read: Reader<T>, least = 0, most = 1_000): Reader<readonly T[]> {
  return (tree, page, name) => {
    if (tree.kind !== 'list') return wrong(page, tree, `${name} must be a list, not ${kindOf(tree)}.`);
    if (tree.items.length < least) return wrong(page, tree, `${name} must have at least ${least}.`);
    if (tree.items.length > most) return wrong(page, tree, `${name} has more than ${most}.`);
    const values = tree.items.map((item, index) => read(item, page, `${name}[${index}]`));
    const good = values.filter((value) => value !== undefined);
    return good.length === values.length ? good : undefined;
  };
}

/** A map whose keys are `words`, or any words where none are given. */
export function mapOf<T, K extends string = string>(read: Reader<T>, words?: readonly K[]): Reader<ReadonlyMap<K, T>> {
  return (tree, page, name) => {
    if (tree.kind !== 'map') return wrong(page, tree, `${name} must be a map of keys and values, not ${kindOf(tree)}.`);
    const isStrange = words !== undefined && refuseStrangers(tree, words, page, name);
    const found = new Map<K, T>();
    for (const { key, value } of tree.entries) {
      // Without words, K is string.
      const word = words === undefined ? (key as K) : words.find((one) => one === key);
      if (word === undefined) continue;
      const one = read(value, page, `${name}.${shownWord(key)}`);
      if (one !== undefined) found.set(word, one);
    }
    return isStrange || found.size < tree.entries.length ? undefined : found;
  };
}

/** A map with known keys. */
export function fields<F extends Readonly<Record<string, Field<unknown>>>>(known: F): Reader<Values<F>> {
  return (tree, page, name) => {
    if (tree.kind !== 'map') return wrong(page, tree, `${name} must be a map of keys and values, not ${kindOf(tree)}.`);
    const strangers = refuseStrangers(tree, Object.keys(known), page, name);
    const values: Record<string, unknown> = {};
    let isWhole = !strangers;
    for (const [key, { read, isNeeded }] of Object.entries(known)) {
      const entry = tree.entries.findLast((one) => one.key === key);
      const label = name === TOP ? key : `${name}.${key}`;
      if (entry === undefined) {
        if (isNeeded) wrong(page, tree, `${label} is missing.`, { todo: `Add ${key}.` });
        isWhole &&= !isNeeded;
        continue;
      }
      const value = isNothing(entry.value)
        ? wrong(page, entry.keySpan, `${label} has no value.`, { todo: 'Write one, or remove the key.' })
        : read(entry.value, page, label);
      values[key] = value;
      isWhole &&= value !== undefined;
    }
    // Each value is what its own reader made of it.
    return isWhole ? (values as Values<F>) : undefined;
  };
}

/** What the top of a file is called in messages. */
export const TOP = 'The file';

/** Notes keys that nobody reads: a misspelt one would otherwise be a setting that silently does nothing. */
function refuseStrangers(tree: MapTree, known: readonly string[], page: Page, name: string): boolean {
  const strangers = tree.entries.filter(({ key }) => !known.includes(key));
  for (const { key, keySpan } of strangers) {
    const where = name === TOP ? 'at the top of the file' : `in ${name}`;
    const options = { code: 'CONFIG_UNKNOWN_KEY' as const, ...suggestion(key, known) };
    wrong(page, keySpan, `${shownWord(key)} is not a known key ${where}.`, options);
  }
  return strangers.length > 0;
}

/** A value together with where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Span;
}

/** Keeps the place of what is read. */
export function placed<T>(read: Reader<T>): Reader<Placed<T>> {
  return (tree, page, name) => {
    const value = read(tree, page, name);
    return value === undefined ? undefined : { value, at: { start: tree.start, end: tree.end } };
  };
}

/** Reads on: `turn` says what is wrong with a value, or what becomes of it. */
export function turned<T, U>(
  read: Reader<T>,
  turn: (value: T) => { readonly value: U } | { readonly wrong: string; readonly todo?: string },
): Reader<U> {
  return (tree, page, name) => {
    const value = read(tree, page, name);
    if (value === undefined) return undefined;
    const made = turn(value);
    if ('value' in made) return made.value;
    return wrong(page, tree, `${name} ${made.wrong}`, made.todo === undefined ? {} : { todo: made.todo });
  };
}

function scalarOf(tree: Tree): unknown {
  return tree.kind === 'scalar' ? tree.value : undefined;
}

function isNothing(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

/** What a tree is, never what it says: it may be a secret at the wrong place. */
export function kindOf(tree: Tree): string {
  if (tree.kind !== 'scalar') return tree.kind === 'map' ? 'a map' : 'a list';
  if (tree.value === null) return 'nothing';
  if (typeof tree.value === 'boolean') return String(tree.value);
  if (typeof tree.value === 'number') return 'a number';
  return tree.value.trim() === '' ? 'empty text' : 'this text';
}
