import type { Node } from './structure/node.ts';
import { GENERIC, WRITTEN } from './vocabulary.ts';

/** One value of a record. */
export interface Field {
  /** Its name, or that of the field around it. */
  readonly key: string;
  readonly text: string;
  readonly type: 'string' | 'number' | 'boolean' | 'null';
}

/** A thing that a tool told of: its own fields, and what stands in lists and maps inside it. */
export interface Record {
  readonly own: readonly Field[];
  readonly inner: readonly Field[];
  /** What people wrote about it: comments, replies. */
  readonly thread: readonly string[];
}

/** Characters of a field that is a value; what is longer, or goes over lines, is prose. */
const MAX_FIELD = 300;
const MAX_FIELD_WORDS = 16;

/** True for a field that somebody wrote as text: whatever stands in it is said, not recorded. */
export function isProse(text: string): boolean {
  if (text.length > MAX_FIELD || text.includes('\n')) return true;
  // So many words need as many characters, and one between each two of them.
  return text.length >= 2 * MAX_FIELD_WORDS - 1 && text.split(/\s+/, MAX_FIELD_WORDS + 2).length > MAX_FIELD_WORDS;
}

/** The records in what a tool returned, each list of them apart, as one list is what its tool chose them from. */
export function recordListsOf(node: Node): readonly (readonly Record[])[] {
  const lists: Record[][] = [];
  collect(node, lists);
  return lists.filter((list) => list.length > 0);
}

function collect(node: Node, lists: Record[][]): void {
  if (node.kind === 'scalar') return;
  if (node.kind === 'list') {
    lists.push(node.items.flatMap(itemRecord));
    for (const item of node.items) for (const child of childrenOf(item)) collect(child, lists);
    return;
  }
  lists.push(isTableOfNames(node) ? node.entries.map(namedRecord) : [recordOf(node)]);
  for (const child of childrenOf(node)) collect(child, lists);
}

function itemRecord(item: Node): Record[] {
  if (item.kind === 'map') return [recordOf(item)];
  if (item.kind === 'list') return [];
  return [{ own: [{ key: 'name', text: item.text, type: item.type }], inner: [], thread: [] }];
}

function childrenOf(node: Node): readonly Node[] {
  if (node.kind === 'map') return node.entries.map(([, child]) => child);
  return node.kind === 'list' ? [node] : [];
}

type NodeMap = Extract<Node, { kind: 'map' }>;

/**
 * `{'Ann Lee': 'ann@x.example', …}`: the keys are data. A key that could as well be the name of a field (`Email`)
 * makes the whole a record, because requests are full of such words.
 */
function isTableOfNames({ entries }: NodeMap): boolean {
  const [first] = entries;
  if (first === undefined) return false;
  return entries.every(([key, value]) => value.kind === first[1].kind && isDataKey(key));
}

function isDataKey(key: string): boolean {
  const last =
    key
      .toLowerCase()
      .split(/[\s_-]+/)
      .at(-1) ?? '';
  return /[\p{Lu}\s@.\d]|[^\p{ASCII}]/u.test(key) && !GENERIC.has(last) && !GENERIC.has(`${last}s`);
}

function namedRecord([key, value]: readonly [string, Node]): Record {
  const inside = value.kind === 'map' ? recordOf(value) : { own: [], inner: fieldsIn('value', value), thread: [] };
  return { ...inside, own: [{ key: 'name', text: key, type: 'string' }, ...inside.own] };
}

function recordOf({ entries }: NodeMap): Record {
  const own: Field[] = [];
  const inner: Field[] = [];
  const thread: string[] = [];
  for (const [key, value] of entries) {
    if (value.kind === 'scalar') own.push({ key, text: value.text, type: value.type });
    else if (isThread(value)) thread.push(...scalarsIn(value));
    else inner.push(...fieldsIn(key, value));
  }
  return { own, inner, thread };
}

/** Comments, replies, messages: each of them has an author of its own, so none speaks for what it hangs on. */
function isThread(node: Node): boolean {
  if (node.kind !== 'list') return false;
  return node.items.some((item) => item.kind === 'map' && item.entries.some(([key]) => WRITTEN.has(key.toLowerCase())));
}

function fieldsIn(key: string, node: Node): readonly Field[] {
  if (node.kind === 'scalar') return [{ key, text: node.text, type: node.type }];
  if (node.kind === 'list') return isThread(node) ? [] : node.items.flatMap((item) => fieldsIn(key, item));
  return node.entries.flatMap(([name, value]) => [
    // `shared_with: {ann@x.example: read}` names people in its keys.
    ...(/[@\s.]/.test(name) ? [{ key, text: name, type: 'string' as const }] : []),
    ...fieldsIn(name, value),
  ]);
}

/** The texts of all scalars in a value. */
export function scalarsIn(node: Node): readonly string[] {
  if (node.kind === 'scalar') return [node.text];
  if (node.kind === 'list') return node.items.flatMap(scalarsIn);
  return node.entries.flatMap(([, value]) => scalarsIn(value));
}

/** A short text with a full stop or an exclamation mark at its end was written by somebody, not recorded. */
export function isWritten(text: string): boolean {
  return isProse(text) || ((text.endsWith('.') || text.endsWith('!') || text.endsWith('?')) && /\s/.test(text));
}
