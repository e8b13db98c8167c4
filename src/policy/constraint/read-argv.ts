/** Longest command line, in UTF-16 units, and most words. */
const MAX_LENGTH = 32_768;
const MAX_WORDS = 1_000;

// Outside quotes a shell reads these as themselves, whatever its version and settings.
const BARE = /[\p{L}\p{M}\p{N}_@%+:,./=-]/u;
// Inside double quotes these still mean something: `!` to shells that keep a history.
const ALIVE = /[$`\\!]/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/**
 * Reads a command line into its words. A list of texts is taken as what it is: each text is one word, whatever stands in
 * it, so it has to reach a program without a shell in between.
 *
 * A single text is read as a POSIX shell would read it if nothing in it had a special meaning, and refused if anything
 * has: `$`, backtick, backslash, `;`, `&`, `|`, `<`, `>`, parentheses, braces, brackets, `*`, `?`, `~`, `#`, `!`, `^`, `=` in
 * the first word, line ends. Inside single quotes all but control characters stand for themselves, inside double quotes
 * all but `$`, backtick, backslash and `!`.
 * @returns undefined for what is no command line, for an empty one, for more than 1,000 words or 32,768 UTF-16 units
 */
export function readArgv(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return readLine(value);
  return Array.isArray(value) ? readWords(value) : undefined;
}

function readWords(list: readonly unknown[]): readonly string[] | undefined {
  if (list.length === 0 || list.length > MAX_WORDS || list[0] === '') return undefined;
  const words: string[] = [];
  let length = 0;
  for (const word of list) {
    if (typeof word !== 'string') return undefined;
    length += word.length;
    if (length > MAX_LENGTH || word.includes('\0') || !word.isWellFormed()) return undefined;
    words.push(word);
  }
  return words;
}

function readLine(text: string): readonly string[] | undefined {
  if (text.length > MAX_LENGTH || CONTROL.test(text) || !text.isWellFormed()) return undefined;
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text[at])) {
      at += 1;
      continue;
    }
    const word = readWord(text, at, words.length === 0);
    if (word === undefined || words.length >= MAX_WORDS) return undefined;
    words.push(word.text);
    at = word.end;
  }
  return words.length === 0 || words[0] === '' ? undefined : words;
}

/** One word: bare characters and quoted parts up to the next blank. */
function readWord(text: string, start: number, isFirst: boolean): { text: string; end: number } | undefined {
  let word = '';
  let at = start;
  while (at < text.length && !isBlank(text[at])) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (char === "'" || char === '"') {
      const close = text.indexOf(char, at + 1);
      const inside = text.slice(at + 1, close);
      if (close < 0 || (char === '"' && ALIVE.test(inside))) return undefined;
      word += inside;
      at = close + 1;
    } else {
      if (!BARE.test(char) || (isFirst && char === '=')) return undefined;
      word += char;
      at += char.length;
    }
  }
  return { text: word, end: at };
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}
