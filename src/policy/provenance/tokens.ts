/**
 * A text as words to compare. What a value is matched by must neither be a part of a longer word (`ann` in `joanne`,
 * `b@x.com` in `a.b@x.com`) nor look like another one: letters are compared as they are, so a Cyrillic `а` never
 * equals a Latin `a`.
 */
export interface Token {
  /** Folded: lower case, compatibility forms resolved, without punctuation around it. */
  readonly text: string;
  /** As it was written, without punctuation around it. */
  readonly raw: string;
  /** The same without a possessive `'s`, where there is one. */
  readonly owner?: string;
  /** True where punctuation follows: the next token belongs to another phrase. */
  readonly breaks: boolean;
  /** True where the character before it is a `#`. */
  readonly hash: boolean;
  /** Offset of its first character in the text. */
  readonly at: number;
  /** Offset after its last character. */
  readonly end: number;
}

// Invisible characters and marks count as letters, so that they make a word another one instead of vanishing.
// A comma inside a number is a part of it.
const CHUNK = /(?:[^\s,;()[\]{}<>"“”„«»`|*!?]|(?<=\d),(?=\d{2,3}(?!\d)))+/gu;
const LEADING = /^[^\p{L}\p{N}\p{Cf}\p{M}/~_+-]+/u;
const TRAILING = /[^\p{L}\p{N}\p{Cf}\p{M}/_+%]+$/u;
const PLAIN = /^[a-z0-9]+$/i;
const BREAK = /^['"”»)\]}]*[,;!?()[\]{}|]|^[^\S\n]*\n/u;
const POSSESSIVE = /^(.+)'s$/u;

/** The tokens of a text, at most `max` (default 20,000). */
export function tokensOf(text: string, max = 20_000): readonly Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(CHUNK)) {
    if (found.length >= max) break;
    const token = tokenOf(text, match[0], match.index);
    if (token !== undefined) found.push(token);
    else if (/[-–—]/u.test(match[0])) breakAfter(found);
  }
  return found;
}

/** What of a text {@link tokensOf} makes tokens, in order and as it was written. */
export function chunksOf(text: string): readonly string[] {
  return text.match(CHUNK) ?? [];
}

/** The text of the token that a chunk makes, whatever stands around it; undefined for one of signs alone. */
export function wordOf(chunk: string): string | undefined {
  return PLAIN.test(chunk) ? chunk.toLowerCase() : tokenOf(chunk, chunk, 0)?.text;
}

function breakAfter(found: Token[]): void {
  const last = found.pop();
  if (last !== undefined) found.push({ ...last, breaks: true });
}

function tokenOf(text: string, chunk: string, index: number): Token | undefined {
  if (PLAIN.test(chunk)) return plainToken(text, chunk, index);
  const lead = LEADING.exec(chunk)?.[0] ?? '';
  const rest = chunk.slice(lead.length);
  const tail = trailingOf(rest);
  const raw = rest.slice(0, rest.length - tail.length);
  if (!/[\p{L}\p{N}]/u.test(raw)) return undefined;
  const end = index + lead.length + raw.length;
  const folded = fold(raw);
  const owner = POSSESSIVE.exec(folded)?.[1];
  const breaks = /[.:]/.test(tail) || isBreakAt(text, end + tail.length);
  const base = { text: folded, raw, breaks, hash: lead.endsWith('#'), at: index + lead.length, end };
  return owner === undefined ? base : { ...base, owner };
}

/** Most words of most texts: nothing to strip, to fold or to take off. */
function plainToken(text: string, raw: string, at: number): Token {
  const end = at + raw.length;
  return { text: raw.toLowerCase(), raw, breaks: isBreakAt(text, end), hash: false, at, end };
}

function isBreakAt(text: string, at: number): boolean {
  return BREAK.test(text.slice(at, at + 8));
}

// Walks from the end by hand: a pattern that is anchored at the end tries every start in a long run of dots.
function trailingOf(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING.test(text.slice(end - 1, end))) end -= 1;
  return text.slice(end);
}

// oxlint-disable-next-line no-control-regex -- ASCII means all of it
const ASCII = /^[\u0000-\u007f]*$/;

/** Lower case, compatibility forms and typographic apostrophes resolved. */
export function fold(text: string): string {
  // There is nothing else to resolve, and most words of most results are such.
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKC').toLowerCase().replaceAll(/[’‘ʼ]/gu, "'");
}

/** The same text to keep: a part of a long text, as the engine holds it, would keep all of that in memory. */
export function cutLoose(text: string): string {
  return ` ${text}`.slice(1);
}

/** Where the tokens of a value begin in a text, as one run at token boundaries; -1: nowhere. */
export function runAt(text: readonly Token[], value: readonly Token[], from = 0): number {
  const [first] = value;
  if (first === undefined) return -1;
  for (let at = from; at + value.length <= text.length; at += 1) if (isRun(text, value, at)) return at;
  return -1;
}

function isRun(text: readonly Token[], value: readonly Token[], at: number): boolean {
  return value.every((want, index) => {
    const have = text[at + index];
    if (have === undefined) return false;
    const isLast = index === value.length - 1;
    if (have.text !== want.text && !(isLast && have.owner === want.text)) return false;
    return isLast || !have.breaks || want.breaks;
  });
}

const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u] as const;
const LATIN_OR_MARK = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;
const INVISIBLE = /\p{Cf}|\p{Cc}(?<![\n\r\t])|\p{Co}|\p{Cn}/u;

/**
 * True for a value that could be taken for another one: letters of several scripts in one word, invisible characters,
 * or forms that a target may or may not read as plain letters (`ａ`, `ﬁ`). Such a value counts as nobody's.
 */
export function isDisguised(value: string): boolean {
  if (/^[\t\n\r\u0020-\u007E]*$/.test(value)) return false;
  if (INVISIBLE.test(value) || value.normalize('NFKC') !== value.normalize('NFC').replaceAll('…', '...')) return true;
  return value.split(/[^\p{L}\p{M}]+/u).some(mixesScripts);
}

function mixesScripts(word: string): boolean {
  const scripts = SCRIPTS.filter((script) => script.test(word)).length;
  return scripts > 1 || (/\p{Script=Latin}/u.test(word) && LATIN_OR_MARK.test(word));
}
