/**
 * What texts of one make look like: `mia_li_3668` and `raj_brown_12` are words of small letters and digits between
 * underscores. A shape never holds a whole value: of letters only what all values begin with, of digits nothing.
 */
export interface WordShape {
  /** What stands between the words; one more than there are words, at both ends too. */
  readonly separators: readonly string[];
  readonly words: readonly Word[];
  /** Different texts that were seen, at most {@link ENOUGH}. */
  readonly texts: Set<string>;
}

interface Word {
  /** What all values of the word begin with. */
  prefix: string;
  least: number;
  most: number;
  /** Kinds of characters at each place, as bits; the last place stands for all that follow. */
  readonly places: number[];
  /** Different ones that were seen, at most {@link ENOUGH}. */
  readonly found: Set<string>;
}

const UPPER = 1;
const LOWER = 2;
const DIGIT = 4;
const MAX_TEXT = 128;
const MAX_WORDS = 12;
const MAX_PLACES = 40;
/** Different texts from which on what they have in common is no coincidence. */
export const ENOUGH = 8;

/** Texts of one key have the same separators. @returns undefined for a text that has no shape: too long, not ASCII, too many words */
export function shapeKey(text: string): string | undefined {
  if (text.length === 0 || text.length > MAX_TEXT || !/^[\x20-\x7e]+$/.test(text)) return undefined;
  const key = text.replaceAll(/[A-Za-z0-9]+/g, '\0');
  const words = key.split('\0').length - 1;
  return words === 0 || words > MAX_WORDS ? undefined : key;
}

/** An empty shape for texts of a {@link shapeKey}. */
export function createShape(key: string): WordShape {
  const separators = key.split('\0');
  const words = separators
    .slice(1)
    .map(() => ({ prefix: '', least: 0, most: 0, places: [], found: new Set<string>() }));
  return { separators, words, texts: new Set() };
}

/** Adds a text of the shape's key. */
export function addText({ words, texts }: WordShape, text: string): void {
  const found = text.match(/[A-Za-z0-9]+/g) ?? [];
  for (const [index, word] of words.entries()) addWord(word, found[index] ?? '', texts.size === 0);
  if (texts.size < ENOUGH) texts.add(text);
}

function addWord(word: Word, text: string, isFirst: boolean): void {
  word.prefix = isFirst ? (/^[A-Za-z]*/.exec(text)?.[0] ?? '') : common(word.prefix, text);
  word.least = isFirst ? text.length : Math.min(word.least, text.length);
  word.most = Math.max(word.most, text.length);
  if (word.found.size < ENOUGH) word.found.add(text);
  for (let at = 0; at < text.length; at += 1) {
    const place = Math.min(at, MAX_PLACES - 1);
    word.places[place] = (word.places[place] ?? 0) | kindOf(text.charCodeAt(at));
  }
}

function common(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}

function kindOf(code: number): number {
  if (code <= 0x39) return DIGIT;
  return code <= 0x5a ? UPPER : LOWER;
}

/** The pattern (`kernel/pattern`) of a shape, a little wider than what was seen where few texts were. */
export function patternOf({ separators, words, texts }: WordShape): string {
  const isSure = texts.size >= ENOUGH;
  const parts = words.map((word, index) => wordPattern(word, isSure) + literal(separators[index + 1] ?? ''));
  return literal(separators[0] ?? '') + parts.join('');
}

function wordPattern({ prefix, least, most, places, found }: Word, isSure: boolean): string {
  // The same letters in many different texts are a literal; few different words, a coincidence that says nothing of length.
  if (isSure && found.size === 1 && prefix.length === most) return prefix;
  const isVaried = found.size >= ENOUGH;
  const kept = isVaried ? prefix : '';
  const kinds = places.slice(Math.min(kept.length, MAX_PLACES - 1)).reduce((all, kind) => all | kind, 0);
  const isExact = isVaried || (isSure && kinds === DIGIT);
  return `${kept}${setOf(kinds)}${counts(least - kept.length, most - kept.length, isExact)}`;
}

function setOf(kinds: number): string {
  if (kinds === DIGIT) return '[0-9]';
  // Names and codes come in other letters than the few that were seen; what has digits may lack them next time.
  const letters = `${(kinds & UPPER) === 0 ? '' : 'A-Z'}${(kinds & LOWER) === 0 ? '' : 'a-z'}`;
  return `[${letters}${(kinds & DIGIT) === 0 ? '' : '0-9'}]`;
}

/** How often: exactly as seen where all were alike, else up to twice the longest. */
function counts(least: number, most: number, isExact: boolean): string {
  if (isExact && least === most) return most === 1 ? '' : `{${most}}`;
  const upTo = 2 * most;
  return upTo > 100 ? `{${Math.min(1, least)},}` : `{${Math.min(1, least)},${upTo}}`;
}

function literal(text: string): string {
  return text.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
}

/** Any single word with these signs in it: letters, digits, `_`, `-`, and what stands between words in these shapes. */
export function anyWord(shapes: readonly WordShape[], longest: number): string {
  const signs = new Set(shapes.flatMap(({ separators }) => separators.flatMap((text) => text.split(''))));
  signs.delete('_');
  signs.delete('-');
  return `[A-Za-z0-9_${[...signs].toSorted().map(literal).join('')}\\-]${longest > 50 ? '+' : `{1,${Math.max(32, 2 * longest)}}`}`;
}
