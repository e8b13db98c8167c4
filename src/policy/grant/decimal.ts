import { exactNumber } from '../../kernel/exact-number.ts';

/**
 * A number as its decimal text says it: `digits` × 10^`exponent`. Sums of these have no surprises: the doubles 0.1 and
 * 0.2 are more than 0.3 together, the decimals that people wrote are not.
 */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

export const zero: Decimal = Object.freeze({ digits: 0n, exponent: 0 });

/** The decimal that a finite double is written as. */
export function decimalOf(value: number): Decimal {
  return decimalFrom(exactNumber(String(value)) ?? '') ?? zero;
}

/** The decimal of a text that {@link decimalText} wrote; undefined for any other. */
export function decimalFrom(text: string): Decimal | undefined {
  const parts = /^(-?[0-9]{1,1000})e(-?[0-9]{1,3})$/.exec(text);
  if (parts === null) return undefined;
  const [, digits = '', exponent = ''] = parts;
  return { digits: BigInt(digits), exponent: Number(exponent) };
}

/** One text for each decimal, such as `25e-2`. */
export function decimalText({ digits, exponent }: Decimal): string {
  return exactNumber(`${digits}e${exponent}`) ?? `${digits}e${exponent}`;
}

export function plus(one: Decimal, other: Decimal): Decimal {
  const exponent = Math.min(one.exponent, other.exponent);
  return { digits: scaled(one, exponent) + scaled(other, exponent), exponent };
}

export function minus(one: Decimal, other: Decimal): Decimal {
  return plus(one, { digits: -other.digits, exponent: other.exponent });
}

export function isAbove(one: Decimal, other: Decimal): boolean {
  const exponent = Math.min(one.exponent, other.exponent);
  return scaled(one, exponent) > scaled(other, exponent);
}

/** True when `used` and `amount` together are more than `max`, as decimals. All finite and not negative. */
export function exceeds(used: number, amount: number, max: number): boolean {
  const sum = used + amount;
  if (Number.isSafeInteger(used) && Number.isSafeInteger(amount) && Number.isSafeInteger(sum)) return sum > max;
  // Doubles are off by far less than this; only what is close has to be looked at digit by digit.
  const doubt = sum * 4 * Number.EPSILON;
  if (sum + doubt < max) return false;
  if (sum - doubt > max && Number.isFinite(sum)) return true;
  return isAbove(plus(decimalOf(used), decimalOf(amount)), decimalOf(max));
}

/** The double that is written like this, or where there is none the next one above: what was used never shrinks. */
export function roundedUp(value: Decimal): number {
  if (value.exponent === 0 && value.digits <= MOST_SAFE) return Number(value.digits);
  const nearest = Number(`${value.digits}e${value.exponent}`);
  if (!Number.isFinite(nearest) || !isAbove(value, decimalOf(nearest))) return nearest;
  return Math.max(nearest * (1 + Number.EPSILON), nearest + Number.MIN_VALUE);
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}
