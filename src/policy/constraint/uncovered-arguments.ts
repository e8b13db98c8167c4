import { isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';
import { type ArgumentPath, MAX_VALUES } from './argument-path.ts';

/** Arguments of a call that no path of a grant covers. */
export interface UncoveredArguments {
  /** Their paths, each once, with `[]` for items of lists; scalars, and objects and lists that are empty. */
  readonly leaves: readonly string[];
  /** The same with every path that they stand under: `attachments`, `attachments[]`, `attachments[].name`. */
  readonly paths: ReadonlySet<string>;
  /** False where there was too much to look at (10,000 values, 32 levels): the lists are not whole, so a denial. */
  readonly isWhole: boolean;
}

const MAX_DEPTH = 32;

/**
 * The arguments that are there and that none of the paths covers. A path covers what stands at it and all inside. Where
 * attacker-controlled names contain dots or brackets, they are written as they are and covered by no path that merely
 * looks like them.
 */
export function uncoveredArguments(args: JsonObject, covered: readonly ArgumentPath[]): UncoveredArguments {
  const walk: Walk = { leaves: new Set(), paths: new Set(), seen: 0, isWhole: true };
  const root = treeOf(covered);
  for (const name of Object.keys(args)) visit(args[name], root.names.get(name), [name], walk);
  return { leaves: [...walk.leaves], paths: walk.paths, isWhole: walk.isWhole };
}

/** The covered paths as a tree: what may follow, by name, and for items of lists. */
interface Node {
  readonly names: Map<string, Node>;
  items: Node | undefined;
  isCovered: boolean;
}

function treeOf(paths: readonly ArgumentPath[]): Node {
  const root = newNode();
  for (const { steps } of paths) {
    let node = root;
    for (const step of steps) node = step === undefined ? itemsOf(node) : namedIn(node, step);
    node.isCovered = true;
  }
  return root;
}

function newNode(): Node {
  return { names: new Map(), items: undefined, isCovered: false };
}

function itemsOf(node: Node): Node {
  node.items ??= newNode();
  return node.items;
}

function namedIn({ names }: Node, name: string): Node {
  const known = names.get(name);
  if (known !== undefined) return known;
  const made = newNode();
  names.set(name, made);
  return made;
}

interface Walk {
  readonly leaves: Set<string>;
  readonly paths: Set<string>;
  seen: number;
  isWhole: boolean;
}

function visit(value: Json | undefined, node: Node | undefined, trail: readonly string[], walk: Walk): void {
  walk.seen += 1;
  if (walk.seen > MAX_VALUES || trail.length > MAX_DEPTH) walk.isWhole = false;
  if (!walk.isWhole || value === undefined || node?.isCovered === true) return;
  if (Array.isArray(value)) visitItems(value, node, trail, walk);
  else if (isObject(value)) visitNames(value, node, trail, walk);
  else note(trail, walk);
}

function visitItems(list: readonly Json[], node: Node | undefined, trail: readonly string[], walk: Walk): void {
  if (list.length === 0 && node?.items === undefined) note(trail, walk);
  const inside = [...trail, '[]'];
  for (const item of list) {
    if (!walk.isWhole) return;
    visit(item, node?.items, inside, walk);
  }
}

function visitNames(object: JsonObject, node: Node | undefined, trail: readonly string[], walk: Walk): void {
  const names = Object.keys(object);
  if (names.length === 0 && (node === undefined || node.names.size === 0)) note(trail, walk);
  for (const name of names) {
    if (!walk.isWhole) return;
    visit(object[name], node?.names.get(name), [...trail, `.${name}`], walk);
  }
}

function note(trail: readonly string[], { leaves, paths }: Walk): void {
  let path = '';
  for (const part of trail) {
    path += part;
    paths.add(path);
  }
  leaves.add(path);
}
