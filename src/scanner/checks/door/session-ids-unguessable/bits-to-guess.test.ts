import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsToGuess } from './bits-to-guess.ts';

function ids(make: (index: number) => string, count = 5): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

describe('what is left to guess of a session id', () => {
  it('is what a UUID of each version holds', () => {
    expect(bitsToGuess(ids(() => randomUUID()))).toBe(122);
    const v7 = (index: number): string => `0194a3b2-c1d0-7${randomUUID().slice(15, 35)}${index}`;
    expect(bitsToGuess(ids(v7))).toBeLessThanOrEqual(74);
    const v1 = (index: number): string => `c232ab0${index}-9414-11ec-b3c8-9f6bdeced846`;
    expect(bitsToGuess(ids(v1))).toBeLessThan(15);
  });

  it('is nearly all of long random ids, whatever they are written in', () => {
    for (const encoding of ['hex', 'base64url'] as const) {
      const bits = bitsToGuess(ids(() => randomBytes(24).toString(encoding)));
      expect(bits).toBeGreaterThanOrEqual(128);
    }
  });

  it('is never below 128 by chance for ids of 128 bits', () => {
    for (let round = 0; round < 300; round += 1) {
      const some = ids(() => randomBytes(16).toString('hex'), 3);
      expect(bitsToGuess(some), some.join(' ')).toBe(128);
    }
  });

  it.each([
    ['a counter', (index: number) => String(index + 1)],
    ['a counter with zeros', (index: number) => String(index + 1).padStart(32, '0')],
    ['a counter with a name', (index: number) => `session-of-the-notes-server-${index}`],
    ['a clock in ms', (index: number) => `sess_${1_795_342_272_000 + index * 37}`],
    ['a clock in ns', (index: number) => `${1_795_342_272_000_123_456n + BigInt(index) * 8_345_677n}`],
    ['Math.random', (index: number) => (0.123_456_789_012 * (index + 1)).toString(36).slice(2, 12)],
    ['a secret and a counter', (index: number) => `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c-${index}`],
  ])('is little of %s', (_, make) => {
    expect(bitsToGuess(ids(make))).toBeLessThan(64);
  });

  it('is an upper bound: the hash of a counter cannot be told from chance', () => {
    const hashed = (index: number): string => createHash('md5').update(String(index)).digest('hex');
    expect(bitsToGuess(ids(hashed))).toBe(128);
  });

  it('is finite and not negative for any texts', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 8 }), (some) => {
        const bits = bitsToGuess(some);
        expect(bits).toBeGreaterThanOrEqual(0);
        expect(bits).toBeLessThan(10_000);
      }),
    );
  });
});
