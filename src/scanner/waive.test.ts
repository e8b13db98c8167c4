import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finding as anyFinding } from '../../test/finding.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Outcome } from './check.ts';
import type { Finding } from './scan-result.ts';
import { applyWaivers, readWaivers, waiverNotes } from './waive.ts';

const now = Date.UTC(2026, 10, 22, 12);
const fingerprint = '0123456789abcdef';

function finding(outcome: Outcome, more: Partial<Finding> = {}): Finding {
  return anyFinding({
    check: 'some-check',
    control: 'C01',
    target: 'server:a',
    outcome,
    severity: 'high',
    ...more,
  });
}

const read = (lines: string) => readWaivers(`waivers:\n${lines}`, 'waivers.yaml', { now });
const one = (names: string, expires = '2027-01-01') =>
  read(`  - { ${names}, owner: Platform team, reason: "Replaced in March.", expires: ${expires} }`);

function codesOf(run: () => unknown): unknown {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    const { problems } = error as { problems: MerlonError[] };
    return problems.map(({ code, place }) => [code, place?.line]);
  }
}

describe('applyWaivers', () => {
  it('marks the failure or warning that a fingerprint names', () => {
    const waivers = one(`fingerprint: "${fingerprint}"`);
    for (const outcome of ['fail', 'warn'] as const) {
      const { findings, unused, expired } = applyWaivers([finding(outcome)], waivers, now);
      expect(findings[0]?.waiver).toEqual({
        fingerprint,
        owner: 'Platform team',
        reason: 'Replaced in March.',
        expires: '2027-01-01',
      });
      expect([unused, expired]).toEqual([[], []]);
    }
  });

  it('marks what a check, a target and a subject name, and nothing beside it', () => {
    const waivers = one('check: some-check, target: "server:a", subject: tool');
    const findings = [
      finding('fail', { subject: 'tool' }),
      finding('fail', { subject: 'tool2' }),
      finding('fail'),
      finding('fail', { subject: 'tool', target: 'server:b' }),
      finding('fail', { subject: 'tool', check: 'other-check' }),
    ];
    expect(applyWaivers(findings, waivers, now).findings.map(({ waiver }) => waiver !== undefined)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('holds until the end of its last day and not a moment longer', () => {
    const waivers = one(`fingerprint: "${fingerprint}"`, '2026-11-22');
    const end = Date.UTC(2026, 10, 23);
    expect(applyWaivers([finding('fail')], waivers, end - 1).expired).toEqual([]);
    const after = applyWaivers([finding('fail')], waivers, end);
    expect(after.findings[0]?.waiver).toBeUndefined();
    expect(after.expired).toEqual(waivers);
    expect(after.unused).toEqual([]);
  });

  it('never accepts what could not be looked at', () => {
    const waivers = one(`fingerprint: "${fingerprint}"`);
    const { findings, unused } = applyWaivers([finding('unknown')], waivers, now);
    expect(findings[0]?.waiver).toBeUndefined();
    expect(unused).toEqual([]);
  });

  it('reports a waiver whose finding holds or is gone', () => {
    const waivers = one(`fingerprint: "${fingerprint}"`);
    expect(applyWaivers([finding('pass')], waivers, now).unused).toEqual(waivers);
    expect(applyWaivers([], waivers, now).unused).toEqual(waivers);
    expect(waiverNotes({ unused: waivers, expired: [] })[0]?.place).toMatchObject({ line: 2, file: 'waivers.yaml' });
  });
});

describe('readWaivers', () => {
  it.each(['owner: a, reason: b', 'owner: a, expires: 2027-01-01', 'reason: b, expires: 2027-01-01'])(
    'wants an owner, a reason and an end: %s',
    (some) => {
      expect(codesOf(() => read(`  - { fingerprint: "${fingerprint}", ${some} }`))).toEqual([['CONFIG_INVALID', 2]]);
    },
  );

  it.each(['2028-01-01', '9999-12-31', 'never', '2026-02-30', '2027-1-1'])('refuses the end %s', (expires) => {
    expect(codesOf(() => one(`fingerprint: "${fingerprint}"`, expires))).toEqual([['CONFIG_INVALID', 2]]);
  });

  it.each([
    'fingerprint: "*"',
    'check: a',
    'target: a',
    'subject: a',
    `fingerprint: "${fingerprint}", check: a, target: b`,
  ])('refuses one that names too much or too little: %s', (names) => {
    expect(codesOf(() => one(names))).toEqual([['CONFIG_INVALID', 2]]);
  });

  it('refuses a key that it does not know, with its line', () => {
    const lines = `  - fingerprint: "${fingerprint}"\n    owner: a\n    reason: b\n    expire: 2027-01-01`;
    expect(codesOf(() => read(lines))).toEqual([
      ['CONFIG_INVALID', 2],
      ['CONFIG_UNKNOWN_KEY', 5],
    ]);
  });

  it('reads any text or says what is wrong', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `waivers: [${json}]`),
        ),
        (text) => {
          try {
            expect(Array.isArray(readWaivers(text, 'w.yaml', { now }))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(MerlonError);
          }
        },
      ),
    );
  });
});
