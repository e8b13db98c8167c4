import { isExactNumber, isObject } from '../../../kernel/jsonrpc.ts';
import { createCount, MAX_DEPTH, type Node, NotThisForm } from './node.ts';
import { readLiteral } from './read-literal.ts';
import { readAligned, readBarred, readNamedLines, readSeparated, readTable } from './read-rows.ts';
import { readYaml } from './read-yaml.ts';

/** Characters of a text that is looked at for structure; a longer one is prose. */
export const MAX_STRUCTURE = 262_144;

const readers = [readLiteral, readTable, readYaml, readBarred, readNamedLines, readSeparated, readAligned] as const;

/**
 * The structure of a tool's text, or undefined: prose. Attacker-controlled. A text is structure only when all of it
 * is: what stands inside a field, however much it looks like fields itself, is the text of that field.
 */
export function readStructure(text: string): Node | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_STRUCTURE || trimmed === '') return undefined;
  for (const read of readers) {
    const node = attempt(() => read(trimmed));
    if (node !== undefined && node.kind !== 'scalar') return node;
  }
  return undefined;
}

/** The same for a value that was JSON already; undefined where it nests too deep or is too large. */
export function nodeOf(value: unknown): Node | undefined {
  const count = createCount();
  return attempt(() => jsonNode(value, 0, count));
}

function attempt(read: () => Node): Node | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotThisForm) return undefined;
    throw error;
  }
}

function jsonNode(value: unknown, depth: number, count: () => void): Node {
  count();
  if (depth > MAX_DEPTH) throw new NotThisForm('too deep');
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => jsonNode(item, depth + 1, count)) };
  if (isObject(value)) {
    return {
      kind: 'map',
      entries: Object.entries(value).map(([key, item]) => [key, jsonNode(item, depth + 1, count)]),
    };
  }
  if (isExactNumber(value)) return { kind: 'scalar', text: JSON.stringify(value), type: 'number' };
  if (typeof value === 'number') return { kind: 'scalar', text: String(value), type: 'number' };
  if (typeof value === 'boolean') return { kind: 'scalar', text: String(value), type: 'boolean' };
  if (typeof value === 'string') return { kind: 'scalar', text: value, type: 'string' };
  return { kind: 'scalar', text: '', type: 'null' };
}
