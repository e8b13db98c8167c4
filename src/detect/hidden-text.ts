/** How text is kept from the eyes of whoever approves a tool while a model still reads it. */
export type HidingKind =
  | 'tag-characters'
  | 'bidi-override'
  | 'zero-width-run'
  | 'terminal-escape'
  | 'blank-run'
  | 'comment';

/** A place where text hides. */
export interface Hiding {
  readonly kind: HidingKind;
  /** Index in the text, UTF-16 units. */
  readonly at: number;
  /** How many characters. */
  readonly count: number;
  /** What it says, where it can be made visible; at most 200 characters. */
  readonly says?: string;
}

const MAX_SHOWN = 200;
const MAX_FOUND = 20;

/** Places in a text that a reader does not see and a model does; at most 20. Linear in the text. */
export function findHidden(text: string): readonly Hiding[] {
  const found = [
    ...tagCharacters(text),
    ...matches(text, BIDI, 'bidi-override'),
    ...zeroWidthRuns(text),
    ...matches(text, TERMINAL, 'terminal-escape'),
    ...blankRuns(text),
    ...comments(text),
  ];
  return found.toSorted((a, b) => a.at - b.at).slice(0, MAX_FOUND);
}

// Overrides turn text around; the isolates and marks that right-to-left languages need do not.
const BIDI = /[\u202D\u202E]/g;
// CSI and OSC sequences and the other control characters that a terminal obeys; not tab, line feed, carriage return.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const TERMINAL = /[\u001B\u009B\u0007\u0008\u0000\u007F]/g;

function matches(text: string, pattern: RegExp, kind: HidingKind): Hiding[] {
  const first = text.search(pattern);
  return first === -1 ? [] : [{ kind, at: first, count: text.match(pattern)?.length ?? 1 }];
}

// The flag of England or Wales is a black flag, up to six tag letters and the cancel tag: nothing hides there.
const FLAG = /\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,6}\u{E007F}/gu;
const TAGS = /[\u{E0000}-\u{E007F}]{1,4096}/gu;

function tagCharacters(text: string): Hiding[] {
  if (!/[\u{E0000}-\u{E007F}]/u.test(text)) return [];
  const withoutFlags = text.replaceAll(FLAG, (flag) => ' '.repeat(flag.length));
  return [...withoutFlags.matchAll(TAGS)].slice(0, MAX_FOUND).map((match) => {
    const chars = Array.from(match[0], (char) => (char.codePointAt(0) ?? 0) - 0xe0000);
    const says = chars.map((code) => (code >= 32 && code < 127 ? String.fromCodePoint(code) : '')).join('');
    return { kind: 'tag-characters', at: match.index, count: chars.length, says: says.slice(0, MAX_SHOWN) };
  });
}

// Zero-width space, non-joiner, joiner, word joiner and its neighbours, BOM, soft hyphen, Mongolian separator, selectors.
const ZERO_WIDTH = /(?:[\u200B-\u200D\u2060-\u2064\uFEFF\u00AD\u180E]|\p{Variation_Selector}){1,4096}/gu;
const MIN_RUN = 4;
/** Single ones strewn between letters: as within `ig-nore`, words that a filter would not recognise. */
const MIN_STREWN = 3;

function zeroWidthRuns(text: string): Hiding[] {
  const found: Hiding[] = [];
  let strewn = 0;
  let firstStrewn = -1;
  for (const match of text.matchAll(ZERO_WIDTH)) {
    if (match[0].length >= MIN_RUN) found.push({ kind: 'zero-width-run', at: match.index, count: match[0].length });
    else if (isBetweenLatin(text, match.index, match[0])) {
      strewn += 1;
      if (firstStrewn === -1) firstStrewn = match.index;
    }
    if (found.length >= MAX_FOUND) break;
  }
  if (strewn >= MIN_STREWN) found.push({ kind: 'zero-width-run', at: firstStrewn, count: strewn });
  return found;
}

// Joiners belong to emoji and to Persian, Hindi and other scripts; between Latin letters nothing needs them.
function isBetweenLatin(text: string, at: number, run: string): boolean {
  if (run.includes('\u00AD')) return false;
  return /[A-Za-z]/.test(text[at - 1] ?? '') && /[A-Za-z]/.test(text[at + run.length] ?? '');
}

const MIN_BLANK_LINES = 25;
const MIN_BLANKS = 200;

/** Text pushed out of sight: behind many empty lines, or so far to the right that a window does not show it. */
function blankRuns(text: string): Hiding[] {
  const found: Hiding[] = [];
  for (const match of text.matchAll(/\s{25,}/g)) {
    const isBehind = match.index + match[0].length < text.length && match.index > 0;
    const lines = match[0].split('\n').length - 1;
    const blanks = lines === 0 ? match[0].length : 0;
    if (isBehind && (lines >= MIN_BLANK_LINES || blanks >= MIN_BLANKS))
      found.push({ kind: 'blank-run', at: match.index, count: match[0].length });
    if (found.length >= MAX_FOUND) break;
  }
  return found;
}

/** HTML comments, which a page that renders a description leaves out. */
function comments(text: string): Hiding[] {
  const found: Hiding[] = [];
  for (let at = text.indexOf('<!--'); at !== -1 && found.length < MAX_FOUND; at = text.indexOf('<!--', at + 4)) {
    const end = text.indexOf('-->', at + 4);
    const inside = text.slice(at + 4, end === -1 ? undefined : end).trim();
    if (inside !== '') found.push({ kind: 'comment', at, count: inside.length, says: inside.slice(0, MAX_SHOWN) });
    if (end === -1) break;
  }
  return found;
}
