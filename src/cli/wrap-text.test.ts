import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, padColumns, wrapText } from './wrap-text.ts';

describe('wrapText', () => {
  it('breaks at spaces', () => {
    expect(wrapText('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });

  it('counts Han as two columns and breaks between them', () => {
    expect(columnsOf('审计 log')).toBe(8);
    expect(wrapText('审计日志轮换', 8)).toEqual(['审计日志', '轮换']);
  });

  it('begins no line with a closing mark and ends none with an opening one', () => {
    expect(wrapText('审计日志。', 8)).toEqual(['审计日', '志。']);
    expect(wrapText('审计日（志）', 8)).toEqual(['审计日', '（志）']);
  });

  it('keeps a word that is too long on a line of its own', () => {
    expect(wrapText(`a ${'x'.repeat(20)} b`, 10)).toEqual(['a', 'x'.repeat(20), 'b']);
  });

  it('loses and adds nothing but white space', () => {
    const unit = fc.constantFrom('a', 'b', ' ', '审', '。', '（', '`', '\n', '”');
    fc.assert(
      fc.property(fc.string({ unit }), fc.integer({ min: 4, max: 40 }), (text, width) => {
        const bare = (some: string): string => some.replaceAll(/\s/g, '');
        expect(bare(wrapText(text, width).join(''))).toBe(bare(text));
      }),
    );
  });

  it('keeps lines within the width where every piece fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ab', '审', 'word', '计')),
        fc.integer({ min: 4, max: 40 }),
        (words, width) => {
          for (const line of wrapText(words.join(' '), width)) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe('padColumns', () => {
  it('fills up to a width and never cuts', () => {
    expect(padColumns('审计', 6)).toBe('审计  ');
    expect(padColumns('审计', 2)).toBe('审计');
  });
});
