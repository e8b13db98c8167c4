import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../src/kernel/text.ts';
import { spreadsheet } from '../../src/scanner/report/spreadsheet.ts';
import { finding } from '../finding.ts';
import { scanResult } from '../scan-result.ts';
import { anyScan, anyText } from './any-scan.ts';
import { rendered } from './rendered.ts';

/** RFC 4180 to the letter: rows end in CRLF, quotes are doubled, nothing stands outside of them. @throws otherwise */
function rowsOf(csv: string): string[][] {
  if (!csv.startsWith('\ufeff')) throw new Error('There is no mark.');
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = /"((?:[^"]|"")*)"(,|\r\n)/y;
  cells.lastIndex = 1;
  while (cells.lastIndex < csv.length) {
    const [, cell = '', end] = cells.exec(csv) ?? [];
    if (end === undefined) throw new Error('This is no CSV.');
    row.push(cell.replaceAll('""', '"'));
    if (end !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

/** What some spreadsheet would run: at the beginning, or behind what it takes for the end of a cell. */
const RUNS = /(?:^|[;\t\r\n])[\s"\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

describe('a spreadsheet', () => {
  it('reads back as it was written, but for apostrophes before formulas', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyText, { minLength: 3, maxLength: 3 })), (rows) => {
        const read = rowsOf(spreadsheet(rows));
        const bare = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd').replaceAll("'", '');
        expect(read.map((row) => row.map(bare))).toEqual(rows.map((row) => row.map(bare)));
      }),
    );
  });

  it('runs nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyText, { minLength: 3, maxLength: 3 })), (rows) => {
        expect(
          rowsOf(spreadsheet(rows))
            .flat()
            .filter((cell) => RUNS.test(cell)),
        ).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['=1', '+1', '-1', '@a', '\t=1', '\r=1', ' =1', '"=1', ' "=1', '\uff1d1', '\ufeff=1', '|calc', '%0'])(
    'puts an apostrophe before %j',
    (text) => {
      expect(rowsOf(spreadsheet([[text]]))[0]?.[0]).toMatch(/^'/);
    },
  );

  it('leaves other text as it is', () => {
    const row = ['a=1', 'x-y, z', '3 - 2', 'say "no"', "it's", '审计'];
    expect(rowsOf(spreadsheet([row]))).toEqual([row]);
  });
});

describe('the action plan', () => {
  it('has the same columns in every row, whatever the targets are called', async () => {
    await fc.assert(
      fc.asyncProperty(anyScan, fc.constantFrom(...languages), async (scan, language) => {
        const rows = rowsOf(await rendered(scan, 'csv', language));
        expect(new Set(rows.map((row) => row.length))).toEqual(new Set([12]));
      }),
    );
  });

  it('asks each question to people once', async () => {
    const manual = finding({ outcome: 'manual', control: 'C18', check: 'incident-plan' });
    const rows = rowsOf(await rendered(scanResult({ findings: [manual] }), 'csv'));
    expect(rows.filter((row) => row[1]?.startsWith('C18'))).toHaveLength(1);
  });
});
