import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

const start = Date.UTC(2026, 10, 22);

/** How many of `count` requests at `now` are allowed. */
function allowedOf(limit: RateLimit, key: string, now: number, count: number): number {
  let allowed = 0;
  for (let index = 0; index < count; index++) if (limit.take(key, now).allowed) allowed++;
  return allowed;
}

test('a rested caller gets the burst, then one request per interval', () => {
  const limit = createRateLimit({ perMinute: 60, burst: 10 });
  expect(allowedOf(limit, 'a', start, 20)).toBe(10);
  expect(allowedOf(limit, 'a', start + 999, 5)).toBe(0);
  expect(allowedOf(limit, 'a', start + 1000, 5)).toBe(1);
  expect(allowedOf(limit, 'a', start + 60_000, 50)).toBe(10);
});

test('20 requests at 10 a second meet a limit of 100 a minute', () => {
  const limit = createRateLimit({ perMinute: 100 });
  const verdicts = Array.from({ length: 20 }, (_, index) => limit.take('a', start + index * 100).allowed);
  expect(verdicts).toContain(false);
});

test('callers do not slow each other down', () => {
  const limit = createRateLimit({ perMinute: 60, burst: 3 });
  expect(allowedOf(limit, 'a', start, 10)).toBe(3);
  expect(allowedOf(limit, 'b', start, 10)).toBe(3);
  expect(allowedOf(limit, '__proto__', start, 10)).toBe(3);
});

test('a refusal names the time after which the request is allowed, and not a millisecond less', () => {
  const limit = createRateLimit({ perMinute: 90, burst: 1 });
  limit.take('a', start);
  expect(limit.take('a', start)).toEqual({ allowed: false, retryAfterMs: 667 });
  expect(limit.take('a', start + 665).allowed).toBe(false);
  expect(limit.take('a', start + 667).allowed).toBe(true);
});

test('being refused costs nothing', () => {
  const limit = createRateLimit({ perMinute: 60, burst: 1 });
  expect(allowedOf(limit, 'a', start, 1000)).toBe(1);
  expect(limit.take('a', start + 1000).allowed).toBe(true);
});

test('a cost above the burst is an error rather than an endless wait', () => {
  const limit = createRateLimit({ perMinute: 60, burst: 5 });
  expect(() => limit.take('a', start, 6)).toThrow(RangeError);
  expect(() => limit.take('a', start, -1)).toThrow(RangeError);
  expect(() => limit.take('a', start, Number.NaN)).toThrow(RangeError);
  expect(limit.take('a', start, 5).allowed).toBe(true);
});

test.each([
  { perMinute: 0 },
  { perMinute: Number.NaN },
  { perMinute: -1 },
  { perMinute: 1, burst: 0 },
  { perMinute: 1, maxKeys: 0 },
])('%j is no rate limit', (options) => {
  expect(() => createRateLimit(options)).toThrow(RangeError);
});

test('full buckets are forgotten', () => {
  const limit = createRateLimit({ perMinute: 600, burst: 10 });
  for (let index = 0; index < 1000; index++) limit.take(`k${index}`, start);
  expect(limit.size).toBe(1000);
  limit.take('x', start + 1001);
  limit.take('x', start + 2003);
  expect(limit.size).toBe(1);
});

test('a flood of invented keys is limited together, takes no more memory, and leaves known callers alone', () => {
  const limit = createRateLimit({ perMinute: 60, burst: 10, maxKeys: 100 });
  expect(limit.take('known', start).allowed).toBe(true);
  let allowed = 0;
  for (let index = 0; index < 100_000; index++) if (limit.take(`k${index}`, start).allowed) allowed++;
  expect(limit.size).toBe(100);
  expect(allowed).toBe(99 + 10);
  expect(allowedOf(limit, 'known', start, 20)).toBe(9);
});

test('a caller who used the shared bucket does not get a second burst of its own when there is room again', () => {
  const limit = createRateLimit({ perMinute: 60, burst: 10, maxKeys: 1 });
  limit.take('first', start);
  expect(allowedOf(limit, 'late', start + 9_000, 20)).toBe(10);
  limit.take('first', start + 10_001);
  // 'first' is now the only bucket of the old generation, and is dropped by the next turn.
  expect(allowedOf(limit, 'late', start + 20_003, 20)).toBeLessThanOrEqual(11);
});

test('a clock that jumps back neither refills a bucket nor locks its owner out', () => {
  const limit = createRateLimit({ perMinute: 60, burst: 10 });
  expect(allowedOf(limit, 'a', start, 10)).toBe(10);
  expect(limit.take('a', start - 3_600_000)).toMatchObject({ allowed: false, retryAfterMs: 1000 });
  expect(limit.take('a', start - 3_599_000).allowed).toBe(true);
});

const steps = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    wait: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 30_000 })),
    cost: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 200 },
);
const limits = fc.record({
  perMinute: fc.double({ min: 1, max: 10_000, noNaN: true }),
  burst: fc.integer({ min: 3, max: 20 }),
  maxKeys: fc.integer({ min: 1, max: 6 }),
});

test('over any window no key gets more than burst + rate × time, however many keys there are', () => {
  fc.assert(
    fc.property(limits, steps, (options, taken) => {
      const limit = createRateLimit(options);
      const granted = new Map<string, { at: number; cost: number }[]>();
      let now = start;
      for (const { key, wait, cost } of taken) {
        now += wait;
        if (!limit.take(key, now, cost).allowed) continue;
        const mine = granted.get(key) ?? [];
        granted.set(key, [...mine, { at: now, cost }]);
        let total = 0;
        for (const earlier of [...mine, { at: now, cost }].toReversed()) {
          total += earlier.cost;
          const most = options.burst + (options.perMinute / 60_000) * (now - earlier.at + 1);
          expect(total).toBeLessThanOrEqual(most);
        }
      }
      expect(limit.size).toBeLessThanOrEqual(options.maxKeys);
    }),
  );
});

test('whoever waits as long as told is allowed', () => {
  fc.assert(
    fc.property(limits, steps, (options, taken) => {
      const limit = createRateLimit({ ...options, maxKeys: 100 });
      let now = start;
      for (const { key, wait, cost } of taken) {
        now += wait;
        const verdict = limit.take(key, now, cost);
        if (verdict.allowed) continue;
        now += verdict.retryAfterMs;
        expect(limit.take(key, now, cost).allowed).toBe(true);
      }
    }),
  );
});
