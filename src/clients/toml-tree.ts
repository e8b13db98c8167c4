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
}
interface List extends Span {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: Node[];
}
type Node = Table | List | Tree;

function assemble(text: string): Tree {
  const root = table({ start: 0, end: text.length });
  let here = root;
  for (const statement of scanToml(text)) {
    const { path, start, end } = statement;
    const last = path.at(-1) ?? '';
    if (statement.kind === 'pair') {
      const parent = descend(here, path.slice(0, -1), statement);
      parent.entries.push({ key: last, keySpan: statement.keySpan, value: statement.value });
    } else if (!statement.isArray) here = descend(root, path, statement);
    else {
      const parent = descend(root, path.slice(0, -1), statement);
      here = table({ start, end });
      const known = parent.entries.find(({ key }) => key === last)?.value;
      if (known?.kind === 'list') (known as List).items.push(here);
      else {
        const value: List = { kind: 'list', flow: false, start, end, items: [here] };
        parent.entries.push({ key: last, keySpan: { start, end }, value });
      }
    }
  }
  return root;
}

/** The table at a path, made where it is missing; of a list of tables the last. */
function descend(from: Table, path: readonly string[], { start, end }: Span): Table {
  let at = from;
  for (const key of path) {
    const known = at.entries.find((entry) => entry.key === key)?.value;
    const next = known?.kind === 'list' ? known.items.at(-1) : known;
    if (next?.kind === 'map') at = next as Table;
    else {
      const made = table({ start, end });
      at.entries.push({ key, keySpan: { start, end }, value: made });
      at = made;
    }
  }
  return at;
}

function table({ start, end }: Span): Table {
  return { kind: 'map', flow: false, start, end, entries: [] };
}
