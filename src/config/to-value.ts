import { schemaAt } from './json-schema.ts';
import { mapScalars, type Path, type ScalarTree, type Tree } from './tree.ts';

/**
 * The tree with numbers and switches where references gave text for them: `port: ${env:PORT}`. It comes before every
 * check, so that a switch turned off by a variable is as visible as one turned off in the file.
 */
export function fitReferences(tree: Tree): Tree {
  return mapScalars(tree, (scalar, path) => {
    return scalar.referring === undefined ? scalar : { ...scalar, value: fitting(scalar, path, tree) };
  });
}

function fitting({ value }: ScalarTree, path: Path, tree: Tree): ScalarTree['value'] {
  if (typeof value !== 'string') return value;
  const type = schemaAt(path, tree)?.type;
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  const number = type === 'integer' ? /^-?\d{1,15}$/ : type === 'number' ? /^-?\d{1,15}(\.\d{1,15})?$/ : undefined;
  return number?.test(value) === true ? Number(value) : value;
}

/** The plain value that the schema checks. */
export function toValue(tree: Tree): unknown {
  // An empty file says nothing, and may: everything has a default.
  if (tree.kind === 'scalar' && tree.value === null) return {};
  if (tree.kind !== 'map') return plain(tree);
  // So may a section whose keys are all commented out.
  const said = [...tree.entries].filter(([name, { value }]) => !isEmpty(value) || schemaAt([name], tree) === undefined);
  return Object.fromEntries(said.map(([name, { value }]) => [name, plain(value)]));
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null && tree.missing !== true;
}

function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries([...tree.entries].map(([name, { value }]) => [name, plain(value)]));
}
