import { expect, test } from 'vitest';
import { fakeClock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { createBackoff, type Backoff } from './backoff.ts';

function restOf(backoff: Backoff, upstream = 'files'): number {
  try {
    backoff.check(upstream);
    return 0;
  } catch (error) {
    if (!(error instanceof MerlonError) || error.code !== 'UPSTREAM_UNAVAILABLE') throw error;
    return Number(error.data?.['retryAfterMs']);
  }
}

test('the rest doubles from 0.5 s to 30 s', () => {
  const clock = fakeClock();
  const backoff = createBackoff({ clock });
  const rests: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    backoff.failed('files', clock.now());
    rests.push(restOf(backoff));
    clock.advance(restOf(backoff));
    expect(restOf(backoff)).toBe(0);
  }
  expect(rests).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('retryAfterMs shrinks as time passes', () => {
  const clock = fakeClock();
  const backoff = createBackoff({ clock });
  backoff.failed('files', clock.now());
  clock.advance(200);
  expect(restOf(backoff)).toBe(300);
});

test('a burst that started together counts as one failure', () => {
  const clock = fakeClock();
  const backoff = createBackoff({ clock });
  const startedAt = clock.now();
  for (let index = 0; index < 50; index += 1) {
    clock.advance(1);
    backoff.failed('files', startedAt);
  }
  clock.advance(451);
  expect(restOf(backoff)).toBe(0);
});

test('a success forgets the failures', () => {
  const clock = fakeClock();
  const backoff = createBackoff({ clock });
  backoff.failed('files', clock.now());
  clock.advance(500);
  backoff.failed('files', clock.now());
  backoff.succeeded('files');
  expect(restOf(backoff)).toBe(0);
  backoff.failed('files', clock.now());
  expect(restOf(backoff)).toBe(500);
});

test('one upstream does not make another rest', () => {
  const clock = fakeClock();
  const backoff = createBackoff({ clock });
  backoff.failed('files', clock.now());
  expect(restOf(backoff, 'memory')).toBe(0);
});
