import type { Cell, Row } from './bench.ts';

/** Rows as aligned text, numbers to the right; rows that share no columns stand in tables of their own. */
export function tableOf(rows: readonly Row[]): string {
  return blocksOf(rows).map(blockText).join('\n\n');
}

function blocksOf(rows: readonly Row[]): Row[][] {
  const blocks: Row[][] = [];
  for (const row of rows) {
    const block = blocks.at(-1);
    if (block !== undefined && areAlike(columnsOf(block), Object.keys(row))) block.push(row);
    else blocks.push([row]);
  }
  return blocks;
}

/** A row that could not be measured has a note and little else: it stays where it is. */
function areAlike(one: readonly string[], other: readonly string[]): boolean {
  const isWithin = (few: readonly string[], many: readonly string[]): boolean =>
    few.every((column) => column === 'note' || many.includes(column));
  return isWithin(one, other) || isWithin(other, one);
}

function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function blockText(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const lines = [columns, ...rows.map((row) => columns.map((column) => textOf(row[column])))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const isNumeric = columns.map((column) => rows.every((row) => typeof row[column] !== 'string'));
  const pad = (text: string, index: number): string => {
    const width = widths[index] ?? 0;
    return isNumeric[index] === true ? text.padStart(width) : text.padEnd(width);
  };
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

function textOf(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '–';
  return typeof cell === 'number' ? cell.toLocaleString('en', { maximumFractionDigits: 2 }) : cell;
}
