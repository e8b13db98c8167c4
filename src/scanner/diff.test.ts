import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finding as anyFinding } from '../../test/finding.ts';
import { MerlonError } from '../kernel/errors.ts';
import { languages } from '../kernel/text.ts';
import type { Outcome } from './check.ts';
import { scanResult } from '../../test/scan-result.ts';
import { diffScans, readScanResult } from './diff.ts';
import { render } from './report/render.ts';
import type { Finding } from './scan-result.ts';

function finding(fingerprint: string, outcome: Outcome, more: Partial<Finding> = {}): Finding {
  return anyFinding({
    fingerprint,
    check: 'some-check',
    control: 'C01',
    target: 'server:a',
    subject: fingerprint,
    outcome,
    severity: 'high',
    ...more,
  });
}

const report = (findings: readonly unknown[], more: object = {}) =>
  JSON.stringify({ version: 1, started_at: '1970-01-01T00:00:01.000Z', findings, ...more });

function diff(before: readonly Finding[], now: readonly Finding[]) {
  const { fresh, unchanged, fixed, notLooked } = diffScans(readScanResult(report(before)), { findings: now });
  return [fresh, unchanged, fixed.map((one) => one.fingerprint), notLooked.map((one) => one.fingerprint)];
}

describe('diffScans', () => {
  it('tells new, unchanged and fixed apart', () => {
    const before = [finding('a', 'fail'), finding('b', 'warn'), finding('c', 'pass')];
    const now = [finding('a', 'warn'), finding('b', 'pass'), finding('c', 'fail'), finding('d', 'fail')];
    expect(diff(before, now)).toEqual([['c', 'd'], ['a'], ['b'], []]);
  });

  it('does not call fixed what was not looked at: the same answer is now unknown', () => {
    expect(diff([finding('a', 'fail')], [finding('a', 'unknown')])).toEqual([[], [], [], ['a']]);
  });

  it('does not call fixed what is gone because the target or the check is gone', () => {
    expect(diff([finding('a', 'fail')], [])).toEqual([[], [], [], ['a']]);
    expect(diff([finding('a', 'fail')], [finding('b', 'pass', { target: 'server:b' })])[3]).toEqual(['a']);
    expect(diff([finding('a', 'fail')], [finding('b', 'pass', { check: 'other-check' })])[3]).toEqual(['a']);
  });

  it('does not call fixed what is gone while the check could only look at a part', () => {
    expect(diff([finding('a', 'fail')], [finding('b', 'pass'), finding('', 'unknown')])[3]).toEqual(['a']);
  });

  it('calls fixed what is gone where the check looked at the target again', () => {
    expect(diff([finding('a', 'fail')], [finding('b', 'pass')])[2]).toEqual(['a']);
  });

  it('keeps an accepted failure where it was', () => {
    const waiver = { fingerprint: 'a', owner: 'o', reason: 'r', expires: '2027-01-01' };
    expect(diff([finding('a', 'fail')], [finding('a', 'fail', { waiver })])).toEqual([[], ['a'], [], []]);
  });

  it('takes texts of targets apart that look alike when joined', () => {
    const before = [finding('a', 'fail', { check: 'x', target: 'y","z' })];
    const now = [finding('b', 'pass', { check: 'x","y', target: 'z' })];
    expect(diff(before, now)[2]).toEqual([]);
  });
});

describe('readScanResult', () => {
  it.each(languages)('reads what the JSON report in %s says', async (language) => {
    const result = scanResult();
    const options = { language, color: false, width: 80, all: false, root: '/' };
    const earlier = readScanResult(await render(result, 'json', options));
    expect(earlier.startedAt).toBe(result.startedAt);
    expect(earlier.findings).toEqual(
      result.findings.map(({ fingerprint, check, target, subject, outcome }) => ({
        fingerprint,
        check,
        target,
        subject,
        outcome,
      })),
    );
    const { fresh, fixed, notLooked } = diffScans(earlier, result);
    expect([fresh, fixed, notLooked]).toEqual([[], [], []]);
  });

  it('takes keys that it does not know, and what an earlier version left out', () => {
    const text = report([{ fingerprint: 'f', check: 'c', target: 't', outcome: 'new-outcome', more: [1] }], { x: 1 });
    expect(readScanResult(text)).toEqual({
      startedAt: 1_000,
      findings: [{ fingerprint: 'f', check: 'c', target: 't', subject: undefined, outcome: 'new-outcome' }],
    });
  });

  it.each([
    ['', 'CONFIG_SYNTAX'],
    ['{', 'CONFIG_SYNTAX'],
    ['null', 'CONFIG_INVALID'],
    ['[]', 'CONFIG_INVALID'],
    [report([], { version: 2 }), 'CONFIG_INVALID'],
    [report([], { started_at: 'then' }), 'CONFIG_INVALID'],
    [report([], { started_at: 1_000 }), 'CONFIG_INVALID'],
    [report([], { started_at: '2026-99-99T00:00:00Z' }), 'CONFIG_INVALID'],
    [report([{ fingerprint: 1 }]), 'CONFIG_INVALID'],
    [report([null]), 'CONFIG_INVALID'],
  ])('refuses %j', (text, code) => {
    expect(() => readScanResult(text)).toThrow(expect.objectContaining({ code }));
  });

  it('reads any JSON or says what is wrong', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((one) => report([one])),
        ),
        (text) => {
          try {
            expect(readScanResult(text).findings).toBeDefined();
          } catch (error) {
            expect(error).toBeInstanceOf(MerlonError);
          }
        },
      ),
    );
  });
});
