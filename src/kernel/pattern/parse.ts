/** A set of characters, as ranges of code points, both ends included. */
export interface Characters {
  readonly kind: 'characters';
  readonly ranges: readonly (readonly [number, number])[];
  readonly isNegated: boolean;
}

/** A pattern, read. */
export type Expression =
  | Characters
  | { readonly kind: 'edge'; readonly edge: Edge }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly item: Expression; readonly least: number; readonly most: number };

/** A place between characters: the start or end of the text, the edge of a word, or no such edge. */
export type Edge = 'start' | 'end' | 'word' | 'no-word';

/** Why a pattern is refused, and where in it, in UTF-16 units. */
export class PatternRefused extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Longest pattern, in UTF-16 units. */
const MAX_LENGTH = 1_000;
/** Most repetitions that a number in braces may ask for. */
const MAX_COUNT = 100;
/** Deepest nesting of groups. */
const MAX_GROUPS = 32;

const LAST = 0x10ffff;
const digits: Characters['ranges'] = [[0x30, 0x39]];
const word: Characters['ranges'] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const space: Characters['ranges'] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const lineEnds: Characters['ranges'] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const classes: ReadonlyMap<string, Characters['ranges']> = new Map([
  ['d', digits],
  ['w', word],
  ['s', space],
]);
const controls: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

/**
 * Reads a pattern: the part of JavaScript's regular expressions (with the flag `u`) that a finite automaton can decide.
 * @throws PatternRefused for what it could not (lookaround, references back) and for what is no pattern at all
 */
export function parsePattern(source: string): Expression {
  if (source.length > MAX_LENGTH) throw new PatternRefused(`It is longer than ${MAX_LENGTH} characters.`, MAX_LENGTH);
  const reader: Cursor = { source, at: 0 };
  const expression = readChoice(reader, 0);
  if (reader.at < source.length) throw new PatternRefused('This ) closes no group.', reader.at);
  return expression;
}

interface Cursor {
  readonly source: string;
  at: number;
}

function readChoice(cursor: Cursor, level: number): Expression {
  const options = [readSequence(cursor, level)];
  while (cursor.source[cursor.at] === '|') {
    cursor.at += 1;
    options.push(readSequence(cursor, level));
  }
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
}

function readSequence(cursor: Cursor, level: number): Expression {
  const items: Expression[] = [];
  while (cursor.at < cursor.source.length && !'|)'.includes(cursor.source[cursor.at] ?? '')) {
    items.push(readRepeated(cursor, level));
  }
  return { kind: 'sequence', items };
}

