import { describe, expect, it } from 'vitest';
import { door, notSpoken, open, refused, served, unreachable } from '../checks/door/fixture.ts';
import type { DoorFacts } from '../facts/door.ts';
import { type Look, saw } from '../look.ts';
import { testDoor, testTransport } from './check-tests.ts';
import { countTests, printable, type TestResult } from './test-result.ts';

const NOW = Date.UTC(2026, 10, 22);

function of(id: string, look: Look<DoorFacts>): TestResult | undefined {
  return testDoor(look, NOW).find((test) => test.id === id);
}

describe('checks as tests', () => {
  it('pass for a careful server, all of them', () => {
    const outcomes = new Set(testDoor(saw(door({ chosenSession: 'chosen' })), NOW).map(({ outcome }) => outcome));
    expect(outcomes).toEqual(new Set(['passed']));
  });

  it('fail for both eras when one of them fails, and say which', () => {
    const test = of('auth-required', saw(door({ modern: { 'no-credential': served } })));
    expect(test).toMatchObject({ outcome: 'failed', severity: 'critical' });
    expect(test?.seen.en).toMatch(/^modern: /);
    expect(test?.seen.en).not.toContain('legacy');
  });

  it('fail for a warning too, with its severity', () => {
    const test = of('nesting-bounded', saw(door({ probes: { 'deep-json': served } })));
    expect(test).toMatchObject({ outcome: 'failed', severity: 'low' });
  });

  it('are unknown where one era could not be looked at, though the other passes', () => {
    const test = of('malformed-json-refused', saw(door({ modern: { 'invalid-json': unreachable } })));
    expect(test).toMatchObject({ outcome: 'unknown' });
  });

  it('do not apply to what is not there, and are unknown where nobody answered', () => {
    const facts = door({ eras: { modern: notSpoken }, probes: open, credential: 'none' });
    expect(of('headers-match-body', saw(facts))).toMatchObject({ outcome: 'not-applicable' });
    const unseen = [...testDoor(unreachable, NOW), ...testTransport(unreachable, NOW)];
    expect(new Set(unseen.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  });

  it('ask about documents and banners no more than about what the address says itself', () => {
    const ids = [...testDoor(unreachable, NOW), ...testTransport(unreachable, NOW)].map(({ id }) => id);
    expect(ids).not.toContain('banner-reveals-nothing');
    expect(ids).not.toContain('plain-http-closed');
    expect(ids).toContain('tls-old-refused');
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the results of tests', () => {
  it('count what could not be looked at as not passed, and leave out what does not apply', () => {
    const outcomes = ['passed', 'passed', 'failed', 'unknown', 'not-applicable'] as const;
    expect(countTests(outcomes.map((outcome) => ({ outcome })))).toEqual({
      passed: 2,
      failed: 1,
      unknown: 1,
      total: 4,
      percent: 50,
    });
    expect(countTests([{ outcome: 'not-applicable' }])).toMatchObject({ total: 0, percent: 0 });
  });

  it('cannot write to a terminal, however long', () => {
    const [test] = testDoor(saw(door({ probes: { 'unknown-tool': refused(200, 1) } })), NOW);
    if (test === undefined) throw new Error('There are no tests.');
    const { seen } = printable({ ...test, seen: { en: `\u001b[2J\u202e${'x'.repeat(5_000)}`, zh: '\u009b1m' } });
    expect(seen.en + seen.zh).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(seen.en.length).toBeLessThanOrEqual(600);
  });
});
