import { showable } from '../../detect/showable.ts';
import type { Text } from '../../kernel/text.ts';
import type { Severity } from '../check.ts';
import type { Blind } from '../look.ts';
import type { TestOutcome } from './record.ts';

/** What one security test came to. */
export interface TestResult {
  /** Stable, kebab-case. */
  readonly id: string;
  /** What holds when it passes, as a statement. */
  readonly title: Text;
  readonly outcome: TestOutcome;
  /** How bad a failure is. */
  readonly severity: Severity;
  /** What was seen. May quote the target: made printable before anybody reads it. */
  readonly seen: Text;
  /** What to do about a failure. */
  readonly remedy: Text;
}

/** What a test asks, without its answer. */
export type Question = Pick<TestResult, 'id' | 'title' | 'severity' | 'remedy'>;

/** A question with its answer. */
export function answered(question: Question, outcome: TestOutcome, en: string, zh: string): TestResult {
  return { ...question, outcome, seen: { en, zh } };
}

/** A question that could not be looked at, or that does not arise: never passed. */
export function unanswered(question: Question, { blind, why }: Blind): TestResult {
  return { ...question, outcome: blind === 'not-offered' ? 'not-applicable' : 'unknown', seen: why };
}

/** How many of each outcome. What does not apply counts nowhere; what could not be looked at is not passed. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
  /** Passed, failed and unknown. */
  readonly total: number;
  /** Passed of the total, with one decimal; 0 where there is none. */
  readonly percent: number;
}

/** Counts the outcomes of a run. */
export function countTests(tests: readonly Pick<TestResult, 'outcome'>[]): TestCounts {
  const count = (wanted: TestOutcome): number => tests.filter(({ outcome }) => outcome === wanted).length;
  const [passed, failed, unknown] = [count('passed'), count('failed'), count('unknown')];
  const total = passed + failed + unknown;
  return { passed, failed, unknown, total, percent: total === 0 ? 0 : Math.round((passed / total) * 1_000) / 10 };
}

/** Longest text of what was seen, characters. */
const LONGEST_SEEN = 600;

/** A result as it may be shown and kept: what it quotes of the target is bounded, and nothing that a terminal would obey. */
export function printable(result: TestResult): TestResult {
  const { en, zh } = result.seen;
  return { ...result, seen: { en: bounded(en), zh: bounded(zh) } };
}

function bounded(text: string): string {
  const safe = showable(text);
  return safe.length > LONGEST_SEEN ? `${safe.slice(0, LONGEST_SEEN - 1)}…` : safe;
}