function readRepeated(cursor: Cursor, level: number): Expression {
  const start = cursor.at;
  const item = readAtom(cursor, level);
  const bounds = readBounds(cursor);
  if (bounds === undefined) return item;
  if (item.kind === 'edge') throw new PatternRefused('A place between characters cannot be repeated.', start);
  // Lazy or greedy: whether it matches is the same.
  if (cursor.source[cursor.at] === '?') cursor.at += 1;
  if (/[*+?{]/.test(cursor.source[cursor.at] ?? '')) throw new PatternRefused('Nothing to repeat.', cursor.at);
  return { kind: 'repeat', item, ...bounds };
}

function readBounds(cursor: Cursor): { least: number; most: number } | undefined {
  const start = cursor.at;
  const sign = cursor.source[start];
  if (sign === '*' || sign === '+' || sign === '?') {
    cursor.at += 1;
    return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
  }
  if (sign !== '{') return undefined;
  const counted = /^\{(\d{1,9})(,(\d{1,9})?)?\}/.exec(cursor.source.slice(start, start + 24));
  if (counted === null) throw new PatternRefused('Write \\{ for the character itself.', start);
  const least = Number(counted[1]);
  const most = counted[2] === undefined ? least : Number(counted[3] ?? Number.POSITIVE_INFINITY);
  if (most < least) throw new PatternRefused('The first number is larger than the second.', start);
  if (least > MAX_COUNT || (Number.isFinite(most) && most > MAX_COUNT)) {
    throw new PatternRefused(`It repeats more than ${MAX_COUNT} times.`, start);
  }
  cursor.at += counted[0].length;
  return { least, most };
}

function readAtom(cursor: Cursor, level: number): Expression {
  const start = cursor.at;
  const code = cursor.source.codePointAt(start) ?? 0;
  const char = String.fromCodePoint(code);
  cursor.at += char.length;
  if (char === '(') return readGroup(cursor, level, start);
  if (char === '[') return readSet(cursor, start);
  if (char === '\\') return readEscape(cursor, start);
  if (char === '.') return { kind: 'characters', ranges: lineEnds, isNegated: true };
  if (char === '^') return { kind: 'edge', edge: 'start' };
  if (char === '$') return { kind: 'edge', edge: 'end' };
  if ('*+?{'.includes(char)) throw new PatternRefused('Nothing to repeat.', start);
  if (']}'.includes(char)) throw new PatternRefused(`Write \\${char} for the character itself.`, start);
  return one(code);
}

function readGroup(cursor: Cursor, level: number, start: number): Expression {
  if (level >= MAX_GROUPS) throw new PatternRefused(`Groups nest deeper than ${MAX_GROUPS}.`, start);
  if (cursor.source[cursor.at] === '?') {
    if (!cursor.source.startsWith('?:', cursor.at)) {
      throw new PatternRefused('Of groups that begin with (? only (?: can be used: no lookaround, no names.', start);
    }
    cursor.at += 2;
  }
  const inner = readChoice(cursor, level + 1);
  if (cursor.source[cursor.at] !== ')') throw new PatternRefused('This ( is never closed.', start);
  cursor.at += 1;
  return inner;
}

function readEscape(cursor: Cursor, start: number): Expression {
  const char = cursor.source[cursor.at] ?? '';
  if (char === 'b' || char === 'B') {
    cursor.at += 1;
    return { kind: 'edge', edge: char === 'b' ? 'word' : 'no-word' };
  }
  return readEscapedCharacters(cursor, start);
}

function readEscapedCharacters(cursor: Cursor, start: number, literals = '^$\\.*+?()[]{}|/'): Characters {
  const char = cursor.source[cursor.at] ?? '';
  cursor.at += 1;
  const ranges = classes.get(char.toLowerCase());
  if (ranges !== undefined) return { kind: 'characters', ranges, isNegated: char !== char.toLowerCase() };
  const control = controls.get(char);
  if (control !== undefined) return one(control);
  if (char === 'u' || char === 'x') return one(readCode(cursor, char, start));
  if (char !== '' && literals.includes(char)) return one(char.codePointAt(0) ?? 0);
  if (/[1-9k]/.test(char)) throw new PatternRefused('References back to a group cannot be used.', start);
  throw new PatternRefused('This escape is not known.', start);
}

function readCode(cursor: Cursor, kind: 'u' | 'x', start: number): number {
  const rest = cursor.source.slice(cursor.at, cursor.at + 10);
  const found = (kind === 'x' ? /^([0-9a-f]{2})/i : /^(?:([0-9a-f]{4})|\{([0-9a-f]{1,6})\})/i).exec(rest);
  const code = found === null ? Number.NaN : Number.parseInt(found[1] ?? found[2] ?? '', 16);
  if (found === null || code > LAST) throw new PatternRefused('This is no code of a character.', start);
  cursor.at += found[0].length;
  return code;
}

function readSet(cursor: Cursor, start: number): Characters {
  const isNegated = cursor.source[cursor.at] === '^';
  if (isNegated) cursor.at += 1;
  const ranges: (readonly [number, number])[] = [];
  for (;;) {
    if (cursor.at >= cursor.source.length) throw new PatternRefused('This [ is never closed.', start);
    if (cursor.source[cursor.at] === ']') break;
    ranges.push(...readRange(cursor));
  }
  cursor.at += 1;
  return { kind: 'characters', ranges, isNegated };
}

function readRange(cursor: Cursor): readonly (readonly [number, number])[] {
  const start = cursor.at;
  const from = readMember(cursor);
  const isRange = cursor.source[cursor.at] === '-' && (cursor.source[cursor.at + 1] ?? ']') !== ']';
  if (!isRange) return from.isNegated ? complement(from.ranges) : from.ranges;
  cursor.at += 1;
  const to = readMember(cursor);
  const [low, high] = [single(from), single(to)];
  if (low === undefined || high === undefined || low > high) {
    throw new PatternRefused('This is no range of characters.', start);
  }
  return [[low, high]];
}

function readMember(cursor: Cursor): Characters {
  const start = cursor.at;
  const code = cursor.source.codePointAt(start) ?? 0;
  const char = String.fromCodePoint(code);
  cursor.at += char.length;
  return char === '\\' ? readEscapedCharacters(cursor, start, '^$\\.*+?()[]{}|/-') : one(code);
}

function single({ ranges, isNegated }: Characters): number | undefined {
  const [range] = ranges;
  return ranges.length === 1 && !isNegated && range?.[0] === range?.[1] ? range?.[0] : undefined;
}

function one(code: number): Characters {
  return { kind: 'characters', ranges: [[code, code]], isNegated: false };
}

/** All characters but these; the ranges are in order and apart. */
function complement(ranges: Characters['ranges']): (readonly [number, number])[] {
  const gaps: (readonly [number, number])[] = [];
  let next = 0;
  for (const [low, high] of ranges) {
    if (low > next) gaps.push([next, low - 1]);
    next = high + 1;
  }
  return [...gaps, [next, LAST]];
}
