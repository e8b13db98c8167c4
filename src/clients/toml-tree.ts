import { parse, TomlError } from 'smol-toml';
import { scanToml } from './scan-toml.ts';
import { type Fault, MAX_LEVELS, type Reading, type Span, type Tree } from './tree.ts';

/** Reads TOML. smol-toml says whether it is TOML; where everything stands says our own scan. */
export function readToml(text: string): Reading {
  const deep = tooDeep(text);
  if (deep !== undefined) return { faults: [deep] };
  try {
    parse(text, { maxDepth: MAX_LEVELS, integersAsBigInt: 'asNeeded' });
  } catch (error) {
    const offset = error instanceof TomlError ? offsetOf(text, error.line, error.column) : 0;
    return { faults: [{ code: 'unreadable', offset, message: 'This is no TOML from here on.' }] };
  }
  return { tree: assemble(text), faults: [] };
}

// Our scan recurses over brackets. A bracket in a text counts too: a bound, not a verdict on what is sensible.
function tooDeep(text: string): Fault | undefined {
  let levels = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '[' || char === '{') levels += 1;
    else if (char === ']' || char === '}') levels -= 1;
    else if (char === '\n' && levels < 0) levels = 0;
    if (levels > MAX_LEVELS * 8) return { code: 'too-deep', offset: at, message: 'It nests too deeply.' };
  }
  return undefined;
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let left = line - 1; left > 0; left -= 1) start = text.indexOf('\n', start) + 1;
  return Math.min(start + Math.max(column - 1, 0), text.length);
}

/** While the statements are put together, tables grow. */
interface Table extends Span {
  readonly kind: 'map';
  readonly flow: boolean;
  readonly entries: { key: string; keySpan: Span; value: Node }[];
  /** The entries by key: a file may have any number of tables. */
  readonly known: Map<string, Node>;
}
interface List extends Span {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: Table[];
}
type Node = Table | List | Tree;

function assemble(text: string): Tree {
  const root = table({ start: 0, end: text.length });
  let here = root;
  for (const statement of scanToml(text)) {
    const { path } = statement;
    const last = path.at(-1) ?? '';
    const above = path.slice(0, -1);
    if (statement.kind === 'pair') put(descend(here, above, statement), last, statement.keySpan, statement.value);
    else
      here = statement.isArray
        ? append(descend(root, above, statement), last, statement)
        : descend(root, path, statement);
  }
  return root;
}

/** The table at a path, made where it is missing; of a list of tables the last. */
function descend(from: Table, path: readonly string[], { start, end }: Span): Table {
  let at = from;
  for (const key of path) {
    const known = at.known.get(key);
    const next = isGrowing(known) ? (known.kind === 'list' ? known.items.at(-1) : known) : undefined;
    at = next ?? put(at, key, { start, end }, table({ start, end }));
  }
  return at;
}

/** One more table of a list of tables. */
function append(parent: Table, key: string, { start, end }: Span): Table {
  const known = parent.known.get(key);
  const made = table({ start, end });
  if (isGrowing(known) && known.kind === 'list') known.items.push(made);
  else put<List>(parent, key, { start, end }, { kind: 'list', flow: false, start, end, items: [made] });
  return made;
}

function put<T extends Node>(parent: Table, key: string, keySpan: Span, value: T): T {
  parent.entries.push({ key, keySpan: { start: keySpan.start, end: keySpan.end }, value });
  parent.known.set(key, value);
  return value;
}

/** What was put together from headers. A value within brackets is complete, and TOML has nothing added to it. */
function isGrowing(node: Node | undefined): node is Table | List {
  return node !== undefined && node.kind !== 'scalar' && !node.flow;
}

function table({ start, end }: Span): Table {
  return { kind: 'map', flow: false, start, end, entries: [], known: new Map() };
}
