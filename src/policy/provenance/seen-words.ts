import type { Part } from './result-parts.ts';
import { isWritten, scalarsIn } from './records.ts';
import { chunksOf, cutLoose, tokensOf, wordOf } from './tokens.ts';
import { whenOf } from './when.ts';

/** What untrusted tools said, word by word. */
export interface SeenWords {
  /** Takes note of a text. */
  add(part: Part): void;
  /** From now on everything counts as seen, for good. */
  flood(): void;
  /** True when all words of a value, or one of the days in it, were seen. */
  has(value: string): boolean;
}

/** Characters that wait to be read, and texts; with more, all of them are read at once. */
const MAX_WAITING = 262_144;
const MAX_WAITING_TEXTS = 1_000;

/**
 * Remembers words, and reads a text only when somebody asks: most results are never asked about. What waits is bounded,
 * and every text is read once at most, so the work is linear in what was added.
 *
 * @param max Different words; with more, everything counts as seen.
 */
export function createSeenWords(max: number, isFloodedAlready: boolean): SeenWords {
  const words = new Set<string>();
  let texts: string[] = [];
  let written: string[] = [];
  let waiting = 0;
  let isFlooded = isFloodedAlready;

  function add({ text, node }: Part): void {
    if (isFlooded) return;
    texts.push(text);
    waiting += text.length;
    for (const one of node === undefined ? [text] : scalarsIn(node)) {
      // A text without a digit names no day, and only what somebody wrote counts by its days.
      if (/\d/.test(one) && (node === undefined || isWritten(one))) written.push(one);
    }
    if (waiting > MAX_WAITING || texts.length > MAX_WAITING_TEXTS) read();
  }

  function read(): void {
    const isRoom = texts.every(readWords);
    if (isRoom)
      for (const text of written) for (const { month, day } of whenOf(text).days) words.add(`day ${month}-${day}`);
    else flood();
    forget();
  }

  /** False when there were too many. */
  function readWords(text: string): boolean {
    const known = new Set<string>();
    for (const chunk of chunksOf(text)) {
      if (words.size < max && known.has(chunk)) continue;
      const word = wordOf(chunk);
      if (word === undefined) continue;
      if (words.size >= max) return false;
      if (!words.has(word)) words.add(cutLoose(word));
      known.add(chunk);
    }
    return true;
  }

  function forget(): void {
    texts = [];
    written = [];
    waiting = 0;
  }

  function flood(): void {
    isFlooded = true;
    words.clear();
    forget();
  }

  function has(value: string): boolean {
    if (texts.length > 0) read();
    if (isFlooded) return true;
    const { days } = whenOf(value);
    if (days.length > 0) return days.some(({ month, day }) => words.has(`day ${month}-${day}`));
    return tokensOf(value, 1_000).every((token) => words.has(token.text));
  }

  return { add, flood, has };
}
