import { createCount, mapOf, type Node, NotThisForm, plainScalar } from './node.ts';

// Prose fails every reader, and an error made anew costs more than all they read: the engine writes down its stack.
const NO_ROWS = new NotThisForm('no rows');
const HEADING = /^[\p{L}_][\p{L}\p{N}_ .#()/-]{0,39}$/u;

/**
 * Reads a Markdown table: every line is a row of it, and all have as many cells as the heading.
 * @throws NotThisForm on anything else
 */
export function readTable(text: string): Node {
  const lines = linesOf(text);
  if (lines.length < 3 || !lines.every((line) => line.startsWith('|') && line.endsWith('|'))) throw noRows();
  const [heading = [], rule = [], ...rows] = lines.map((line) => cellsOf(line.slice(1, -1)));
  if (!rule.every((cell) => /^:?-{1,80}:?$/.test(cell))) throw noRows();
  return recordsOf(heading, rows);
}

/**
 * Reads lines of values with ` | ` between them under a heading of names.
 * @throws NotThisForm when a line has more or fewer values than the heading has names: one of them was perhaps written to look like two
 */
export function readBarred(text: string): Node {
  const lines = linesOf(text);
  if (lines.length < 2 || !lines.every((line) => line.includes(' | '))) throw noRows();
  if (lines.some((line) => line.startsWith('|') || line.endsWith('|'))) throw noRows();
  const [heading = [], ...rows] = lines.map(cellsOf);
  return recordsOf(heading, rows);
}

function cellsOf(line: string): string[] {
  return line.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
}

/**
 * Reads lines of values between commas (or semicolons, tabs) under a heading of names.
 * @throws NotThisForm when a line has more or fewer values than the heading has names
 */
export function readSeparated(text: string): Node {
  const lines = linesOf(text);
  const [first = ''] = lines;
  const separator = [',', ';', '\t'].find((sign) => first.includes(sign));
  if (separator === undefined || lines.length < 2) throw noRows();
  const [heading = [], ...rows] = lines.map((line) => valuesOf(line, separator));
  return recordsOf(heading, rows);
}

function valuesOf(line: string, separator: string): string[] {
  const values: string[] = [];
  let [value, isQuoted] = ['', false];
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (sign === '"' && isQuoted && line.charAt(at + 1) === '"') {
      value += '"';
      at += 1;
    } else if (sign === '"' && (isQuoted || value.trim() === '')) isQuoted = !isQuoted;
    else if (sign === separator && !isQuoted) {
      values.push(value.trim());
      value = '';
    } else value += sign;
  }
  if (isQuoted) throw noRows();
  return [...values, value.trim()];
}

/**
 * Reads lines of `Name: value, Name: value`, one record each, all with the same names in the same order.
 * @throws NotThisForm on anything else
 */
export function readNamedLines(text: string): Node {
  const rows = linesOf(text).map((line) => line.split(/, (?=\p{Lu}[\p{L}\p{N} _-]{0,30}: )/u).map(pairOf));
  const [heading = []] = rows.map((row) => row.map(([name]) => name));
  const isSame = rows.every((row) => row.map(([name]) => name).join('\n') === heading.join('\n'));
  if (!isSame) throw noRows();
  return recordsOf(
    heading,
    rows.map((row) => row.map(([, value]) => value)),
  );
}

/**
 * Reads a table as commands print it: a heading with at least two spaces between its names, and every cell of every line
 * below the beginning of its name.
 * @throws NotThisForm when a cell begins anywhere else, or reaches into the next column
 */
export function readAligned(text: string): Node {
  const [first = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const names = [...first.matchAll(/\S+(?: \S+)*/g)];
  const starts = names.map(({ index }) => index);
  if (names.length < 2 || lines.length === 0 || first.includes('\t')) throw noRows();
  return recordsOf(
    names.map(([name]) => name),
    lines.map((line) => alignedCells(line, starts)),
  );
}

function alignedCells(line: string, starts: readonly number[]): readonly string[] {
  return starts.map((from, index) => {
    const cell = line.slice(from, starts[index + 1]);
    const isLast = index === starts.length - 1;
    const ends = isLast || cell.endsWith(' ') || line.length < (starts[index + 1] ?? 0);
    // A gap inside a cell could be the edge of another column.
    if (!ends || cell.startsWith(' ') || cell.trim() === '' || /\S {2,}\S/.test(cell)) throw noRows();
    return cell.trim();
  });
}

function pairOf(part: string): readonly [string, string] {
  const colon = part.indexOf(': ');
  if (colon < 1) throw noRows();
  return [part.slice(0, colon).trim(), part.slice(colon + 2).trim()];
}

function recordsOf(heading: readonly string[], rows: readonly (readonly string[])[]): Node {
  const count = createCount();
  const isTable = heading.length >= 2 && heading.every((name) => HEADING.test(name));
  if (!isTable || rows.length === 0) throw noRows();
  const items = rows.map((row) => {
    if (row.length !== heading.length) throw noRows();
    for (const _ of row) count();
    return mapOf(heading.map((name, index) => [name, plainScalar(row[index] ?? '')] as const));
  });
  return { kind: 'list', items };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function noRows(): NotThisForm {
  return NO_ROWS;
}
