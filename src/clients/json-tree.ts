import { createScanner, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { type Fault, MAX_LEVELS, MAX_VALUES, type Reading, type Tree } from './tree.ts';

/** Reads JSON with comments and trailing commas. `strict`: says so where plain JSON would not have them. */
export function readJson(text: string, strict: boolean): Reading {
  const bound = overBound(text);
  if (bound !== undefined) return { faults: [bound] };
  if (text.trim() === '') return { tree: { kind: 'map', flow: true, start: 0, end: 0, entries: [] }, faults: [] };
  const errors: ParseError[] = [];
  const node = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || node === undefined) {
    const offset = error?.offset ?? 0;
    return { faults: [{ code: 'unreadable', offset, message: 'This is no JSON from here on.' }] };
  }
  const faults: Fault[] = [];
  const tree = toTree(node, faults);
  if (strict) faults.push(...lapses(text));
  return { tree, faults };
}

/** The parser recurses and builds a node for each value: what it gets is bounded before. */
function overBound(text: string): Fault | undefined {
  const scanner = createScanner(text, true);
  let levels = 0;
  let values = 0;
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const first = text[offset];
    if (first === '{' || first === '[') levels += 1;
    else if (first === '}' || first === ']') levels -= 1;
    else values += 1;
    if (levels > MAX_LEVELS) return { code: 'too-deep', offset, message: `It nests deeper than ${MAX_LEVELS} levels.` };
    if (values > MAX_VALUES * 4)
      return { code: 'too-large', offset, message: `It holds more than ${MAX_VALUES} values.` };
  }
  return undefined;
}

function toTree(node: Node, faults: Fault[]): Tree {
  const span = { start: node.offset, end: node.offset + node.length };
  const children = node.children ?? [];
  if (node.type === 'array') {
    return { kind: 'list', flow: true, ...span, items: children.map((child) => toTree(child, faults)) };
  }
  if (node.type !== 'object') return { kind: 'scalar', ...span, value: scalar(node.value) };
  const seen = new Set<string>();
  const entries = children.flatMap(({ children: pair }) => {
    const [key, value] = pair ?? [];
    if (key === undefined || value === undefined) return [];
    const name = String(key.value);
    if (seen.has(name)) faults.push({ code: 'duplicate-key', offset: key.offset, message: 'This key stands twice.' });
    seen.add(name);
    const keySpan = { start: key.offset, end: key.offset + key.length };
    return [{ key: name, keySpan, value: toTree(value, faults) }];
  });
  return { kind: 'map', flow: true, ...span, entries };
}

function scalar(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

// A client that reads strict JSON refuses the whole file for one comment.
function lapses(text: string): Fault[] {
  const errors: ParseError[] = [];
  parseTree(text, errors, { allowTrailingComma: false, disallowComments: true });
  return errors.slice(0, 1).map(({ offset }) => ({
    code: 'strict-json',
    offset,
    message: 'Comments and trailing commas are no strict JSON, which this client may want.',
  }));
}
