import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalFrom, decimalOf, decimalText, exceeds, isAbove, minus, plus, roundedUp, zero } from './decimal.ts';

const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const cents = fc.integer({ min: 0, max: 1_000_000 }).map((value) => value / 100);

it('sums are those of the numbers as they are written', () => {
  expect(exceeds(0.1, 0.2, 0.3)).toBe(false);
  expect(exceeds(0.3, 5e-324, 0.3)).toBe(true);
  expect(exceeds(1e308, 1e308, 1.7e308)).toBe(true);
  expect(exceeds(2 ** 53 - 1, 2, 2 ** 53)).toBe(true);
  expect(exceeds(1e300, 1e-300, 1e300)).toBe(true);
});

it('sums of cents are cents', () => {
  fc.assert(
    fc.property(fc.array(cents, { maxLength: 50 }), (values) => {
      const exact = values.reduce((sum, value) => sum + Math.round(value * 100), 0) / 100;
      expect(roundedUp(values.map(decimalOf).reduce(plus, zero))).toBe(exact);
    }),
  );
});

it('a number is its own decimal, and the text of a decimal leads back to it', () => {
  fc.assert(
    fc.property(amount, (value) => {
      expect(roundedUp(decimalOf(value))).toBe(value + 0);
      const read = decimalFrom(decimalText(decimalOf(value)));
      expect(read === undefined ? undefined : roundedUp(read)).toBe(value + 0);
    }),
  );
});

it('what a double cannot say is rounded up, never down', () => {
  fc.assert(
    fc.property(amount, amount, (one, other) => {
      const sum = plus(decimalOf(one), decimalOf(other));
      const double = roundedUp(sum);
      if (Number.isFinite(double)) expect(isAbove(sum, decimalOf(double))).toBe(false);
      expect(minus(sum, decimalOf(other)).digits === 0n).toBe(one === 0);
    }),
  );
});

it.each(['', 'e', '1', '1e', '1e5000', '1.5e1', '0x1e1', ' 1e1', `${'9'.repeat(1_001)}e0`])(
  '%j is no decimal',
  (text) => {
    expect(decimalFrom(text)).toBeUndefined();
  },
);
