import { type ControlId, controlIds } from '../controls/control.ts';
import { MerlonError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import { same, type Text } from '../kernel/text.ts';
import { type Severity, severities } from './check.ts';
import type { ControlResult, Finding, GateResult, ScanResult } from './scan-result.ts';

/** What a scan must not find. Nothing in it: the gate always holds. */
export interface FailOn {
  /** Failures of this severity or worse. */
  readonly severity: Severity | undefined;
  /** Any warning. */
  readonly warnings: boolean;
  /** Controls that have to hold. */
  readonly controls: readonly ControlId[];
}

/** Accepts everything. */
export const neverFails: FailOn = { severity: undefined, warnings: false, controls: [] };

/** Most reasons that are given one by one. */
const MAX_REASONS = 20;

/**
 * Reads what `--fail-on` and `fail_on` take: a severity, `warn`, ids of controls, with commas between; or `never`.
 * @throws MerlonError USAGE
 */
export function parseFailOn(text: string): FailOn {
  const words = text.split(',').map((word) => word.trim());
  if (words.length === 1 && words[0]?.toLowerCase() === 'never') return neverFails;
  return words.map(parseWord).reduce(both, neverFails);
}

function parseWord(word: string): FailOn {
  const severity = severities.find((one) => one === word.toLowerCase());
  if (severity !== undefined) return { ...neverFails, severity };
  if (word.toLowerCase() === 'warn') return { ...neverFails, warnings: true };
  const control = controlIds.find((id) => id === word.toUpperCase());
  if (control !== undefined) return { ...neverFails, controls: [control] };
  const known = [...severities, 'warn', 'never', ...controlIds];
  const meant = nearest(word, known);
  throw new MerlonError('USAGE', 'What fails the gate is a severity, warn, ids of controls, or never alone.', {
    todo: meant === undefined ? `Use ${severities.join(', ')}, warn, never, C01 … C20.` : `Did you mean ${meant}?`,
  });
}

/** What either of two lets fail. */
function both(a: FailOn, b: FailOn): FailOn {
  return {
    // The milder one takes in the graver.
    severity: severities.findLast((one) => one === a.severity || one === b.severity),
    warnings: a.warnings || b.warnings,
    controls: [...new Set([...a.controls, ...b.controls])].sort(),
  };
}

/** What the gate looks at. */
export type Judged = Pick<ScanResult, 'findings' | 'controls' | 'targets'>;

/**
 * Says whether a scan may pass. A control that is listed has to hold: failures, warnings and an unanswered question are
 * a no; that it could not be looked at is neither yes nor no.
 */
export function gate(result: Judged, failOn: FailOn): GateResult {
  const found = result.findings.filter((finding) => breaks(finding, failOn));
  const broken = result.controls.filter((control) => failOn.controls.includes(control.id) && isNo(control));
  const no = [...broken.map(ofControl), ...found.map(ofFinding)];
  const unseen = whatWasNotSeen(result, failOn);
  return { holds: no.length === 0, couldNotLook: unseen.length > 0, because: [...shortened(no), ...shortened(unseen)] };
}

function breaks({ outcome, severity, waiver }: Finding, failOn: FailOn): boolean {
  if (waiver !== undefined) return false;
  if (outcome === 'warn') return failOn.warnings;
  if (outcome !== 'fail' || failOn.severity === undefined) return false;
  return severities.indexOf(severity) <= severities.indexOf(failOn.severity);
}

function isNo({ outcome }: ControlResult): boolean {
  return outcome === 'fail' || outcome === 'warn' || outcome === 'manual';
}

/**
 * Targets that were not reached, and controls that are asked for and could not be looked at. That no target was named
 * which could show a control is no failure to look; the grade is withheld for it all the same.
 */
function whatWasNotSeen({ targets, controls }: Judged, { controls: listed }: FailOn = neverFails): Text[] {
  return [
    ...targets.flatMap(({ reached, name }) =>
      reached ? [] : [{ en: `${name} could not be looked at.`, zh: `无法检查 ${name}。` }],
    ),
    ...controls.flatMap(({ id, outcome, required, reason, findings }) => {
      const isAsked = listed.includes(id) || (required && findings.length > 0);
      return outcome === 'unknown' && isAsked ? [joined(same(id), reason)] : [];
    }),
  ];
}

function ofControl({ id, reason }: ControlResult): Text {
  return joined(same(id), reason);
}

function ofFinding({ check, control, severity, subject, title }: Finding): Text {
  const about = subject === undefined ? '' : ` (${subject})`;
  return joined(same(`${control} ${check}${about}, ${severity}`), title);
}

function joined(a: Text, b: Text): Text {
  return { en: `${a.en}: ${b.en}`, zh: `${a.zh}：${b.zh}` };
}

function shortened(reasons: readonly Text[]): readonly Text[] {
  const more = reasons.length - MAX_REASONS;
  if (more <= 0) return reasons;
  return [...reasons.slice(0, MAX_REASONS), { en: `And ${more} more.`, zh: `另有 ${more} 项。` }];
}

/**
 * The exit code of a scan: 0 it holds, 1 the gate says no, 3 something that was asked for could not be looked at. A no
 * is certain whatever else was not seen, so it comes first. (2 is wrong usage, and no scan.)
 */
export function exitCodeOf(result: Judged & Pick<ScanResult, 'gate'>): 0 | 1 | 3 {
  if (result.gate !== undefined && !result.gate.holds) return 1;
  return (result.gate?.couldNotLook ?? whatWasNotSeen(result).length > 0) ? 3 : 0;
}
