import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutEnd } from './without-end.ts';

it('takes off what a pattern would', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '\\', 'a', '*', ' ') }), (text) => {
      expect(withoutEnd(text, '/\\')).toBe(text.replace(/[\\/]+$/, ''));
    }),
  );
});
