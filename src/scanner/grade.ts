import { controlOf } from '../controls/index.ts';
import type { ControlId, Priority } from '../controls/control.ts';
import type { Text } from '../kernel/text.ts';
import type { Outcome, Severity } from './check.ts';
import type { ControlResult, Finding, Grade, Letter, ScanResult } from './scan-result.ts';

const LETTERS: readonly Letter[] = ['A', 'B', 'C', 'D', 'E', 'F'];
/** Least points of each letter, 0 to 100. */
const leastPoints: Readonly<Record<Letter, number>> = { A: 90, B: 80, C: 70, D: 60, E: 50, F: 0 };
/** What a control weighs. */
const weights: Readonly<Record<Priority, number>> = { critical: 3, high: 2, medium: 1 };
/** The share of its weight that a control brings. A control that a person has to answer brings none until then. */
const shares: Readonly<Record<Outcome, number | undefined>> = {
  pass: 1,
  warn: 0.5,
  fail: 0,
  manual: 0,
  unknown: 0,
  'not-applicable': undefined,
};

/** A rule that keeps the letter from being better than it says. */
export interface Cap {
  readonly letter: Letter;
  readonly because: Text;
  applies(
    controls: ReadonlyMap<ControlId, ControlResult>,
    failures: readonly Finding[],
    accepted: readonly Finding[],
  ): boolean;
}

function failing(id: ControlId) {
  return (controls: ReadonlyMap<ControlId, ControlResult>): boolean => controls.get(id)?.outcome === 'fail';
}

function failingAt(severity: Severity) {
  return (_controls: unknown, failures: readonly Finding[]): boolean =>
    failures.some((finding) => finding.severity === severity);
}

/** The published caps; docs/grading.md shows them. */
const caps: readonly Cap[] = [
  { letter: 'F', because: { en: 'Traffic is not encrypted.', zh: '通信未加密。' }, applies: failing('C01') },
  { letter: 'F', because: { en: 'TLS is weaker than 1.2.', zh: 'TLS 低于 1.2。' }, applies: failing('C02') },
  { letter: 'F', because: { en: 'Anybody can come in.', zh: '任何人都可以访问。' }, applies: failing('C03') },
  {
    letter: 'F',
    because: { en: 'There is a critical failure.', zh: '存在严重级别的失败项。' },
    applies: failingAt('critical'),
  },
  {
    letter: 'C',
    because: { en: 'There is a failure of high severity.', zh: '存在高危级别的失败项。' },
    applies: failingAt('high'),
  },
  { letter: 'C', because: { en: 'Nothing is recorded.', zh: '没有审计记录。' }, applies: failing('C09') },
  {
    letter: 'B',
    because: { en: 'A control fails.', zh: '有控制项未通过。' },
    applies: (controls) => [...controls.values()].some(({ outcome }) => outcome === 'fail'),
  },
  {
    letter: 'B',
    because: { en: 'A question that the baseline requires is not answered.', zh: '基线要求的人工问题尚未作答。' },
    applies: (controls) => [...controls.values()].some(({ outcome, required }) => required && outcome === 'manual'),
  },
  {
    letter: 'B',
    because: {
      en: 'A failure of critical or high severity is accepted, not mended.',
      zh: '有严重或高危的失败项被接受而未修复。',
    },
    applies: (_controls, _failures, accepted) =>
      accepted.some(({ severity }) => severity === 'critical' || severity === 'high'),
  },
];

/** Findings to a grade: a weighted share of controls, and caps. No letter where a required control could not be looked at. */
export function grade(results: readonly ControlResult[], findings: readonly Finding[]): Grade {
  const weighed = results.flatMap(({ id, outcome }) => {
    const share = shares[outcome];
    return share === undefined ? [] : [{ weight: weights[controlOf(id).priority], share }];
  });
  const all = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const points = all === 0 ? 0 : (100 * weighed.reduce((sum, { weight, share }) => sum + weight * share, 0)) / all;
  const byId = new Map(results.map((result) => [result.id, result]));
  const failed = findings.filter(({ outcome }) => outcome === 'fail');
  const failures = failed.filter(({ waiver }) => waiver === undefined);
  const accepted = failed.filter(({ waiver }) => waiver !== undefined);
  const met = caps
    .filter((cap) => cap.applies(byId, failures, accepted))
    .map(({ letter, because }) => ({ letter, because }));
  const withheld = withheldBecause(results);
  const earned = LETTERS.find((letter) => points >= leastPoints[letter]) ?? 'F';
  const letter = met.reduce<Letter>((worst, cap) => (cap.letter > worst ? cap.letter : worst), earned);
  return {
    letter: withheld === undefined ? letter : undefined,
    points: Math.round(points * 10) / 10,
    caps: met,
    withheld,
  };
}

function withheldBecause(results: readonly ControlResult[]): Text | undefined {
  const dark = results.filter(({ required, outcome }) => required && outcome === 'unknown').map(({ id }) => id);
  if (dark.length === 0) return undefined;
  return {
    en: `${dark.length} required controls could not be looked at: ${dark.join(', ')}.`,
    zh: `有 ${dark.length} 项必需的控制无法检查：${dark.join('、')}。`,
  };
}

/**
 * The mission's figure: of all that was answered, how much passed. A check counts once for each target, by its worst
 * answer; what could not be seen counts as a warning there, as it does in the source. Accepted findings are left out.
 */
export function score(findings: readonly Finding[]): ScanResult['score'] {
  const worst = new Map<string, Outcome>();
  for (const { check, target, outcome, waiver } of findings) {
    if (outcome === 'not-applicable' || waiver !== undefined) continue;
    const key = `${check} ${target}`;
    const known = worst.get(key);
    if (known === undefined || RANK.indexOf(outcome) < RANK.indexOf(known)) worst.set(key, outcome);
  }
  const all = [...worst.values()];
  const passed = all.filter((one) => one === 'pass').length;
  const failed = all.filter((one) => one === 'fail').length;
  const percent = all.length === 0 ? 0 : Math.round((1000 * passed) / all.length) / 10;
  return { passed, failed, warned: all.length - passed - failed, percent };
}

const RANK: readonly Outcome[] = ['fail', 'warn', 'unknown', 'manual', 'pass'];
