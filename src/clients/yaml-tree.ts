import { isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { aliasTargets, plainScalar } from '../kernel/yaml-nodes.ts';
import { type Fault, MAX_LEVELS, MAX_VALUES, type Reading, type Tree, type TreeEntry } from './tree.ts';

/**
 * Reads YAML 1.2. Anchors and aliases are followed within bounds. No message of the library is passed on: they quote
 * the file, which may hold secrets.
 */
export function readYaml(text: string): Reading {
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // Looked for below: the library's own search takes quadratic time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined) {
    return { faults: [{ code: 'unreadable', offset: error.pos[0], message: 'This is no YAML from here on.' }] };
  }
  return toTree(document.contents, text.length);
}

function toTree(root: Node | null, end: number): Reading {
  const faults: Fault[] = [];
  const targets = aliasTargets(root);
  let values = 0;

  const convert = (node: unknown, fallback: number, level: number): Tree => {
    const [start, stop] = rangeOf(node, fallback);
    values += 1;
    if (values > MAX_VALUES) throw new TooMuch({ code: 'too-large', offset: start, message: 'It holds too much.' });
    if (level > MAX_LEVELS) throw new TooMuch({ code: 'too-deep', offset: start, message: 'It nests too deeply.' });
    if (isAlias(node)) {
      const target = targets.get(node);
      if (target === undefined) return { kind: 'scalar', start, end: stop, value: null };
      // The place is the alias's, so that an edit would not reach what others refer to.
      return { ...convert(target, start, level + 1), start, end: stop };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => convert(item, start, level + 1));
      return { kind: 'list', flow: node.flow === true, start, end: stop, items };
    }
    if (!isMap(node))
      return { kind: 'scalar', start, end: stop, value: plainScalar(isScalar(node) ? node.value : null) };
    const seen = new Set<string>();
    const entries = node.items.map(({ key, value }): TreeEntry => {
      const [from, to] = rangeOf(key, start);
      const name = isScalar(key) ? String(key.value) : '';
      if (seen.has(name)) faults.push({ code: 'duplicate-key', offset: from, message: 'This key stands twice.' });
      seen.add(name);
      return { key: name, keySpan: { start: from, end: to }, value: convert(value, to, level + 1) };
    });
    return { kind: 'map', flow: node.flow === true, start, end: stop, entries };
  };

  try {
    if (root === null) return { tree: { kind: 'map', flow: false, start: end, end, entries: [] }, faults };
    const tree = convert(root, 0, 0);
    // A file with comments alone.
    const isEmpty = tree.kind === 'scalar' && tree.value === null && tree.start === tree.end;
    return { tree: isEmpty ? { kind: 'map', flow: false, start: end, end, entries: [] } : tree, faults };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return { faults: [error.fault] };
  }
}

class TooMuch extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Start and end. The library lets a block's range run on over comments and blank lines; its last item says better. */
function rangeOf(node: unknown, fallback: number): [number, number] {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  const [start = fallback, end = fallback] = range ?? [];
  if (!isCollection(node) || node.flow === true) return [start, end];
  const last: unknown = node.items.at(-1);
  if (last === undefined) return [start, end];
  if (!isPair(last)) return [start, rangeOf(last, start)[1]];
  return [start, rangeOf(last.value, rangeOf(last.key, start)[1])[1]];
}

function isPair(value: unknown): value is { key: unknown; value: unknown } {
  return typeof value === 'object' && value !== null && 'key' in value && 'value' in value && !isScalar(value);
}
