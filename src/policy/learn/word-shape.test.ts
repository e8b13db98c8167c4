import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../kernel/pattern/compile.ts';
import { matches } from '../../kernel/pattern/match.ts';
import { addText, createShape, patternOf, shapeKey } from './word-shape.ts';

function shapeOf(texts: readonly string[]): string {
  const [first = ''] = texts;
  const shape = createShape(shapeKey(first) ?? '');
  for (const text of texts) addText(shape, text);
  return patternOf(shape);
}
const fits = (pattern: string, text: string): boolean =>
  matches(compilePattern(`^(?:${pattern})$`), text, { left: 1_000_000 });

describe('the shape of words', () => {
  it('matches every text that it was made of, in the syntax of linear time', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
    const separator = fc.stringMatching(/^[!-/:-@[-`{-~ ]{1,3}$/);
    fc.assert(
      fc.property(separator, fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 20 }), (between, pairs) => {
        const texts = pairs.map(([one, other]) => `${one}${between}${other}`);
        const pattern = shapeOf(texts);
        for (const text of texts) expect(fits(pattern, text)).toBe(true);
      }),
    );
  });

  it('refuses what carries something else behind, before or between', () => {
    const pattern = shapeOf(Array.from({ length: 20 }, (_, i) => `#W${1_000_000 + i * 7}`));
    expect(fits(pattern, '#W7654321')).toBe(true);
    for (const bad of ['#W7654321; drop', '##W7654321', '../#W7654321', '#W765432', '#W765432x', '#W7654321\n', '']) {
      expect(fits(pattern, bad)).toBe(false);
    }
  });

  it('takes a place of small evidence for wider than it was', () => {
    expect(shapeOf(['ann_1', 'bob_22'])).toBe('[a-z]{1,6}_[0-9]{1,4}');
  });

  it('has none for what is too long, not ASCII, or many words', () => {
    for (const text of ['', 'ä', 'a\nb', 'x'.repeat(129), 'a '.repeat(13), '---']) {
      expect(shapeKey(text)).toBeUndefined();
    }
  });
});
