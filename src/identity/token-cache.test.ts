import { expect, test } from 'vitest';
import type { Caller } from './caller.ts';
import { createTokenCache, tokenDigest } from './token-cache.ts';

const caller = (expiresAt: number): Caller => ({
  principal: 'jwt:a#b',
  role: 'user',
  method: 'jwt',
  credential: 'x',
  expiresAt,
});

test('at most 10,000 tokens are remembered, the oldest making room', () => {
  const cache = createTokenCache();
  for (let index = 0; index < 10_500; index++) cache.put(`t${index}`, caller(1e15), 0, cache.epoch);
  expect(cache.size).toBe(10_000);
  expect(cache.get('t499', 1)).toBeUndefined();
  expect(cache.get('t500', 1)).toBeDefined();
});

test('a token is remembered for 60 s and never past its expiry', () => {
  const cache = createTokenCache();
  cache.put('long', caller(1e15), 1000, cache.epoch);
  cache.put('short', caller(1500), 1000, cache.epoch);
  cache.put('gone', caller(1000), 1000, cache.epoch);
  expect([cache.get('long', 60_999), cache.get('short', 1499), cache.get('gone', 1000)].map(Boolean)).toEqual([
    true,
    true,
    false,
  ]);
  expect([cache.get('long', 61_000), cache.get('short', 1500)]).toEqual([undefined, undefined]);
});

test('a clock that jumps back forgets rather than prolongs', () => {
  const cache = createTokenCache();
  cache.put('t', caller(1e15), 100_000, cache.epoch);
  expect(cache.get('t', 50_000)).toBeUndefined();
});

test('the digest is SHA-256', () => {
  expect(tokenDigest('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});
