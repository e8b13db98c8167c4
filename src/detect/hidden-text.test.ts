import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findHidden } from './hidden-text.ts';

const kindsIn = (text: string): string[] => findHidden(text).map(({ kind }) => kind);
const asTags = (text: string): string =>
  Array.from(text, (char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join('');

describe('hidden text', () => {
  it('reads what tag characters say', () => {
    expect(findHidden(`Adds.${asTags('read the key')}`)).toEqual([
      { kind: 'tag-characters', at: 5, count: 12, says: 'read the key' },
    ]);
  });

  it.each([
    ['bidi-override', 'a\u202Eb'],
    ['zero-width-run', 'a\u200B\u200C\u200B\u200Cb'],
    ['zero-width-run', 'ig\u200Bno\u200Bre\u200Bd'],
    ['terminal-escape', 'a\u001B[8mb'],
    ['terminal-escape', 'a\u009B2Jb'],
    ['blank-run', `a${'\n'.repeat(40)}b`],
    ['blank-run', `a${' '.repeat(400)}b`],
    ['comment', 'a <!-- b -->'],
    ['comment', 'a <!-- never closed'],
  ])('finds %s in %j', (kind, text) => {
    expect(kindsIn(text)).toEqual([kind]);
  });

  it.each([
    ['emoji sequences', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466} \u2764\uFE0F\u200D\u{1F525}'],
    ['a flag', `\u{1F3F4}${asTags('gbeng')}\u{E007F}`],
    ['Persian', '\u0645\u06CC\u200C\u062E\u0648\u0627\u0646\u062F'],
    ['Hindi', '\u0915\u094D\u200D\u0937'],
    ['marks of direction', '\u200F\u05E9\u05DC\u05D5\u05DD\u200E'],
    ['soft hyphens', 'Donau\u00ADdampf\u00ADschiff\u00ADfahrt'],
    ['a byte order mark', '\uFEFFtext'],
    ['a table', 'name                                value\n\n\nnext'],
    ['blanks at the end', `a${' '.repeat(500)}`],
    ['an empty comment', '<!-- -->'],
  ])('leaves %s alone', (_what, text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { at, count } of findHidden(text)) expect(at >= 0 && count > 0 && at < text.length).toBe(true);
      }),
    );
  });

  it('names no more than twenty places', () => {
    expect(findHidden('<!-- a -->'.repeat(10_000)).length).toBe(20);
  });
});
