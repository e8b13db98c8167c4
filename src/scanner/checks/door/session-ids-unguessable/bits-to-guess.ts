const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Random bits of the versions of UUIDs that hold something else as well (RFC 9562). */
const UUID_BITS: Readonly<Record<string, number>> = { '1': 14, '2': 14, '4': 122, '6': 14, '7': 74 };

/** Sizes of the alphabets that ids are written in, the smallest first. */
const ALPHABETS: readonly (readonly [RegExp, number])[] = [
  [/^[0-9]*$/, 10],
  [/^(?:[0-9a-f]*|[0-9A-F]*)$/, 16],
  [/^(?:[0-9a-z]*|[0-9A-Z]*)$/, 36],
  [/^[0-9A-Za-z]*$/, 62],
  [/^[0-9A-Za-z+/_=.~-]*$/, 65],
];
const VISIBLE = 94;
/** What is the same in all ids is meant to be when chance would make it so less than once in 2^this. */
const SURE_BITS = 30;
/** Longer ids are judged by their beginning. */
const MAX_LENGTH = 512;

/**
 * The most bits that somebody who knows some session ids has to guess of another one, as far as their text shows it. A
 * position that is the same in all of them counts for nothing. An upper bound: the hash of a counter looks like chance.
 * @param ids at least two, all different
 */
export function bitsToGuess(ids: readonly string[]): number {
  const bits = bitsOfText(ids.map((id) => id.slice(0, MAX_LENGTH)));
  const versions = new Set(ids.map((id) => UUID.exec(id)?.[1]));
  const [version] = versions;
  const known = versions.size === 1 && version !== undefined ? UUID_BITS[version] : undefined;
  return known === undefined ? bits : Math.min(bits, known);
}

function bitsOfText(ids: readonly string[]): number {
  const length = Math.min(...ids.map((id) => id.length));
  const columns = Array.from({ length }, (_, at) => ids.map((id) => id[at] ?? ''));
  const varying = columns.filter((column) => !isSame(column));
  const each = Math.log2(alphabetOf(varying.flat().join('')));
  const others = ids.length - 1;
  let bits = 0;
  let run = 0;
  const endRun = (): void => {
    // A few positions are the same by chance; a whole prefix is not.
    if (run * each * others < SURE_BITS) bits += run * each;
    run = 0;
  };
  for (const column of columns) {
    if (!isSame(column)) {
      endRun();
      bits += each;
    } else if (/[0-9A-Za-z]/.test(column[0] ?? '')) run += 1;
    else endRun();
  }
  endRun();
  return varying.length === 0 ? 0 : bits;
}

function isSame(column: readonly string[]): boolean {
  return column.every((char) => char === column[0]);
}

function alphabetOf(text: string): number {
  return ALPHABETS.find(([shape]) => shape.test(text))?.[1] ?? VISIBLE;
}
