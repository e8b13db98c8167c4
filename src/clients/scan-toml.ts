import { parse } from 'smol-toml';
import type { ScalarTree, Span, Tree, TreeEntry } from './tree.ts';

/** A line of TOML that says something: `[table]`, `[[table]]` or `key = value`, with its place. */
export type Statement = TableHeader | Pair;

/** `[a.b]`. */
export interface TableHeader extends Span {
  readonly kind: 'table';
  readonly path: readonly string[];
  readonly isArray: boolean;
}

/** `a.b = value` below a header; `path` starts at the header. */
export interface Pair extends Span {
  readonly kind: 'pair';
  readonly path: readonly string[];
  readonly keySpan: Span;
  readonly value: Tree;
}

/** The statements of a text that a TOML parser has accepted before: what is not TOML gives nonsense here, never an endless loop. */
export function scanToml(text: string): Statement[] {
  const statements: Statement[] = [];
  let at = skipBlank(text, 0);
  while (at < text.length) {
    const statement = text[at] === '[' ? readHeader(text, at) : readPair(text, at);
    statements.push(statement);
    at = skipBlank(text, Math.max(statement.end, at + 1));
  }
  return statements;
}

function readHeader(text: string, start: number): TableHeader {
  const isArray = text[start + 1] === '[';
  const { path, end } = readKey(text, start + (isArray ? 2 : 1));
  return { kind: 'table', path, isArray, start, end: end + (isArray ? 2 : 1) };
}

function readPair(text: string, start: number): Pair {
  const { path, end: keyEnd } = readKey(text, start);
  const value = readValue(text, skipSpace(text, skipSpace(text, keyEnd) + 1));
  return { kind: 'pair', path, keySpan: { start, end: keyEnd }, value, start, end: value.end };
}

/** A dotted key; `end` is after what follows it. */
function readKey(text: string, from: number): { path: string[]; end: number } {
  const path: string[] = [];
  let at = from;
  for (;;) {
    at = skipSpace(text, at);
    const end = endOfKey(text, at);
    const part = text.slice(at, end);
    path.push(part.startsWith('"') || part.startsWith("'") ? decodeText(part) : part);
    at = skipSpace(text, end);
    if (text[at] !== '.') return { path, end: at };
    at += 1;
  }
}

function endOfKey(text: string, start: number): number {
  if (text[start] === '"' || text[start] === "'") return endOfText(text, start);
  let at = start;
  while (at < text.length && /[A-Za-z0-9_-]/.test(text[at] ?? '')) at += 1;
  return at;
}

function readValue(text: string, start: number): Tree {
  const first = text[start];
  if (first === '[') return readList(text, start);
  if (first === '{') return readInlineTable(text, start);
  if (first === '"' || first === "'") {
    const end = endOfText(text, start);
    return { kind: 'scalar', value: decodeText(text.slice(start, end)), start, end };
  }
  return readBare(text, start);
}

function readList(text: string, start: number): Tree {
  const items: Tree[] = [];
  let at = skipBlankOr(text, start + 1, ',');
  while (at < text.length && text[at] !== ']') {
    const item = readValue(text, at);
    items.push(item);
    at = skipBlankOr(text, Math.max(item.end, at + 1), ',');
  }
  return { kind: 'list', flow: true, items, start, end: at + 1 };
}

function readInlineTable(text: string, start: number): Tree {
  const entries: TreeEntry[] = [];
  let at = skipBlankOr(text, start + 1, ',');
  while (at < text.length && text[at] !== '}') {
    const pair = readPair(text, at);
    const [key = '', ...below] = pair.path;
    entries.push({ key, keySpan: pair.keySpan, value: nested(below, pair) });
    at = skipBlankOr(text, Math.max(pair.end, at + 1), ',');
  }
  return { kind: 'map', flow: true, entries, start, end: at + 1 };
}

/** `a.b = 1` within an inline table: a map in a map. */
function nested(path: readonly string[], pair: Pair): Tree {
  const [key, ...below] = path;
  if (key === undefined) return pair.value;
  const entries = [{ key, keySpan: pair.keySpan, value: nested(below, pair) }];
  return { kind: 'map', flow: true, entries, start: pair.start, end: pair.end };
}

/** A number, a date or a switch. */
function readBare(text: string, start: number): ScalarTree {
  let end = start;
  while (end < text.length && !/[,\]}#\r\n]/.test(text[end] ?? '')) end += 1;
  const written = text.slice(start, end).trimEnd();
  const span = { start, end: start + written.length };
  if (written === 'true' || written === 'false') return { kind: 'scalar', value: written === 'true', ...span };
  const number = /^[+-]?(\d|inf|nan)/.test(written) ? numberOf(written) : undefined;
  return { kind: 'scalar', value: number ?? written, ...span };
}

function numberOf(written: string): number | undefined {
  const bare = written.replaceAll('_', '').replace(/^\+/, '');
  if (/^-?inf$/.test(bare)) return bare.startsWith('-') ? -Infinity : Infinity;
  if (bare.endsWith('nan')) return NaN;
  const number = Number(bare);
  // Dates stay text.
  return Number.isNaN(number) ? undefined : number;
}

function decodeText(literal: string): string {
  try {
    const { text } = parse(`text = ${literal}`);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

function endOfText(text: string, start: number): number {
  const quote = text[start] ?? '"';
  const long = quote.repeat(3);
  if (!text.startsWith(long, start)) return endOfRun(text, start + 1, quote, quote === '"') + 1;
  let end = endOfRun(text, start + 3, long, quote === '"') + 3;
  // Up to two quotes may stand directly before the closing three.
  while (text[end] === quote && end < text.length) end += 1;
  return Math.min(end, text.length);
}

function endOfRun(text: string, from: number, closing: string, hasEscapes: boolean): number {
  let at = from;
  while (at < text.length && !text.startsWith(closing, at)) at += hasEscapes && text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** Over white space, line ends and comments. */
function skipBlank(text: string, from: number): number {
  return skipBlankOr(text, from, '\n');
}

function skipBlankOr(text: string, from: number, other: string): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (!' \t\r\n'.includes(char) && char !== other) break;
  }
  return Math.min(at, text.length);
}
