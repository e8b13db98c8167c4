import { expect, test } from 'vitest';
import { fakeClock } from './clock.ts';
import { steadyTime } from './steady-time.ts';

function setUp(atLeast?: number) {
  const clock = fakeClock();
  const start = clock.now();
  const set = { offset: 0 };
  const time = steadyTime({ ...clock, now: () => clock.now() + set.offset }, atLeast);
  return { clock, start, set, time };
}

test('time follows its clock forward, also in jumps', () => {
  const { clock, start, set, time } = setUp();
  clock.advance(1_500);
  expect(time.now()).toBe(start + 1_500);
  set.offset = 60_000;
  expect(time.now()).toBe(start + 61_500);
});

test('time goes on by seconds while its clock is behind, and follows it again later', () => {
  const { clock, start, set, time } = setUp();
  set.offset = -5_000;
  expect(time.now()).toBe(start);
  clock.advance(3_000);
  expect(time.now()).toBe(start + 3_000);
  set.offset = 0;
  clock.advance(4_000);
  expect(time.now()).toBe(start + 7_000);
});

test('time does not begin before what is known to have been', () => {
  const clock = fakeClock();
  const time = steadyTime(clock, clock.now() + 10_000);
  expect(time.now()).toBe(clock.now() + 10_000);
});

test('time that was stopped leaves no timer', () => {
  const { clock, start, set, time } = setUp();
  time.stop();
  set.offset = -5_000;
  clock.advance(3_000);
  expect(time.now()).toBe(start);
});
