import { isDeepStrictEqual } from 'node:util';
import type { Format, Value } from '../../clients/client.ts';
import { readTree } from '../../clients/read-tree.ts';
import { applySplices } from '../../clients/splice.ts';
import { entryOf, plain, type ScalarTree, type Tree } from '../../clients/tree.ts';

/**
 * Writes another value in the place of a single one, in the style that it was written in, and touches nothing else.
 * Undefined where that is not safe: several lines, a value that is used in several places. The result is read again first.
 * @param path keys of maps and indexes of lists
 */
export function setScalar(
  text: string,
  format: Format,
  path: readonly string[],
  to: string | boolean,
): string | undefined {
  const { tree } = readTree(text, format);
  const at = scalarAt(tree, path);
  if (tree === undefined || at === undefined) return undefined;
  const written = text.slice(at.start, at.end);
  if (written === '' || written.includes('\n')) return undefined;
  const wanted = withValue(plain(tree), path, to);
  for (const style of stylesOf(written, format, to)) {
    const edited = applySplices(text, [{ start: at.start, end: at.end, text: style }]);
    const now = readTree(edited, format).tree;
    if (now !== undefined && isDeepStrictEqual(plain(now), wanted)) return edited;
  }
  return undefined;
}

/** The single value at the end of a path of keys and indexes. */
export function scalarAt(tree: Tree | undefined, path: readonly string[]): ScalarTree | undefined {
  const at = path.reduce<Tree | undefined>((here, step) => childOf(here, step), tree);
  return at?.kind === 'scalar' ? at : undefined;
}

/** What stands under a key of a map, or at an index of a list. */
export function childOf(tree: Tree | undefined, step: string): Tree | undefined {
  return tree?.kind === 'list' ? tree.items[Number(step)] : entryOf(tree, step)?.value;
}

function stylesOf(written: string, format: Format, to: string | boolean): string[] {
  const quoted = JSON.stringify(to);
  if (typeof to === 'boolean' || format !== 'yaml' || written.startsWith('"')) return [quoted];
  // Whether YAML takes it so where it stands, such as within brackets, shows when it is read again.
  return [written.startsWith("'") ? `'${to.replaceAll("'", "''")}'` : to, quoted];
}

function withValue(data: Value, path: readonly string[], to: Value): Value {
  const [step, ...below] = path;
  if (step === undefined) return to;
  if (Array.isArray(data)) {
    return data.map((item: Value, index) => (String(index) === step ? withValue(item, below, to) : item));
  }
  const map = Object.assign(Object.create(null) as Record<string, Value>, data);
  map[step] = withValue(map[step] ?? null, below, to);
  return map;
}
