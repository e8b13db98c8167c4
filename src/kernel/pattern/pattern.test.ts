import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from './compile.ts';
import { BudgetSpent, type Budget, matches } from './match.ts';
import { PatternRefused } from './parse.ts';

const plenty = (): Budget => ({ left: 1e9 });
const finds = (source: string, text: string) => matches(compilePattern(source), text, plenty());

/** Steps that a text costs: what is asserted instead of time. */
function cost(source: string, text: string): number {
  const budget = plenty();
  matches(compilePattern(source), text, budget);
  return 1e9 - budget.left;
}

// Each takes exponential or at least quadratic time where an engine tries one way after another.
const catastrophic = [
  '(a+)+$',
  '^(a+)+$',
  '(a|a)*$',
  '(a|aa)+$',
  '^(a*)*b',
  '(.*)*x',
  '(x+x+)+y',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(a?){50}a{50}b',
  '.*.*.*=.*',
];

describe('patterns that are known to ruin engines that backtrack', () => {
  it.each(catastrophic)('%s costs a hostile text of ten times the length ten times as much, and no more', (source) => {
    for (const unit of ['a', 'x', 'aA']) {
      const short = cost(source, `${unit.repeat(1_000)}!`);
      const long = cost(source, `${unit.repeat(10_000)}!`);
      expect(long).toBeLessThan(short * 11);
    }
  });

  it.each(catastrophic)('%s never costs more than its states times the characters', (source) => {
    const { length } = compilePattern(source).states;
    const ranges = 5;
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(cost(source, text)).toBeLessThanOrEqual((length * ranges + 1) * (text.length + 1));
      }),
    );
  });

  it('stop when what may be spent is spent, and judge nothing then', () => {
    const budget = { left: 1_000 };
    expect(() => matches(compilePattern('(a+)+$'), 'a'.repeat(100_000), budget)).toThrow(BudgetSpent);
  });
});

describe('what an automaton cannot decide', () => {
  it.each([
    ['(a)\\1', 3],
    ['\\k<x>', 0],
    ['(?=a)b', 0],
    ['a(?!b)', 1],
    ['(?<=a)b', 0],
    ['(?<!a)b', 0],
    ['(?<name>a)', 0],
    ['a(?i)b', 1],
  ])('is refused where it stands: %s', (source, offset) => {
    expect(() => compilePattern(source)).toThrow(expect.objectContaining({ offset }));
  });

  it.each([
    'a{101}',
    'a{1,101}',
    '((a{100}){100}){100}',
    '(((a?){99}){99}){99}',
    'a'.repeat(1_001),
    '('.repeat(40) + ')'.repeat(40),
  ])('and what would take too many states: %s', (source) => {
    expect(() => compilePattern(source)).toThrow(PatternRefused);
  });

  it.each([
    '(',
    ')',
    '[',
    'a**',
    '*',
    '+a',
    '?',
    'a{',
    'a{2,1}',
    '{1}',
    'a}',
    ']',
    '[b-a]',
    '[\\w-z]',
    '\\',
    '\\q',
    '\\u12',
    '^*',
    '\\b+',
  ])('and what is no pattern: %s', (source) => {
    expect(() => compilePattern(source)).toThrow(PatternRefused);
  });
});

describe('a pattern', () => {
  it('is found anywhere unless it says where', () => {
    expect(finds('b', 'abc')).toBe(true);
    expect(finds('^b', 'abc')).toBe(false);
    expect(finds('c$', 'abc')).toBe(true);
    expect(finds('c$', 'abc\n')).toBe(false);
  });

  it('ignores case where it says so', () => {
    expect(finds('(?i)^bearer ß[a-z]$', 'BEARER ßX')).toBe(true);
    expect(finds('^bearer', 'Bearer')).toBe(false);
    expect(finds('(?i)[^a]', 'A')).toBe(false);
  });

  it('takes a character beyond the basic plane for one', () => {
    expect(finds('^.$', '😀')).toBe(true);
    expect(finds('^[😀-😂]{2}$', '😁😂')).toBe(true);
    expect(finds('\\u{1F600}', '😀')).toBe(true);
  });

  it('may be empty, and then is always found', () => {
    expect(finds('', '')).toBe(true);
    expect(finds('()*', 'x')).toBe(true);
    expect(finds('a|', 'x')).toBe(true);
  });
});

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\D',
  '[ab]',
  '[^a]',
  '[a-c1]',
  '[^\\d\\s]',
  '[\\W_]',
  '\\.',
  '\\n',
  ' ',
  '_',
  'é',
);
const { pattern: arbitrary } = fc.letrec<{ pattern: string; group: string }>((tie) => ({
  pattern: fc.array(tie('group'), { minLength: 0, maxLength: 4 }).map((parts) => parts.join('')),
  group: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    atom,
    fc.constantFrom('^', '$', '\\b', '\\B'),
    fc
      .tuple(tie('pattern'), fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{0,2}?', '{1,}'))
      .map(([inner, many]) => `(?:${inner})${many}`),
    fc.tuple(atom, fc.constantFrom('*', '+', '?', '*?', '{2,}')).map(([inner, many]) => inner + many),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
  ),
}));
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' ', '.', '_', '\n', 'é', 'A'), maxLength: 8 });

describe('any pattern', () => {
  it("says what JavaScript's own engine says", () => {
    fc.assert(
      fc.property(arbitrary, texts, (source, text) => {
        expect(finds(source, text)).toBe(new RegExp(source, 'u').test(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is compiled or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'()[]{}|*+?\\^$.-a1,:b'.split('')) })),
        texts,
        (source, text) => {
          try {
            expect(typeof finds(source, text)).toBe('boolean');
            // What we take, JavaScript takes too, apart from the word for ignoring case.
            expect(() => new RegExp(source.replace(/^\(\?i\)/, ''), 'u')).not.toThrow();
          } catch (error) {
            if (!(error instanceof PatternRefused)) throw error;
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
