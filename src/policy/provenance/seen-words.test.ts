import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readStructure } from './structure/read-structure.ts';
import { createSeenWords } from './seen-words.ts';
import { tokensOf } from './tokens.ts';

const prose = (text: string) => ({ text, node: undefined });

test('a value was seen when all of its words were, in whatever texts', () => {
  const seen = createSeenWords(100, false);
  seen.add(prose('Write to Mallory.'));
  expect(seen.has('write mallory')).toBe(true);
  expect(seen.has('mallory@evil.example')).toBe(false);
  seen.add(prose('Her address is <mallory@evil.example>!'));
  expect(seen.has('mallory@evil.example')).toBe(true);
});

test('what was added after a question is read for the next one', () => {
  const seen = createSeenWords(100, false);
  expect(seen.has('late')).toBe(false);
  seen.add(prose('too late'));
  expect(seen.has('late')).toBe(true);
});

test('a day counts as seen where somebody wrote it, not where it is a field', () => {
  const seen = createSeenWords(100, false);
  const text = JSON.stringify([{ due: '2026-05-13', body: 'We meet on 14 May.' }]);
  seen.add({ text, node: readStructure(text) });
  expect(seen.has('2026-05-14')).toBe(true);
  expect(seen.has('2026-05-13')).toBe(false);
});

test('with more words than it may keep everything counts as seen, before and after', () => {
  const seen = createSeenWords(3, false);
  seen.add(prose('one two three'));
  expect(seen.has('four')).toBe(false);
  seen.add(prose('one'));
  expect(seen.has('four')).toBe(true);
});

test('a flood is for good, also one from before it began', () => {
  const seen = createSeenWords(100, false);
  seen.flood();
  seen.add(prose('words'));
  expect(seen.has('anything')).toBe(true);
  expect(createSeenWords(100, true).has('anything')).toBe(true);
});

test('of more text than may wait, and of more texts, nothing is forgotten', () => {
  const [long, many] = [createSeenWords(100_000, false), createSeenWords(100_000, false)];
  long.add(prose(`first ${'filler '.repeat(40_000)}last`));
  for (let index = 0; index < 2_500; index += 1) many.add(prose(`word-${index}`));
  expect(long.has('first last')).toBe(true);
  expect(many.has('word-0 word-1200 word-2499')).toBe(true);
});

test('it has seen every word that a text has as a token', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom("Ann's", '“x”,', '1,200', '…', '--', 'ﬁ', '\n')),
  );
  fc.assert(
    fc.property(text, (some) => {
      const whole = typeof some === 'string' ? some : some.join(' ');
      const seen = createSeenWords(1_000, false);
      seen.add(prose(whole));
      for (const token of tokensOf(whole)) expect(seen.has(token.raw)).toBe(true);
    }),
  );
});
