import { createHash } from 'node:crypto';
import { showable } from '../detect/showable.ts';
import type { Text } from '../kernel/text.ts';
import {
  type About,
  type Answer,
  type AnyCheck,
  type Check,
  type Evidence,
  type Severity,
  severities,
  unseen,
  type Where,
} from './check.ts';
import type { PartName } from './facts/index.ts';
import type { Finding } from './scan-result.ts';
import type { Target } from './target.ts';
import type { Thresholds } from './thresholds.ts';

/** What {@link evaluate} judges by. */
export interface Judging {
  readonly checks: readonly AnyCheck[];
  /** ms since 1970. */
  readonly now: number;
  readonly thresholds: Thresholds;
  /** Severities that a baseline gives to checks; `off` leaves a check out. */
  readonly severities?: ReadonlyMap<string, Severity | 'off'>;
}

/** Most answers of one check about one target; an endless list of tools must not become an endless report. */
const MAX_ANSWERS = 1_000;
/** Longest text of an evidence or a subject, characters. */
const MAX_TEXT = 600;

/** Asks every check about every target that has its part. Pure; the worst findings come first. */
export function evaluate(targets: readonly Target[], judging: Judging): Finding[] {
  const findings = targets.flatMap((target) => judging.checks.flatMap((check) => findingsOf(target, check, judging)));
  return findings.toSorted(worstFirst);
}

const ORDER = ['fail', 'warn', 'unknown', 'manual', 'pass', 'not-applicable'];

function worstFirst(one: Finding, other: Finding): number {
  return (
    ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome) ||
    severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
    compare(one.control, other.control) ||
    compare(one.check, other.check) ||
    compare(one.target, other.target) ||
    compare(one.subject ?? '', other.subject ?? '')
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function findingsOf(target: Target, check: AnyCheck, { now, thresholds, severities: own }: Judging): Finding[] {
  const severity = own?.get(check.id) ?? check.severity;
  if (severity === 'off' || target.parts[check.part] === undefined) return [];
  const answers = answersOf(target, check, { now, kind: target.kind, thresholds });
  const taken = new Map<string, number>();
  return answers.slice(0, MAX_ANSWERS).map((answer) => {
    const subject = answer.subject === undefined ? undefined : printable(answer.subject);
    const key = JSON.stringify([check.id, target.id, answer.subject ?? null]);
    const times = (taken.get(key) ?? 0) + 1;
    taken.set(key, times);
    return {
      fingerprint: fingerprintOf(times === 1 ? key : `${key} ${times}`),
      check: check.id,
      control: check.control,
      target: target.id,
      subject,
      outcome: answer.outcome,
      // What a baseline says of a check holds for all its answers.
      severity: own?.has(check.id) === true ? severity : (answer.severity ?? severity),
      basis: check.basis ?? 'seen',
      title: check.title,
      evidence: answer.evidence.map(shown),
      remedy: answer.remedy ?? check.remedy,
    };
  });
}

/** A check that throws could not look: it must neither pass nor end the scan. */
function answersOf<Part extends PartName>(target: Target, check: Check<Part>, about: About): readonly Answer[] {
  const look = target.parts[check.part];
  if (look === undefined) return [];
  if (!('saw' in look)) return [unseen(look)];
  try {
    const answers = [check.ask(look.saw, about)].flat();
    if (answers.length > 0) return answers.length > MAX_ANSWERS ? worstOf(answers) : answers;
    return [broken('It gave no answer.', '该检查没有给出结论。')];
  } catch {
    return [
      broken(
        'The check failed on these facts; this is a defect of the check.',
        '该检查在这些事实上出错；这是检查本身的缺陷。',
      ),
    ];
  }
}

function broken(en: string, zh: string): Answer {
  return { outcome: 'unknown', evidence: [{ seen: { en, zh } }] };
}

/** Where a list has to be cut, what is wrong stays in. */
function worstOf(answers: readonly Answer[]): readonly Answer[] {
  return answers.toSorted((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome));
}

function fingerprintOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

function shown({ seen, where }: Evidence): Evidence {
  const text: Text = { en: printable(seen.en), zh: printable(seen.zh) };
  return where === undefined ? { seen: text } : { seen: text, where: shownPlace(where) };
}

function shownPlace(where: Where): Where {
  const { file, url, probe, path } = where;
  return {
    ...where,
    ...(file === undefined ? {} : { file: printable(file) }),
    ...(url === undefined ? {} : { url: printable(url) }),
    ...(probe === undefined ? {} : { probe: printable(probe) }),
    ...(path === undefined ? {} : { path: path.map(printable) }),
  };
}

/** A text of the target's as people may read it. */
function printable(text: string): string {
  const safe = showable(text.length > MAX_TEXT * 2 ? text.slice(0, MAX_TEXT * 2) : text);
  return safe.length > MAX_TEXT ? `${safe.slice(0, MAX_TEXT).toWellFormed()}…` : safe;
}
