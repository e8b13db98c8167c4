import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameDay, later, whenOf } from './when.ts';

function daysOf(text: string): string[] {
  return [...new Set(whenOf(text).days.map(({ year, month, day }) => `${year ?? '*'}-${month}-${day}`))];
}

describe('days', () => {
  it.each([
    ['2024-05-19T12:00:00Z', ['2024-5-19']],
    ['May 15th, 2024', ['2024-5-15']],
    ['on the 3rd of April 2025', ['2025-4-3']],
    ['January 11th to January 15th 2025', ['*-1-11', '2025-1-15']],
    ['from the 13th to the 17th of May 2024', ['2024-5-13', '2024-5-17']],
    ['May 10-13', ['*-5-10', '*-5-13']],
    ['3/4/2025', ['2025-3-4', '2025-4-3']],
    ['12.5.2024', ['2024-5-12']],
    ['chapter 13, page 44', []],
    ['2024-13-45', []],
    ['the 18th', []],
    ['for 1,200 euros', []],
  ])('in %j', (text, days) => {
    expect(daysOf(text)).toEqual(days);
  });

  it('are told from times and spans', () => {
    const when = whenOf('at 8 AM or 16:30 for half an hour, tomorrow');
    expect(when).toMatchObject({ days: [], times: [990, 480], spans: [30], relative: true });
  });

  it('are the same where years do not differ', () => {
    expect(isSameDay({ month: 5, day: 1 }, { year: 2024, month: 5, day: 1 })).toBe(true);
    expect(isSameDay({ year: 2023, month: 5, day: 1 }, { year: 2024, month: 5, day: 1 })).toBe(false);
    expect(later({ year: 2024, month: 12, day: 30 }, 3 * 1440)).toEqual({ year: 2025, month: 1, day: 2 });
  });

  it('are real ones, whatever the text', () => {
    const piece = fc.constantFrom(
      'may',
      '13',
      ' ',
      '-',
      'to',
      '2024',
      'the',
      'of',
      ':',
      '/',
      '.',
      'st',
      'june',
      ',',
      'hour',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          for (const { month, day, at = 0 } of whenOf(text).days) {
            expect(month >= 1 && month <= 12 && day >= 1 && day <= 31).toBe(true);
            expect(at < text.length).toBe(true);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
