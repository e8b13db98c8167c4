import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

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
