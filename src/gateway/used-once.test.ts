import { describe, expect, it } from 'vitest';
import { fakeClock } from '../kernel/clock.ts';
import { createUsedOnce } from './used-once.ts';

describe('what is used once', () => {
  it('is not used again, until its time is over and after that', () => {
    const clock = fakeClock();
    const used = createUsedOnce({ clock, spanMs: 100 });
    const end = clock.now() + 1000;
    expect([used.take('a', end), used.take('a', end), used.take('b', end)]).toEqual([true, false, true]);
    for (let i = 0; i < 30; i += 1) {
      clock.advance(99);
      expect(used.take('a', end)).toBe(false);
      expect(used.take(`other ${i}`, clock.now() + 1000)).toBe(true);
    }
  });

  it('is refused once its time is over, used or not', () => {
    const clock = fakeClock();
    const used = createUsedOnce({ clock });
    expect(used.take('a', clock.now() + 1)).toBe(true);
    expect(used.take('b', clock.now())).toBe(false);
    expect(used.take('c', clock.now() - 1)).toBe(false);
    expect(used.take('d', Number.NaN)).toBe(false);
  });

  it('stays used when the clock is turned back after it was forgotten', () => {
    let now = 1_000_000;
    const clock = { ...fakeClock(), now: () => now };
    const used = createUsedOnce({ clock, spanMs: 100 });
    const end = now + 1000;
    expect(used.take('a', end)).toBe(true);
    now += 5000;
    expect(used.take('b', now + 1000)).toBe(true);
    now -= 5000;
    expect(used.take('a', end)).toBe(false);
  });

  it('stays used among 100 000 others, and that is all there is room for', () => {
    const clock = fakeClock();
    const used = createUsedOnce({ clock });
    const end = (i: number): number => clock.now() + 1 + i * 6;
    let taken = 0;
    for (let i = 0; i < 100_000; i += 1) if (used.take(`${i}`, end(i))) taken += 1;
    expect(taken).toBe(100_000);
    for (let i = 0; i < 100_000; i += 1) if (used.take(`${i}`, end(i))) taken += 1;
    expect(taken).toBe(100_000);
    expect(used.take('one more', end(0))).toBe(false);
  });

  it('is no more than can be remembered; what is over makes room', () => {
    const clock = fakeClock();
    const used = createUsedOnce({ clock, most: 2, spanMs: 100 });
    const end = clock.now() + 1000;
    expect([used.take('a', end), used.take('b', end), used.take('c', end)]).toEqual([true, true, false]);
    clock.advance(1100);
    const later = clock.now() + 1000;
    expect([used.take('c', later), used.take('d', later), used.take('e', later)]).toEqual([true, true, false]);
  });
});
