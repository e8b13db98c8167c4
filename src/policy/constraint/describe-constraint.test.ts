import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Constraint } from './constraint.ts';
import { describeConstraint } from './describe-constraint.ts';

test.each<[Constraint, string]>([
  [{}, 'must be there'],
  [{ optional: true }, 'may be anything or absent'],
  [{ subpath: ['/tmp'] }, 'must be under /tmp'],
  [{ subpath: ['/tmp', '/srv'] }, 'must be under /tmp or /srv'],
  [{ oneOf: ['a', 1, null] }, 'must be "a", 1 or null'],
  [{ min: 1, max: 5 }, 'must be a number from 1 to 5'],
  [{ max: 5, optional: true }, 'must be a number of at most 5 or absent'],
  [
    { emailDomain: ['example.com'], maxLength: 9 },
    'must have at most 9 characters or items and be an e-mail address at example.com',
  ],
  [
    { argv: [{ program: 'git', words: [{ oneOf: ['log'] }], rest: {} }, { program: 'ls' }] },
    'must run git "log" … or ls',
  ],
  [{ each: { origin: ['https://a.example'] } }, 'must have items each of which must be a URL of https://a.example'],
  [{ oneOf: [1, 2, 3, 4, 5, 6, 7] }, 'must be 1, 2, 3, 4, 5 or one of 2 more'],
])('%j: %s', (constraint, text) => {
  expect(describeConstraint(constraint)).toBe(text);
});

test('long and odd ones stay short and printable', () => {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(texts, (oneOf) => {
      const all = { oneOf, subpath: oneOf, origin: oneOf, host: oneOf, emailDomain: oneOf, pattern: oneOf[0] ?? '' };
      const text = describeConstraint({
        ...all,
        each: all,
        argv: oneOf.map((program) => ({ program, words: [{ oneOf }] })),
      });
      expect(text.length).toBeLessThanOrEqual(600);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
