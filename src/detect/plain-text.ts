/**
 * A text as matching wants to read it: compatibility forms folded (NFKC), invisible characters gone, tag characters as
 * the letters that they stand for, look-alike letters inside Latin words as Latin ones, white space as single spaces,
 * lower case. For looking at, never for passing on.
 */
export function plainText(text: string): string {
  const visible = PLAIN_ASCII.test(text) ? text : unfold(text);
  return visible.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

const PLAIN_ASCII = /^[\t\n\r\x20-\x7E]*$/;
const TAG = /[\u{E0020}-\u{E007E}]/gu;
const INVISIBLE = /[\p{Cf}\uFE00-\uFE0F]/gu;
const TYPOGRAPHIC = /[‘’‛′]|[“”‟″]|[‐‑‒–—−]/gu;

function unfold(text: string): string {
  return text
    .replaceAll(TAG, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) - 0xe0000))
    .normalize('NFKC')
    .replaceAll(INVISIBLE, '')
    .replaceAll(TYPOGRAPHIC, (char) => ('‘’‛′'.includes(char) ? "'" : '“”‟″'.includes(char) ? '"' : '-'))
    .replaceAll(/[\p{L}\p{M}]+/gu, latinWord);
}

/** A word of Latin letters and look-alikes; whole words of another script stay what they are. */
function latinWord(word: string): string {
  return /[A-Za-z]/.test(word) ? skeleton(word) : word;
}

const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // Cyrillic
    а: 'a',
    в: 'b',
    е: 'e',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    с: 'c',
    т: 't',
    у: 'y',
    х: 'x',
    ѕ: 's',
    і: 'i',
    ј: 'j',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    һ: 'h',
    ӏ: 'l',
    ɡ: 'g',
    А: 'A',
    В: 'B',
    Е: 'E',
    К: 'K',
    М: 'M',
    Н: 'H',
    О: 'O',
    Р: 'P',
    С: 'C',
    Т: 'T',
    У: 'Y',
    Х: 'X',
    Ѕ: 'S',
    І: 'I',
    Ј: 'J',
    // Greek
    α: 'a',
    ε: 'e',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
    Α: 'A',
    Β: 'B',
    Ε: 'E',
    Ζ: 'Z',
    Η: 'H',
    Ι: 'I',
    Κ: 'K',
    Μ: 'M',
    Ν: 'N',
    Ο: 'O',
    Ρ: 'P',
    Τ: 'T',
    Υ: 'Y',
    Χ: 'X',
    // Armenian, Cherokee
    օ: 'o',
    ս: 'u',
    հ: 'h',
    ց: 'g',
    զ: 'q',
    Ꭺ: 'A',
    Ꭼ: 'E',
    Ꮋ: 'H',
    Ꮇ: 'M',
    Ꮪ: 'S',
    Ꭲ: 'T',
  }),
);

/** A name with each look-alike letter as the Latin one that it looks like. Names with one skeleton look alike. */
export function skeleton(name: string): string {
  let plain = '';
  for (const char of name.normalize('NFKC')) plain += LOOK_ALIKES.get(char) ?? char;
  return plain;
}

const SCRIPTS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
] as const;

/** Scripts with letters that look like one another's, as far as a name mixes them; one or none is in order. */
export function mixedScripts(name: string): readonly string[] {
  const scripts = SCRIPTS.filter(([, pattern]) => pattern.test(name)).map(([script]) => script);
  return scripts.length > 1 ? scripts : [];
}
