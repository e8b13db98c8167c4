import { describe, expect, it } from 'vitest';
import { finding } from '../../test/finding.ts';
import { controlIds, type ControlId } from '../controls/control.ts';
import { controls } from '../controls/index.ts';
import type { Outcome } from './check.ts';
import { grade, score } from './grade.ts';
import { judgeControl } from './judge-control.ts';
import type { Attestation, ControlResult, Finding } from './scan-result.ts';

function results(given: Partial<Record<ControlId, Outcome>>, otherwise: Outcome = 'pass'): ControlResult[] {
  const reason = { en: 'x', zh: '某' };
  return controlIds.map((id) => ({ id, outcome: given[id] ?? otherwise, reason, required: true, findings: [] }));
}

describe('the grade', () => {
  it('is A when everything holds', () => {
    expect(grade(results({}), [])).toEqual({ letter: 'A', points: 100, caps: [], withheld: undefined });
  });

  it.each(['C01', 'C02', 'C03'] as const)('is F when %s fails, whatever else holds', (id) => {
    expect(grade(results({ [id]: 'fail' }), []).letter).toBe('F');
  });

  it('is no better than C with a failure of high severity, and F with a critical one', () => {
    expect(grade(results({ C14: 'fail' }), [finding({ control: 'C14' })]).letter).toBe('C');
    expect(grade(results({ C14: 'fail' }), [finding({ severity: 'critical' })]).letter).toBe('F');
  });

  it('does not count what is accepted', () => {
    const waiver = { fingerprint: '0123456789abcdef', owner: 'ops', reason: 'x', expires: '2027-01-01' };
    expect(grade(results({}), [finding({ waiver, severity: 'medium' })]).letter).toBe('A');
  });

  it.each(['critical', 'high'] as const)('is no A where a failure of %s severity is only accepted', (severity) => {
    const waiver = { fingerprint: '0123456789abcdef', owner: 'ops', reason: 'x', expires: '2027-01-01' };
    expect(grade(results({}), [finding({ waiver, severity })])).toMatchObject({ letter: 'B', caps: [{ letter: 'B' }] });
    expect(grade(results({}), [finding({ waiver, severity, outcome: 'warn' })]).letter).toBe('A');
  });

  it('is withheld where a required control could not be looked at', () => {
    const { letter, withheld } = grade(results({ C12: 'unknown' }), []);
    expect(letter).toBeUndefined();
    expect(withheld?.en).toContain('C12');
  });

  it('leaves out what does not apply, and gives nothing for what a person has not answered', () => {
    expect(grade(results({ C18: 'not-applicable' }), []).points).toBe(100);
    expect(grade(results({ C18: 'manual' }), []).points).toBeLessThan(100);
    expect(grade(results({}, 'manual'), []).letter).toBe('F');
  });
});

describe("the mission's figure", () => {
  it('counts a check once for each target, by its worst answer', () => {
    const all = [
      finding({ outcome: 'pass', subject: 'a' }),
      finding({ outcome: 'warn', subject: 'b' }),
      finding({ check: 'b', outcome: 'pass' }),
      finding({ check: 'c', outcome: 'fail' }),
      finding({ check: 'd', outcome: 'not-applicable' }),
      finding({ check: 'e', outcome: 'pass' }),
    ];
    expect(score(all)).toEqual({ passed: 2, failed: 1, warned: 1, percent: 50 });
  });

  it('is 0 when nothing was seen', () => {
    expect(score([]).percent).toBe(0);
    expect(score([finding({ outcome: 'unknown' })])).toMatchObject({ passed: 0, warned: 1, percent: 0 });
  });
});

const [c01, , , c04, c05, , , , c09] = controls;

function judged(
  id: 'C01' | 'C04' | 'C05' | 'C09',
  findings: Partial<Finding>[],
  more: { word?: Attestation['state']; asked?: boolean } = {},
) {
  const control = { C01: c01, C04: c04, C05: c05, C09: c09 }[id];
  if (control === undefined) throw new Error(id);
  const attestation: Attestation | undefined =
    more.word === undefined
      ? undefined
      : {
          control: id,
          by: 'ops',
          date: '2026-11-01',
          expires: '2027-01-01',
          statement: 'x',
          evidence: {},
          state: more.word,
        };
  const all = findings.map((one) => finding({ control: id, ...one }));
  return judgeControl(control, all, { required: true, needsAttestation: more.asked === true, attestation }).outcome;
}

describe('what a control comes to', () => {
  it('lets a failure outweigh everything, a person included', () => {
    expect(judged('C04', [{ outcome: 'pass' }, { outcome: 'fail' }], { word: 'valid' })).toBe('fail');
  });

  it('is unknown when an important check could not look, though others pass', () => {
    expect(judged('C01', [{ outcome: 'pass' }, { outcome: 'unknown', severity: 'high' }])).toBe('unknown');
    expect(judged('C01', [{ outcome: 'pass' }, { outcome: 'unknown', severity: 'low' }])).toBe('pass');
  });

  it('never passes from silence', () => {
    expect(judged('C01', [])).toBe('unknown');
    expect(judged('C01', [{ outcome: 'unknown', severity: 'low' }])).toBe('unknown');
    expect(judged('C05', [])).toBe('manual');
    expect(judged('C01', [{ outcome: 'not-applicable' }])).toBe('not-applicable');
  });

  it('takes a valid answer of a person where looking is not enough, and no other', () => {
    expect(judged('C05', [], { word: 'valid' })).toBe('pass');
    for (const word of ['expired', 'evidence-changed', 'evidence-missing'] as const) {
      expect(judged('C05', [], { word })).toBe('manual');
    }
    expect(judged('C04', [{ outcome: 'pass' }], { asked: true })).toBe('manual');
    expect(judged('C04', [{ outcome: 'pass' }], { asked: true, word: 'valid' })).toBe('pass');
  });

  it('does not pass by hygiene alone', () => {
    for (const severity of ['low', 'info'] as const) {
      expect(judged('C05', [{ outcome: 'pass', severity }])).toBe('manual');
      expect(judged('C05', [{ outcome: 'pass', severity }], { word: 'valid' })).toBe('pass');
      expect(judged('C01', [{ outcome: 'pass', severity }])).toBe('warn');
      expect(
        judged('C01', [
          { outcome: 'pass', severity },
          { outcome: 'unknown', severity: 'medium' },
        ]),
      ).toBe('warn');
      expect(
        judged('C01', [
          { outcome: 'pass', severity },
          { outcome: 'pass', severity: 'medium' },
        ]),
      ).toBe('pass');
    }
  });

  it('never takes an audit log that nobody could look for as one that is not needed', () => {
    expect(judged('C09', [{ outcome: 'not-applicable' }])).toBe('unknown');
    expect(judged('C09', [{ outcome: 'not-applicable' }], { word: 'valid' })).toBe('pass');
  });

  it('neither fails nor passes by what is accepted', () => {
    const waiver = { fingerprint: '0123456789abcdef', owner: 'ops', reason: 'x', expires: '2027-01-01' };
    expect(judged('C01', [{ waiver }])).toBe('not-applicable');
    expect(judged('C01', [{ waiver }, { outcome: 'pass' }])).toBe('pass');
  });
});
