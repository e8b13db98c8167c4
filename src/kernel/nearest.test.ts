import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['port', 'port', 0],
    ['prot', 'port', 1],
    ['prt', 'port', 1],
    ['ports', 'port', 1],
    ['part', 'port', 1],
    ['kitten', 'sitting', 3],
    ['', 'port', 4],
  ])('from %j to %j is %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  test('is symmetric, zero only between equals, and never above the longer length', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

describe('nearest', () => {
  const keys = ['host', 'port', 'tls_cert', 'tls_key', 'max_body_bytes'];
  test.each([
    ['prot', 'port'],
    ['tls_certt', 'tls_cert'],
    ['maxBodyBytes', 'max_body_bytes'],
    ['MAX-BODY-BYTES', 'max_body_bytes'],
    ['tlskey', 'tls_key'],
  ])('takes %s for %s', (word, key) => expect(nearest(word, keys)).toBe(key));

  test.each(['', 'colour', 'x'])('takes %j for nothing', (word) => expect(nearest(word, keys)).toBeUndefined());

  test('stays quick on a huge key', () => expect(nearest('k'.repeat(1_000_000), keys)).toBeUndefined());
});

const words = ['read', 'write', 'execute', 'manage'];

test('a swapped, missing, wrong or wrongly cased letter finds the word meant', () => {
  expect(nearest('raed', words)).toBe('read');
  expect(nearest('excute', words)).toBe('execute');
  expect(nearest('wride', words)).toBe('write');
  expect(nearest('READ', words)).toBe('read');
});

test('a word that resembles none finds none', () => {
  expect(nearest('delete-everything', words)).toBeUndefined();
  expect(nearest('', words)).toBeUndefined();
});

test('an endless word is not measured at all', () => {
  expect(nearest('x'.repeat(10_000_000), words)).toBeUndefined();
});
