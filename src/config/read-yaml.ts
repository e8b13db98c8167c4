import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { MerlonError, Place } from '../kernel/errors.ts';
import { aliasTargets, plainScalar } from '../kernel/yaml-nodes.ts';
import { showName } from './name.ts';
import { problem } from './problems.ts';
import type { Entry, Tree } from './tree.ts';

/** Deepest nesting that is read, in levels; the schema needs 5. */
const MAX_DEPTH = 32;
/** Most values that are read, aliases counted each time they are used: a bound on "billion laughs" files. */
const MAX_VALUES = 50_000;

/** The file as a tree; `tree` is missing when the text is no YAML at all. */
export interface Reading {
  readonly tree: Tree | undefined;
  readonly problems: readonly MerlonError[];
}

/**
 * Reads YAML 1.2 (and so JSON) into a {@link Tree}. Anchors work; merge keys, tags of one's own and several documents
 * in a file do not. No message of the YAML library is passed on: they quote the file, which may hold secrets.
 */
export function readYaml(text: string, file: string): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Duplicate keys are looked for below: the library's own search takes quadratic time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = firstOfEachLine([...document.errors, ...document.warnings], placeAt);
  if (faults.length > 0) return { tree: undefined, problems: faults };
  return toTree(document.contents, placeAt);
}

function toTree(root: Node | null, placeAt: (offset: number) => Place): Reading {
  const problems: MerlonError[] = [];
  const targets = aliasTargets(root);
  let values = 0;

  const syntax = (place: Place, message: string): void => {
    problems.push(problem('CONFIG_SYNTAX', place, message));
  };
  const convert = (node: unknown, fallback: Place, depth: number): Tree => {
    const place = placeOfNode(node, fallback);
    values += 1;
    if (values > MAX_VALUES)
      throw new TooMuch(place, `The file holds more than ${MAX_VALUES} values, aliases included.`);
    if (depth > MAX_DEPTH) throw new TooMuch(place, `The file nests deeper than ${MAX_DEPTH} levels.`);
    if (isAlias(node)) {
      const target = targets.get(node);
      if (target !== undefined) return convert(target, place, depth + 1);
      syntax(place, 'An alias names no earlier anchor.');
      return { kind: 'scalar', place, value: null, missing: true };
    }
    if (isSeq(node)) {
      return { kind: 'list', place, items: node.items.map((item) => convert(item, place, depth + 1)) };
    }
    if (!isMap(node)) return { kind: 'scalar', place, value: isScalar(node) ? plainScalar(node.value) : null };
    const entries = new Map<string, Entry>();
    for (const { key, value } of node.items) {
      const keyPlace = placeOfNode(key, place);
      const name = String(isScalar(key) ? key.value : key);
      const converted = convert(value, keyPlace, depth + 1);
      if (entries.has(name)) syntax(keyPlace, `The key ${showName(name) ?? 'at this place'} is there twice.`);
      else if (name === '<<') syntax(keyPlace, 'Merge keys (<<) are not supported.');
      else if (name === '__proto__') syntax(keyPlace, 'The key __proto__ is not allowed.');
      else entries.set(name, { keyPlace, value: converted });
    }
    return { kind: 'map', place, entries };
  };
  const placeOfNode = (node: unknown, fallback: Place): Place => {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    return range?.[0] === undefined ? fallback : placeAt(range[0]);
  };

  try {
    return { tree: convert(root, placeAt(0), 0), problems };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    syntax(error.place, error.message);
    return { tree: undefined, problems };
  }
}

class TooMuch extends Error {
  readonly place: Place;
  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

// One slip makes the library complain several times about the same line.
function firstOfEachLine(errors: readonly YAMLError[], placeAt: (offset: number) => Place): MerlonError[] {
  const byLine = new Map<number, MerlonError>();
  for (const { code, pos } of errors) {
    const place = placeAt(pos[0]);
    if (!byLine.has(place.line)) byLine.set(place.line, problem('CONFIG_SYNTAX', place, sentences[code]));
  }
  return [...byLine.values()].slice(0, 10);
}

const sentences: Readonly<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'An alias cannot have an anchor or a tag.',
  BAD_ALIAS: 'An alias needs a name without spaces.',
  BAD_COLLECTION_TYPE: 'The tag does not fit the value.',
  BAD_DIRECTIVE: 'The % directive is not known.',
  BAD_DQ_ESCAPE: 'The text in double quotes has an unknown escape; write \\\\ for a backslash or use single quotes.',
  BAD_INDENT: 'The indentation does not fit, or a bracket or quote is not closed.',
  BAD_PROP_ORDER: 'Anchors and tags stand before the value.',
  BAD_SCALAR_START: 'Plain text cannot start with this character; put it in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'A key and its value stand where one value is expected; put text that has ": " in quotes.',
  BLOCK_IN_FLOW: 'An indented block cannot stand within brackets.',
  DUPLICATE_KEY: 'A key is there twice.',
  IMPOSSIBLE: 'The YAML cannot be read.',
  KEY_OVER_1024_CHARS: 'A key is longer than 1024 characters.',
  MISSING_CHAR: 'A character is missing: a closing quote or bracket, a comma, a colon or a space.',
  MULTILINE_IMPLICIT_KEY: 'A key, or text in quotes before a colon, runs over several lines.',
  MULTIPLE_ANCHORS: 'A value has two anchors.',
  MULTIPLE_DOCS: 'The file holds more than one document.',
  MULTIPLE_TAGS: 'A value has two tags.',
  NON_STRING_KEY: 'A key must be plain text.',
  RESOURCE_EXHAUSTION: 'The file nests too deeply.',
  TAB_AS_INDENT: 'Indentation must be spaces, not tabs.',
  TAG_RESOLVE_FAILED: 'Tags (!name) are not supported; for secrets write ${env:NAME} or ${file:path}.',
  UNEXPECTED_TOKEN: 'Something stands where YAML does not allow it.',
};
