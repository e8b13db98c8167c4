import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiredFiles, isRotationDue, type Rotation, rotatedInOrder, rotatedName } from './rotation.ts';

const at = (iso: string): number => Date.parse(iso);
const anyTime = fc.integer({ min: at('1971-01-01T00:00:00Z'), max: at('9998-12-31T23:59:59.999Z') });
const anyRotation = fc.constantFrom<Rotation>('daily', 'hourly', 'never');
const anyBase = fc.constantFrom('audit.log', 'audit', '.audit', 'a.b.log', 'audit-2026-01-01.log', 'we+ird(.log');

describe('isRotationDue', () => {
  const file = { time: at('2026-11-22T23:59:59.999Z'), bytes: 100 };
  const midnight = { time: at('2026-11-23T00:00:00.000Z'), bytes: 10 };

  it('is due at midnight UTC when daily', () => {
    expect(isRotationDue({ rotation: 'daily', maxBytes: 0 }, file, midnight)).toBe(true);
    expect(isRotationDue({ rotation: 'daily', maxBytes: 0 }, file, { ...midnight, time: midnight.time - 1 })).toBe(
      false,
    );
  });

  it('is due at a full hour when hourly, and not within it', () => {
    const half = { time: at('2026-11-22T13:30:00Z'), bytes: 1 };
    expect(
      isRotationDue({ rotation: 'hourly', maxBytes: 0 }, half, { ...half, time: at('2026-11-22T13:59:59Z') }),
    ).toBe(false);
    expect(
      isRotationDue({ rotation: 'hourly', maxBytes: 0 }, half, { ...half, time: at('2026-11-22T14:00:00Z') }),
    ).toBe(true);
  });

  it('is never due by time when never, but still by size', () => {
    expect(isRotationDue({ rotation: 'never', maxBytes: 0 }, file, midnight)).toBe(false);
    expect(isRotationDue({ rotation: 'never', maxBytes: 110 }, file, midnight)).toBe(false);
    expect(isRotationDue({ rotation: 'never', maxBytes: 109 }, file, midnight)).toBe(true);
  });

  it('never rotates an empty file, and never because the clock stepped back', () => {
    fc.assert(
      fc.property(anyRotation, anyTime, anyTime, fc.nat(), (rotation, a, b, bytes) => {
        expect(isRotationDue({ rotation, maxBytes: 1 }, { time: a, bytes: 0 }, { time: b, bytes })).toBe(false);
        const [early, late] = a < b ? [a, b] : [b, a];
        expect(isRotationDue({ rotation, maxBytes: 0 }, { time: late, bytes: 1 }, { time: early, bytes })).toBe(false);
      }),
    );
  });
});

describe('rotatedName', () => {
  it('carries the day, then a number', () => {
    const time = at('2026-11-22T13:05:00Z');
    expect(rotatedName('audit.log', 'daily', time, [])).toBe('audit-2026-11-22.log');
    expect(rotatedName('audit.log', 'daily', time, ['audit-2026-11-22.log'])).toBe('audit-2026-11-22-1.log');
    expect(rotatedName('audit.log', 'daily', time, ['audit-2026-11-22-9.log', 'audit-2026-11-22-10.log'])).toBe(
      'audit-2026-11-22-11.log',
    );
    expect(rotatedName('audit.log', 'hourly', time, [])).toBe('audit-2026-11-22T13.log');
    expect(rotatedName('audit', 'never', time, ['other-2027-01-01'])).toBe('audit-2026-11-22');
  });

  it('stays behind the newest file when the clock stepped back or the rotation changed', () => {
    const time = at('2026-11-22T13:05:00Z');
    expect(rotatedName('audit.log', 'daily', time, ['audit-2026-12-01.log'])).toBe('audit-2026-12-01-1.log');
    expect(rotatedName('audit.log', 'daily', time, ['audit-2026-11-22T12.log'])).toBe('audit-2026-11-22T12-1.log');
  });

  it('gives names that are new and whose order of creation can be read back, whatever the times', () => {
    fc.assert(
      fc.property(anyBase, fc.array(fc.tuple(anyRotation, anyTime), { maxLength: 30 }), (base, steps) => {
        const made: string[] = [];
        for (const [rotation, time] of steps) made.push(rotatedName(base, rotation, time, made));
        expect(new Set(made).size).toBe(made.length);
        expect(rotatedInOrder(base, made.toReversed())).toEqual(made);
        expect(made).not.toContain(base);
      }),
    );
  });
});

describe('rotatedInOrder', () => {
  it('leaves out what is not a rotated file of this log', () => {
    const strangers = [
      'audit.log',
      'audit.log.lock',
      'audit-2026-11-22.log.gz',
      'audit-2026-13-01.log',
      'audit-2026-02-30.log',
      'audit-2026-11-22T24.log',
      'audit-2026-11-22-0.log',
      'audit-2026-11-22-01.log',
      'audits-2026-11-22.log',
      'audit-2026-11-22-99999999999.log',
      'server-2026-11-22.log',
    ];
    expect(rotatedInOrder('audit.log', strangers)).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.string()), anyBase, (names, base) => {
        for (const name of rotatedInOrder(base, names)) expect(names).toContain(name);
      }),
    );
  });
});

describe('expiredFiles', () => {
  const names = [
    'audit.log',
    'audit-2026-11-20.log',
    'audit-2026-11-20-1.log',
    'audit-2026-11-21T05.log',
    'server.log',
  ];

  it('names a file once its day has been over for the days to keep', () => {
    const end = at('2026-11-21T00:00:00Z') + 30 * 86_400_000;
    expect(expiredFiles('audit.log', names, end - 1, 30)).toEqual([]);
    expect(expiredFiles('audit.log', names, end, 30)).toEqual(['audit-2026-11-20.log', 'audit-2026-11-20-1.log']);
    expect(expiredFiles('audit.log', names, end + 86_400_000, 30)).toHaveLength(3);
  });

  it('keeps everything for ever at 0', () => {
    expect(expiredFiles('audit.log', names, at('9000-01-01T00:00:00Z'), 0)).toEqual([]);
  });

  it('never names a file whose lines are younger than the days to keep', () => {
    fc.assert(
      fc.property(
        anyTime,
        anyRotation,
        fc.integer({ min: 1, max: 4000 }),
        fc.nat(400 * 86_400_000),
        (time, rotation, days, later) => {
          const name = rotatedName('audit.log', rotation, time, []);
          const expired = expiredFiles('audit.log', [name], time + later, days).length > 0;
          expect(expired && later < days * 86_400_000).toBe(false);
          expect(!expired && later >= (days + 1) * 86_400_000).toBe(false);
        },
      ),
    );
  });
});
