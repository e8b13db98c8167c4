import type { ControlId } from '../../controls/control.ts';
import type { Text } from '../../kernel/text.ts';
import type { Outcome, Severity } from '../check.ts';
import type { Finding } from '../scan-result.ts';

/** Findings of one check that say the same of several subjects: 49 tools are one thing to do, not 49. */
export interface Group {
  readonly check: string;
  readonly control: ControlId;
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly title: Text;
  readonly remedy: Text;
  /** At least one; those that are accepted are groups of their own. */
  readonly findings: readonly Finding[];
}

/** Groups findings, in the order of the first of each. */
export function groupFindings(findings: readonly Finding[]): Group[] {
  const groups = Map.groupBy(findings, ({ check, outcome, severity, remedy, waiver }) =>
    JSON.stringify([check, outcome, severity, remedy.en, remedy.zh, waiver?.owner, waiver?.reason]),
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { check, control, outcome, severity, title, remedy } = first;
    return [{ check, control, outcome, severity, title, remedy, findings: members }];
  });
}

/** Whether somebody has something to do about it: it fails or warns, and nobody accepted it. */
export function isOpen({ outcome, waiver }: Pick<Finding, 'outcome' | 'waiver'>): boolean {
  return (outcome === 'fail' || outcome === 'warn') && waiver === undefined;
}
