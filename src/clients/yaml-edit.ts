import { stringify } from 'yaml';
import type { Value } from './client.ts';
import { removeItem } from './json-edit.ts';
import { insertion, lineEnd, lineEndOf, lineStart, nextLine, type Splice, startsLine } from './splice.ts';
import type { Tree } from './tree.ts';
import { isNothing, type Located, nest, type Step, takes, walk } from './walk.ts';
import { inlineJson, isList } from './write-json.ts';

/** The splices that set a value in YAML; undefined where there is no safe way. */
export function setInYaml(text: string, tree: Tree, path: readonly Step[], value: Value): Splice[] | undefined {
  const found = walk(tree, path);
  if (found === undefined) return undefined;
  const { at, rest } = found;
  const [step, ...below] = rest;
  const isEmpty = at.tree.kind !== 'scalar' && at.tree.flow && itemCount(at.tree) === 0 && at.parent !== undefined;
  if (step === undefined || isNothing(at.tree) || (isEmpty && takes(at.tree, step)))
    return replace(text, at, nest(rest, value));
  if (!takes(at.tree, step)) return undefined;
  const inner = nest(below, value);
  const key = typeof step === 'string' ? step : undefined;
  if (at.tree.kind !== 'scalar' && at.tree.flow) return insertFlow(at.tree, key, inner);
  return insertBlock(text, at.tree, key === undefined ? [inner] : { [key]: inner });
}

/** The splices that take a value out of YAML; none when it is not there, undefined where there is no safe way. */
export function removeFromYaml(text: string, tree: Tree, path: readonly Step[]): Splice[] | undefined {
  const found = walk(tree, path);
  if (found === undefined) return undefined;
  const { at, rest } = found;
  if (rest.length > 0 || at.parent === undefined) return [];
  const from = at.parent.tree;
  if (from.kind === 'scalar') return undefined;
  if (from.flow) return removeItem(text, at, from, skipTrivia);
  if (itemCount(from) === 1) return replace(text, at.parent, from.kind === 'map' ? {} : []);
  const start = at.entry?.keySpan.start ?? dashBefore(text, at.tree.start);
  if (start === undefined || !startsLine(text, start)) return undefined;
  const end = afterItem(text, at.tree);
  const isLastLine = end === text.length && !text.endsWith('\n');
  const line = lineStart(text, start);
  return [{ start: isLastLine ? beforeLineEnd(text, line) : line, end, text: '' }];
}

function replace(text: string, { tree, entry, parent }: Located, value: Value): Splice[] | undefined {
  const isFlow = parent?.tree.kind !== 'scalar' && parent?.tree.flow === true;
  if (isFlow) return [{ start: tree.start, end: tree.end, text: inlineJson(value) }];
  if (entry === undefined) return [{ start: tree.start, end: tree.end, text: blockText(text, tree.start, value) }];
  const colon = text.indexOf(':', entry.keySpan.end);
  if (colon === -1 || text.slice(entry.keySpan.end, colon).trim() !== '') return undefined;
  const start = colon + 1;
  const end = Math.max(tree.end, start);
  const between = text.slice(start, Math.max(tree.start, start));
  const comment = between.includes('#') ? ` ${between.trim().split('\n')[0]?.trim() ?? ''}` : '';
  if (!isBlock(value)) {
    // A block scalar's end is after its line end.
    const tail = text.slice(start, end).endsWith('\n') ? lineEndOf(text) : '';
    return [{ start, end, text: ` ${inlineJson(value)}${comment}${tail}` }];
  }
  const indent = column(text, entry.keySpan.start) + 2;
  if (isNothing(tree) && tree.start === tree.end) {
    // A comment on the key's line stays there.
    return [insertion(lineEnd(text, start), lineEndOf(text) + ' '.repeat(indent) + blockLines(text, indent, value))];
  }
  return [{ start, end, text: comment + lineEndOf(text) + ' '.repeat(indent) + blockLines(text, indent, value) }];
}

function insertFlow(tree: Tree, key: string | undefined, value: Value): Splice[] {
  const item = (key === undefined ? '' : `${JSON.stringify(key)}: `) + inlineJson(value);
  const last = tree.kind === 'map' ? tree.entries.at(-1)?.value : tree.kind === 'list' ? tree.items.at(-1) : undefined;
  return last === undefined ? [insertion(tree.end - 1, item)] : [insertion(last.end, `, ${item}`)];
}

function insertBlock(text: string, into: Tree, value: Value): Splice[] {
  const end = lineEndOf(text);
  if (itemCount(into) === 0) {
    const lines = blockLines(text, 0, value);
    return [insertion(text.length, text === '' || text.endsWith('\n') ? lines + end : end + lines)];
  }
  const first = into.kind === 'map' ? into.entries[0]?.keySpan.start : into.start;
  const indent = column(text, first ?? 0);
  const last = into.kind === 'map' ? into.entries.at(-1)?.value : into.kind === 'list' ? into.items.at(-1) : undefined;
  const at = last === undefined ? text.length : afterItem(text, last);
  const lines = ' '.repeat(indent) + blockLines(text, indent, value);
  const isOpen = at === text.length && !text.endsWith('\n');
  return [insertion(at, isOpen ? end + lines : lines + end)];
}

/** Where the line after an item begins. */
function afterItem(text: string, { start, end }: Tree): number {
  return end > start && text[end - 1] === '\n' ? end : nextLine(text, end);
}

function dashBefore(text: string, offset: number): number | undefined {
  const from = lineStart(text, offset);
  return /^[ ]*-[ ]+$/.test(text.slice(from, offset)) ? text.indexOf('-', from) : undefined;
}

function beforeLineEnd(text: string, start: number): number {
  return start === 0 ? 0 : lineEnd(text, lineStart(text, start - 1));
}

function blockText(text: string, start: number, value: Value): string {
  return isBlock(value) ? blockLines(text, column(text, start), value) : inlineJson(value);
}

/** YAML in block style; the lines after the first are indented. */
function blockLines(text: string, indent: number, value: Value): string {
  const lines = stringify(value, { indent: 2, lineWidth: 0 }).trimEnd().split('\n');
  const [first = '', ...others] = lines;
  return [first, ...others.map((line) => (line === '' ? '' : ' '.repeat(indent) + line))].join(lineEndOf(text));
}

function column(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

function itemCount(tree: Tree): number {
  if (tree.kind === 'map') return tree.entries.length;
  return tree.kind === 'list' ? tree.items.length : 0;
}

/** What is better read on lines of its own: a map, and a list of such. */
function isBlock(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isList(value) ? value.some(isBlock) : Object.keys(value).length > 0;
}

/** Over white space and comments. */
function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (text[at] !== '#') return at;
    at = lineEnd(text, at);
  }
}
