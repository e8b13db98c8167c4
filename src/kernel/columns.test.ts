import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, fitColumns, padColumns, wrapText } from './columns.ts';

const bare = (text: string): string => text.replaceAll(/\s/g, '');
/** Signs of every width, and those that stand on others. */
const unit = fc.constantFrom(
  'a',
  'b',
  ' ',
  '审',
  '。',
  '（',
  '`',
  '\n',
  '”',
  '…',
  '✓',
  'é',
  'e\u0301',
  '✅',
  '⚠\ufe0f',
  '👍🏽',
  '\ud800',
);

describe('columnsOf', () => {
  it.each([
    ['TLS 版本', 8],
    ['审计 log', 8],
    ['한글', 4],
    ['ｗｉｄｅ', 8],
    ['e\u0301', 1],
    ['✅', 2],
    ['👍🏽', 2],
    ['⚠', 1],
    ['⚠\ufe0f', 2],
    ['✓ · …', 5],
    ['🇩🇪', 2],
    ['', 0],
  ])('takes %j for %i columns', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });
});

describe('wrapText', () => {
  it('breaks at spaces', () => {
    expect(wrapText('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });

  it('breaks between Han', () => {
    expect(wrapText('审计日志轮换', 8)).toEqual(['审计日志', '轮换']);
  });

  it('begins no line with a closing mark and ends none with an opening one', () => {
    expect(wrapText('审计日志。', 8)).toEqual(['审计日', '志。']);
    expect(wrapText('审计日（志）', 8)).toEqual(['审计日', '（志）']);
  });

  it('cuts a word that is longer than a line', () => {
    expect(wrapText(`a ${'x'.repeat(14)} b`, 10)).toEqual(['a', 'x'.repeat(10), 'xxxx b']);
  });

  it('parts no sign from what stands on it', () => {
    expect(wrapText('e\u0301'.repeat(6), 4)).toEqual(['e\u0301'.repeat(4), 'e\u0301'.repeat(2)]);
  });

  it('loses and adds nothing but white space, and no line is wider than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit }), fc.integer({ min: 2, max: 40 }), (text, width) => {
        const lines = wrapText(text, width);
        expect(bare(lines.join(''))).toBe(bare(text));
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('bears any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (text, width) => {
        expect(bare(wrapText(text, width).join(''))).toBe(bare(text));
      }),
    );
  });
});

describe('padColumns', () => {
  it('fills up to a width and never cuts', () => {
    expect(padColumns('审计', 6)).toBe('审计  ');
    expect(padColumns('审计', 2)).toBe('审计');
  });
});

describe('fitColumns', () => {
  it('takes exactly the columns asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit }), fc.integer({ min: 2, max: 40 }), (text, width) => {
        expect(columnsOf(fitColumns(text, width))).toBe(width);
      }),
    );
  });

  it('shows that it cut', () => {
    expect(fitColumns('审计日志', 6)).toBe('审计… ');
    expect(fitColumns('审计', 6)).toBe('审计  ');
  });
});
