import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns, padded, wrapped } from './columns.ts';

describe('columns', () => {
  it('counts Han twice', () => {
    expect(columns('TLS 版本')).toBe(8);
  });

  it('fills and cuts to exactly what is asked for, or one less before a wide sign', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '中', '。') }),
        fc.integer({ min: 2, max: 40 }),
        (text, width) => {
          const wide = columns(padded(text, width));
          return wide === width || wide === width - 1;
        },
      ),
    );
  });
});

describe('wrapping', () => {
  it('breaks at blanks and between Han, never before closing punctuation', () => {
    expect(wrapped('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapped('配置会话超时。', 12)).toEqual(['配置会话超', '时。']);
  });

  it('keeps every sign and no line longer than asked', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '中', '。') }),
        fc.integer({ min: 6, max: 30 }),
        (text, width) => {
          const lines = wrapped(text, width);
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
          for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
