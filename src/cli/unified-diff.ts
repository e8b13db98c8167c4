/** A text as lines, and how each of them may be shown. */
export interface Side {
  readonly label: string;
  readonly lines: readonly string[];
  /** As many as `lines`; what is secret is hidden in them. */
  readonly shown: readonly string[];
}

/** Lines of context around a change. */
const CONTEXT = 3;
/** Largest table of the comparison, in cells; beyond it all lines between the first and the last change count as changed. */
const MAX_CELLS = 4_000_000;

type Mark = ' ' | '-' | '+';
interface Row {
  readonly mark: Mark;
  readonly text: string;
}

/** The difference between two texts as `diff -u` shows it; no lines where there is none. */
export function unifiedDiff(before: Side, after: Side): string[] {
  const rows = compare(before, after);
  if (rows.every(({ mark }) => mark === ' ')) return [];
  return [`--- ${before.label}`, `+++ ${after.label}`, ...hunks(rows)];
}

function compare(before: Side, after: Side): Row[] {
  const [a, b] = [before.lines, after.lines];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const rows = (mark: Mark, { shown }: Side, from: number, to?: number): Row[] =>
    shown.slice(from, to).map((text) => ({ mark, text }));
  const kept = (endA - start) * (endB - start) <= MAX_CELLS ? common(a.slice(start, endA), b.slice(start, endB)) : [];
  const middle: Row[] = [];
  let [atA, atB] = [start, start];
  for (const [keptA, keptB] of [...kept, [endA - start, endB - start] as const]) {
    middle.push(...rows('-', before, atA, start + keptA), ...rows('+', after, atB, start + keptB));
    if (start + keptA < endA) middle.push(...rows(' ', after, start + keptB, start + keptB + 1));
    [atA, atB] = [start + keptA + 1, start + keptB + 1];
  }
  return [...rows(' ', after, 0, start), ...middle, ...rows(' ', after, endB)];
}

/** The longest common subsequence, as pairs of indices. */
function common(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      pairs.push([i, j]);
      [i, j] = [i + 1, j + 1];
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

function hunks(rows: readonly Row[]): string[] {
  const changed = rows.flatMap(({ mark }, index) => (mark === ' ' ? [] : [index]));
  const lines: string[] = [];
  let [oldLine, newLine, next] = [1, 1, 0];
  while (changed.length > 0) {
    const from = Math.max((changed[0] ?? 0) - CONTEXT, next);
    let to = from;
    while (changed[0] !== undefined && changed[0] - CONTEXT <= to + CONTEXT) to = (changed.shift() ?? 0) + 1;
    to = Math.min(to + CONTEXT, rows.length);
    const skipped = from - next;
    [oldLine, newLine] = [oldLine + skipped, newLine + skipped];
    const part = rows.slice(from, to);
    const [olds, news] = [count(part, '+'), count(part, '-')];
    lines.push(`@@ -${range(oldLine, olds)} +${range(newLine, news)} @@`, ...part.map(({ mark, text }) => mark + text));
    [oldLine, newLine, next] = [oldLine + olds, newLine + news, to];
  }
  return lines;
}

/** How many rows do not have the mark. */
function count(rows: readonly Row[], without: Mark): number {
  return rows.filter(({ mark }) => mark !== without).length;
}

function range(line: number, length: number): string {
  return length === 0 ? `${line - 1},0` : `${line},${length}`;
}
