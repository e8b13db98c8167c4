import type { Value } from './client.ts';
import { scanToml, type Statement } from './scan-toml.ts';
import { removeItem } from './json-edit.ts';
import { insertion, lineEnd, lineEndOf, lineStart, nextLine, type Splice } from './splice.ts';
import type { Span, Tree } from './tree.ts';
import { type Step, walk } from './walk.ts';
import { isList } from './write-json.ts';

/** The splices that set a value in TOML; undefined where there is no safe way. */
export function setInToml(text: string, tree: Tree, path: readonly Step[], value: Value): Splice[] | undefined {
  const keys = keysOf(path);
  const found = walk(tree, path);
  if (keys === undefined || found === undefined) return undefined;
  const { at, rest } = found;
  if (rest.length === 0) {
    if (!isTable(at.tree)) return [{ ...spanOf(at.tree), text: inlineToml(value) }];
    return replaceTables(text, keys, value);
  }
  const [key] = rest;
  if (typeof key === 'string' && rest.length === 1 && at.tree.kind === 'map' && at.tree.flow) {
    return insertInline(at.tree, key, value);
  }
  if (isMap(value)) return [appendTable(text, keys, value)];
  return rest.length === 1 ? insertPair(text, keys, value) : undefined;
}

/** The splices that take a value out of TOML; none when it is not there, undefined where there is no safe way. */
export function removeFromToml(text: string, tree: Tree, path: readonly Step[]): Splice[] | undefined {
  const keys = keysOf(path);
  const found = walk(tree, path);
  if (found === undefined) return undefined;
  const { at, rest } = found;
  if (rest.length > 0 || at.parent === undefined) return [];
  if (keys === undefined) return undefined;
  if (at.parent.tree.kind === 'map' && at.parent.tree.flow) return removeItem(text, at, at.parent.tree, skipTrivia);
  const sections = sectionsUnder(text, keys);
  if (sections.length > 0) return sections.map((span) => ({ ...widened(text, span), text: '' }));
  const { entry } = at;
  if (entry === undefined) return undefined;
  return [{ start: lineStart(text, entry.keySpan.start), end: nextLine(text, at.tree.end), text: '' }];
}

function keysOf(path: readonly Step[]): string[] | undefined {
  const keys = path.filter((step) => typeof step === 'string');
  return keys.length === path.length ? keys : undefined;
}

/** A table that was put together from headers or dotted keys: it has no text of its own. */
function isTable(tree: Tree): boolean {
  return tree.kind !== 'scalar' && !tree.flow;
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}

function replaceTables(text: string, keys: readonly string[], value: Value): Splice[] | undefined {
  const [first, ...others] = sectionsUnder(text, keys);
  if (first === undefined || !isMap(value)) return undefined;
  const lines = tableLines(keys, value).join(lineEndOf(text));
  const end = trimEnd(text, first);
  return [{ start: first.start, end, text: lines }, ...others.map((span) => ({ ...widened(text, span), text: '' }))];
}

function insertInline(table: Tree, key: string, value: Value): Splice[] {
  const last = table.kind === 'map' ? table.entries.at(-1) : undefined;
  const pair = `${keyToml(key)} = ${inlineToml(value)}`;
  return last === undefined ? [insertion(table.end - 1, ` ${pair} `)] : [insertion(last.value.end, `, ${pair}`)];
}

function appendTable(text: string, keys: readonly string[], value: Value): Splice {
  const end = lineEndOf(text);
  const lines = tableLines(keys, isMap(value) ? value : {}).join(end);
  if (text === '') return insertion(0, lines + end);
  return insertion(text.length, text.endsWith('\n') ? end + lines + end : end + end + lines);
}

/** A new `key = value` below the header of its table. */
function insertPair(text: string, keys: readonly string[], value: Value): Splice[] | undefined {
  const parent = keys.slice(0, -1);
  const statements = scanToml(text);
  const header = statements.findIndex((each) => each.kind === 'table' && isSame(each.path, parent));
  if (header === -1) return undefined;
  const next = statements.findIndex((each, index) => index > header && each.kind === 'table');
  const last = statements[(next === -1 ? statements.length : next) - 1];
  if (last === undefined) return undefined;
  const at = lineEnd(text, last.end);
  return [insertion(at, `${lineEndOf(text)}${keyToml(keys.at(-1) ?? '')} = ${inlineToml(value)}`)];
}

/** The tables at and below a path: each from its header to its last line. */
function sectionsUnder(text: string, keys: readonly string[]): Span[] {
  const sections: { start: number; end: number }[] = [];
  let open: { start: number; end: number } | undefined;
  for (const statement of scanToml(text)) {
    if (statement.kind === 'table') {
      open = isUnder(statement, keys) ? { start: lineStart(text, statement.start), end: 0 } : undefined;
      if (open !== undefined) sections.push(open);
    }
    if (open !== undefined) open.end = nextLine(text, statement.end);
  }
  return sections;
}

function isUnder({ path }: Statement, keys: readonly string[]): boolean {
  return keys.every((key, index) => path[index] === key);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** With the blank line before it; at the end of a text without a last line end, with the line end before that too. */
function widened(text: string, { start, end }: Span): Span {
  const before = previousLine(text, start);
  const isBlank = before !== undefined && text.slice(before, start).trim() === '';
  const from = isBlank ? before : start;
  if (text.endsWith('\n') || end < text.length) return { start: from, end };
  return { start: from - (text[from - 2] === '\r' ? 2 : Math.min(from, 1)), end };
}

function previousLine(text: string, start: number): number | undefined {
  return start === 0 ? undefined : lineStart(text, start - 1);
}

function trimEnd(text: string, { start, end }: Span): number {
  return start + text.slice(start, end).trimEnd().length;
}

function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !isList(value);
}

function tableLines(keys: readonly string[], value: { readonly [key: string]: Value }): string[] {
  const pairs = Object.entries(value).map(([key, item]) => `${keyToml(key)} = ${inlineToml(item)}`);
  return [`[${keys.map(keyToml).join('.')}]`, ...pairs];
}

function keyToml(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : textToml(key);
}

function inlineToml(value: Value): string {
  if (typeof value === 'string') return textToml(value);
  if (isList(value)) return `[${value.map(inlineToml).join(', ')}]`;
  if (!isMap(value)) return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `${keyToml(key)} = ${inlineToml(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

// JSON's escapes are TOML's, except that TOML wants DEL escaped.
function textToml(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', '\\u007F');
}

function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (text[at] !== '#') return at;
    at = lineEnd(text, at);
  }
}
