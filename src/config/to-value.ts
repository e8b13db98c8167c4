import { schemaAt } from './json-schema.ts';
import type { Path, ScalarTree, Tree } from './tree.ts';

/**
 * The plain value that the schema checks. A reference gives text, so `port: ${env:PORT}` would never be a number: where
 * the schema asks for a number or a switch, such text is read as one.
 */
export function toValue(tree: Tree): unknown {
  // An empty file says nothing, and may: everything has a default.
  if (tree.kind === 'scalar' && tree.value === null) return {};
  const sections = tree.kind === 'map' ? [...tree.entries] : [];
  // A section whose keys are all commented out is as good as absent.
  const empty = sections.filter(([, { value }]) => value.kind === 'scalar' && value.value === null);
  const known = new Set(empty.map(([name]) => name).filter((name) => schemaAt([name], tree) !== undefined));
  const convert = (node: Tree, path: Path): unknown => {
    if (node.kind === 'scalar') return fitting(node, path, tree);
    if (node.kind === 'list') return node.items.map((item, index) => convert(item, [...path, index]));
    const kept = [...node.entries].filter(([name]) => path.length > 0 || !known.has(name));
    return Object.fromEntries(kept.map(([name, { value }]) => [name, convert(value, [...path, name])]));
  };
  return convert(tree, []);
}

/** True where a reference gave a number or a switch: no secret, whatever it came from. */
export function isPlainSetting(scalar: ScalarTree, path: Path, tree: Tree): boolean {
  return typeof fitting(scalar, path, tree) !== 'string';
}

function fitting({ value, referring }: ScalarTree, path: Path, tree: Tree): unknown {
  if (referring === undefined || typeof value !== 'string') return value;
  const type = schemaAt(path, tree)?.type;
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  return type === 'integer' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
