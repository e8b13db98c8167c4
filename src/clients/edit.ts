import { isDeepStrictEqual } from 'node:util';
import { parse as parseToml } from 'smol-toml';
import { MerlonError } from '../kernel/errors.ts';
import type { Format, Value } from './client.ts';
import { removeFromJson, setInJson } from './json-edit.ts';
import { readTree } from './read-tree.ts';
import { applySplices, type Splice } from './splice.ts';
import { removeFromToml, setInToml } from './toml-edit.ts';
import { placesIn, plain, type Tree } from './tree.ts';
import type { Step } from './walk.ts';
import { isList } from './write-json.ts';
import { removeFromYaml, setInYaml } from './yaml-edit.ts';

/** One change to what a file says. Setting makes what is missing on the way; removing what is not there does nothing. */
export type Change = { readonly set: readonly Step[]; readonly to: Value } | { readonly remove: readonly Step[] };

/**
 * Changes a text and nothing in it but what the changes name: comments, order, indentation, line ends and a byte order
 * mark stay as they are. The result is read again and compared with what it must say before it is returned.
 * @param file where the text is from, for the place in an error
 * @throws MerlonError CONFIG_SYNTAX for a text that cannot be read, CONFIG_INVALID where there is no safe way to edit it
 */
export function editText(text: string, format: Format, changes: readonly Change[], file: string): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  readOrThrow(text.slice(mark.length), format, file);
  return mark + changes.reduce((now, change) => editOnce(now, format, change, file), text.slice(mark.length));
}

function editOnce(text: string, format: Format, change: Change, file: string): string {
  const tree = readOrThrow(text, format, file);
  const splices = splicesOf(text, format, tree, change);
  const edited = splices === undefined ? undefined : applySplices(text, splices);
  if (edited === undefined || !says(edited, format, change, expected(dataOf(text, format, tree), change))) {
    throw new MerlonError('CONFIG_INVALID', `${file} is written in a way that cannot be edited safely.`, {
      todo: 'Write the servers in the usual form, or make the change by hand: --print shows it.',
    });
  }
  return edited;
}

/** The tree of a text. */
function readOrThrow(text: string, format: Format, file: string): Tree {
  const { tree, faults } = readTree(text, format);
  if (tree !== undefined) return tree;
  const { offset = 0, message = 'It cannot be read.' } = faults[0] ?? {};
  throw new MerlonError('CONFIG_SYNTAX', message, {
    place: { file, ...placesIn(text)(offset) },
    todo: 'Correct the file at the place shown. Nothing was written.',
  });
}

function splicesOf(text: string, format: Format, tree: Tree, change: Change): Splice[] | undefined {
  if ('set' in change) {
    const set = format === 'toml' ? setInToml : format === 'yaml' ? setInYaml : setInJson;
    return set(text, tree, change.set, change.to);
  }
  const remove = format === 'toml' ? removeFromToml : format === 'yaml' ? removeFromYaml : removeFromJson;
  return remove(text, tree, change.remove);
}

function says(text: string, format: Format, change: Change, value: Value): boolean {
  const { tree } = readTree(text, format);
  if (tree === undefined) return false;
  const now = dataOf(text, format, tree);
  if ('set' in change) return isDeepStrictEqual(now, value);
  // In TOML a table that is only there for what is below it goes with the last of that.
  return isDeepStrictEqual(withoutEmpty(now, change.remove), withoutEmpty(value, change.remove));
}

/** The data without maps on the way of a path that hold nothing. */
function withoutEmpty(data: Value, [step, ...below]: readonly Step[]): Value {
  if (typeof step !== 'string' || !isObject(data) || !Object.hasOwn(data, step)) return data;
  const object = Object.assign(Object.create(null) as Record<string, Value>, data);
  const inner = withoutEmpty(object[step] ?? null, below);
  if (isObject(inner) && Object.keys(inner).length === 0) Reflect.deleteProperty(object, step);
  else object[step] = inner;
  return object;
}

/** What a text says, without prototypes. TOML by the library's own word, since our scan decided where to cut. */
function dataOf(text: string, format: Format, tree: Tree): Value {
  return format === 'toml' ? bare(parseToml(text, { integersAsBigInt: 'asNeeded' })) : plain(tree);
}

function bare(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return value;
  if (Array.isArray(value)) return value.map(bare);
  // Of dates and large numbers only whether they stay the same counts.
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return null;
  const object = Object.create(null) as Record<string, Value>;
  for (const [key, item] of Object.entries(value)) object[key] = bare(item);
  return object;
}

/** What the data must be after a change. */
function expected(data: Value, change: Change): Value {
  const [step, ...below] = 'set' in change ? change.set : change.remove;
  if (step === undefined) return 'set' in change ? bare(change.to) : null;
  const inner: Change = 'set' in change ? { set: below, to: change.to } : { remove: below };
  const isEnd = below.length === 0;
  if (typeof step !== 'string') {
    const items = data !== null && isList(data) ? data : [];
    const index = items.findIndex((item) => isNamed(item, step));
    if (index === -1) return 'set' in change ? [...items, expected(null, inner)] : data;
    if ('remove' in change && isEnd) return items.filter((_, at) => at !== index);
    return items.map((item, at) => (at === index ? expected(item, inner) : item));
  }
  const object = Object.assign(Object.create(null) as Record<string, Value>, isObject(data) ? data : {});
  if ('remove' in change && !Object.hasOwn(object, step)) return data;
  if ('remove' in change && isEnd) {
    Reflect.deleteProperty(object, step);
    return object;
  }
  object[step] = expected(object[step] ?? null, inner);
  return object;
}

function isNamed(item: Value, { key, is }: { readonly key: string; readonly is: string }): boolean {
  return isObject(item) && Object.hasOwn(item, key) && item[key] === is;
}

function isObject(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !isList(value);
}
