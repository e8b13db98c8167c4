import type { Value } from './client.ts';
import { indentOf, insertion, lineEnd, lineEndOf, lineStart, type Splice, startsLine } from './splice.ts';
import type { Span, Tree } from './tree.ts';
import { isNothing, type Located, nest, type Step, takes, walk } from './walk.ts';
import { inlineJson, type Layout, prettyJson } from './write-json.ts';

/** The splices that set a value in JSON; undefined where there is no safe way. */
export function setInJson(text: string, tree: Tree, path: readonly Step[], value: Value): Splice[] | undefined {
  const found = walk(tree, path);
  if (found === undefined || tree.kind !== 'map') return undefined;
  if (text.trim() === '') return [{ start: 0, end: text.length, text: wholeFile(text, nest(path, value)) }];
  const { at, rest } = found;
  const [step, ...below] = rest;
  if (step === undefined || isNothing(at.tree)) return [replace(text, tree, at, nest(rest, value))];
  if (!takes(at.tree, step)) return undefined;
  const key = typeof step === 'string' ? step : undefined;
  return insert(text, tree, at.tree, key, nest(below, value));
}

/** The splices that take a value out of JSON; none when it is not there, undefined where there is no safe way. */
export function removeFromJson(text: string, tree: Tree, path: readonly Step[]): Splice[] | undefined {
  const found = walk(tree, path);
  if (found === undefined) return undefined;
  const { at, rest } = found;
  if (rest.length > 0 || at.parent === undefined) return [];
  return removeItem(text, at, at.parent.tree, skipTrivia);
}

function wholeFile(text: string, value: Value): string {
  const end = lineEndOf(text);
  return prettyJson(value, { indent: '', unit: '  ', lineEnd: end }) + end;
}

function replace(text: string, root: Tree, { tree, entry }: Located, value: Value): Splice {
  const start = entry?.keySpan.start ?? tree.start;
  const isInline = !text.slice(tree.start, tree.end).includes('\n') && tree.kind !== 'scalar';
  const layout = layoutOf(text, root, indentOf(text, start));
  const isSmall = typeof value !== 'object' || value === null;
  return {
    start: tree.start,
    end: tree.end,
    text: isInline || isSmall || !startsLine(text, start) ? inlineJson(value) : prettyJson(value, layout),
  };
}

function insert(text: string, root: Tree, into: Tree, key: string | undefined, value: Value): Splice[] {
  const items = itemsOf(into);
  const label = key === undefined ? '' : `${JSON.stringify(key)}: `;
  const last = items.at(-1);
  if (last === undefined) return insertFirst(text, root, into, label, value);
  const comma = skipTrivia(text, last.end);
  const hasComma = text[comma] === ',';
  if (!text.slice(last.end, into.end).includes('\n')) {
    const item = label + inlineJson(value);
    return hasComma ? [insertion(comma + 1, ` ${item},`)] : [insertion(last.end, `, ${item}`)];
  }
  const indent = startsLine(text, last.start)
    ? indentOf(text, last.start)
    : indentOf(text, into.start) + unitOf(text, root);
  const layout = layoutOf(text, root, indent);
  const item = layout.lineEnd + indent + label + prettyJson(value, layout);
  const after = afterComment(text, hasComma ? comma + 1 : last.end);
  return hasComma ? [insertion(after, `${item},`)] : [insertion(last.end, ','), insertion(after, item)];
}

function insertFirst(text: string, root: Tree, into: Tree, label: string, value: Value): Splice[] {
  const inner = text.slice(into.start + 1, into.end - 1);
  const outer = indentOf(text, into.start);
  const layout = layoutOf(text, root, outer + unitOf(text, root));
  const item = layout.indent + label + prettyJson(value, layout);
  if (inner.includes('\n')) return [insertion(lineStart(text, into.end - 1), item + layout.lineEnd)];
  const isMinified = !text.trim().includes('\n') && into.start !== root.start;
  if (inner.trim() !== '' || isMinified) return [insertion(into.end - 1, label + inlineJson(value))];
  const lines = layout.lineEnd + item + layout.lineEnd + outer;
  return [{ start: into.start + 1, end: into.end - 1, text: lines }];
}

/**
 * Takes an item out of brackets, with the comma that belongs to it and the white space before it, and nothing else:
 * comments stay. `skip` leads over white space and comments.
 */
export function removeItem(
  text: string,
  { tree, entry }: Located,
  from: Tree,
  skip: (text: string, from: number) => number,
): Splice[] {
  const start = entry?.keySpan.start ?? tree.start;
  const items = itemsOf(from);
  const index = items.findIndex((item) => item.start === start);
  const comma = skip(text, tree.end);
  const before = startOfSpace(text, start, text[comma] === ',' && comma === tree.end ? comma + 1 : tree.end);
  if (text[comma] === ',') {
    // A comment may stand between the value and its comma.
    if (comma === tree.end) return [{ start: before, end: comma + 1, text: '' }];
    return [
      { start: before, end: tree.end, text: '' },
      { start: comma, end: comma + 1, text: '' },
    ];
  }
  const previous = items[index - 1];
  const item = { start: before, end: tree.end, text: '' };
  if (previous === undefined) {
    const isAlone =
      text.slice(from.start + 1, before).trim() === '' && text.slice(tree.end, from.end - 1).trim() === '';
    return isAlone ? [{ start: from.start + 1, end: from.end - 1, text: '' }] : [item];
  }
  const commaBefore = skip(text, previous.end);
  if (commaBefore + 1 >= before) return [{ ...item, start: commaBefore }];
  return [{ start: commaBefore, end: commaBefore + 1, text: '' }, item];
}

/** Keys with their values, or items, as spans. */
export function itemsOf(tree: Tree): Span[] {
  if (tree.kind === 'map') {
    return tree.entries.map(({ keySpan, value }) => ({ start: keySpan.start, end: value.end }));
  }
  return tree.kind === 'list' ? [...tree.items] : [];
}

function layoutOf(text: string, root: Tree, indent: string): Layout {
  return { indent, unit: unitOf(text, root), lineEnd: lineEndOf(text) };
}

/** One level of indentation: that of the first thing in the file; two spaces where nothing is indented. */
function unitOf(text: string, root: Tree): string {
  const [first] = itemsOf(root);
  const unit = first !== undefined && startsLine(text, first.start) ? indentOf(text, first.start) : '';
  return unit === '' ? '  ' : unit;
}

/**
 * The white space directly before an item; with the line end before it where nothing follows on the item's line. What
 * follows would otherwise get into a comment that may end the line before.
 */
function startOfSpace(text: string, start: number, end: number): number {
  let at = start;
  while (text[at - 1] === ' ' || text[at - 1] === '\t') at -= 1;
  if (text[at - 1] === '\n' && text.slice(end, lineEnd(text, end)).trim() === '') at -= text[at - 2] === '\r' ? 2 : 1;
  return at;
}

/** Over white space and comments. */
function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (text.startsWith('//', at)) at = lineEnd(text, at);
    else if (text.startsWith('/*', at)) at = text.indexOf('*/', at) + 2;
    else return at;
  }
}

/** After a comment that ends the line; the offset itself where something else follows. */
function afterComment(text: string, offset: number): number {
  const end = lineEnd(text, offset);
  const rest = text.slice(offset, end).trim();
  const isComment = rest.startsWith('//') || (/^\/\*(?:(?!\*\/).)*\*\/$/.test(rest) && rest.length > 0);
  return isComment ? end : offset;
}
