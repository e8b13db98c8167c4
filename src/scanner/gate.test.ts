import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finding as anyFinding } from '../../test/finding.ts';
import { type ControlId, controlIds } from '../controls/control.ts';
import { MerlonError } from '../kernel/errors.ts';
import { same } from '../kernel/text.ts';
import type { Outcome, Severity } from './check.ts';
import { exitCodeOf, gate, type Judged, neverFails, parseFailOn } from './gate.ts';
import type { ControlResult, Finding } from './scan-result.ts';

function finding(outcome: Outcome, severity: Severity, more: Partial<Finding> = {}): Finding {
  return anyFinding({
    fingerprint: '0123456789abcdef',
    check: 'some-check',
    control: 'C01',
    target: 'server:a',
    outcome,
    severity,
    ...more,
  });
}

function control(id: ControlId, outcome: Outcome, required = false): ControlResult {
  return { id, outcome, reason: same('Because.'), required, findings: ['0123456789abcdef'] };
}

function result(more: Partial<Judged> = {}): Judged {
  return { findings: [], controls: [], targets: [], ...more };
}

const waiver = { fingerprint: '0123456789abcdef', owner: 'a', reason: 'b', expires: '2027-01-01' };
const unreached = { id: 'server:a', kind: 'server', name: 'a', reached: false, missing: [] } as const;

describe('parseFailOn', () => {
  it('takes severities, warn, controls, and a mix of them', () => {
    expect(parseFailOn('high')).toEqual({ severity: 'high', warnings: false, controls: [] });
    expect(parseFailOn('C03, c01')).toEqual({ severity: undefined, warnings: false, controls: ['C01', 'C03'] });
    expect(parseFailOn('medium,WARN,C20,C20')).toEqual({ severity: 'medium', warnings: true, controls: ['C20'] });
  });

  it('lets the milder of two severities count, in either order', () => {
    expect(parseFailOn('critical,low').severity).toBe('low');
    expect(parseFailOn('low,critical').severity).toBe('low');
  });

  it('takes never alone, and not beside something that it would switch off', () => {
    expect(parseFailOn('never')).toEqual(neverFails);
    expect(() => parseFailOn('high,never')).toThrow(MerlonError);
  });

  it.each(['', ',', 'hihg', 'C21', 'high;low', 'toString', '__proto__'])('refuses %j', (text) => {
    expect(() => parseFailOn(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('either understands a text or refuses it', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('high', 'warn', 'never', 'C07', ' c1', 'info'));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        try {
          const { controls } = parseFailOn(words.join(','));
          expect(controls.every((id) => controlIds.includes(id))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' });
        }
      }),
    );
  });
});

describe('gate', () => {
  it('fails on failures of the severity or worse, and on no milder ones', () => {
    const of = (severity: Severity) => gate(result({ findings: [finding('fail', severity)] }), parseFailOn('high'));
    expect((['critical', 'high', 'medium', 'low', 'info'] as const).map((one) => of(one).holds)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it('takes no account of what somebody accepted', () => {
    const findings = [finding('fail', 'critical', { waiver }), finding('warn', 'low', { waiver })];
    expect(gate(result({ findings }), parseFailOn('info,warn')).holds).toBe(true);
  });

  it('fails on warnings only when asked', () => {
    const findings = [finding('warn', 'critical')];
    expect(gate(result({ findings }), parseFailOn('info')).holds).toBe(true);
    expect(gate(result({ findings }), parseFailOn('warn')).holds).toBe(false);
  });

  it('fails on a listed control that does not hold or that nobody answered', () => {
    const of = (outcome: Outcome) => gate(result({ controls: [control('C03', outcome)] }), parseFailOn('C03'));
    expect((['fail', 'warn', 'manual', 'pass', 'not-applicable'] as const).map((one) => of(one).holds)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(of('unknown')).toMatchObject({ holds: true, couldNotLook: true });
  });

  it('does not take silence of a required control for a yes', () => {
    const controls = [control('C03', 'unknown', true)];
    expect(gate(result({ controls }), parseFailOn('critical')).couldNotLook).toBe(true);
    expect(gate(result({ controls: [control('C03', 'unknown')] }), parseFailOn('critical')).couldNotLook).toBe(false);
  });

  it('asks nothing of a control that no target of the scan could show, unless it is listed', () => {
    const controls = [{ ...control('C12', 'unknown', true), findings: [] }];
    expect(gate(result({ controls }), parseFailOn('high')).couldNotLook).toBe(false);
    expect(gate(result({ controls }), parseFailOn('high,C12')).couldNotLook).toBe(true);
  });

  it('gives a bounded number of reasons', () => {
    const findings = Array.from({ length: 500 }, () => finding('fail', 'high'));
    expect(gate(result({ findings }), parseFailOn('high')).because.length).toBeLessThan(30);
  });
});

describe('exitCodeOf', () => {
  const code = (judged: Judged, failOn: string | undefined) =>
    exitCodeOf({ ...judged, gate: failOn === undefined ? undefined : gate(judged, parseFailOn(failOn)) });

  it('is 0 when it holds', () => {
    expect(code(result(), 'high')).toBe(0);
    expect(code(result({ findings: [finding('fail', 'critical')] }), 'never')).toBe(0);
  });

  it('is 1 when the gate says no, even where more could not be looked at', () => {
    const findings = [finding('fail', 'critical')];
    expect(code(result({ findings }), 'high')).toBe(1);
    expect(code(result({ findings, targets: [unreached] }), 'high')).toBe(1);
  });

  it('is 3 when a target or a required control could not be looked at, with or without a gate', () => {
    for (const failOn of ['high', 'never', undefined]) {
      expect(code(result({ targets: [unreached] }), failOn)).toBe(3);
      expect(code(result({ controls: [control('C02', 'unknown', true)] }), failOn)).toBe(3);
    }
  });
});
