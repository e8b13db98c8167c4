import type { ControlId } from '../../controls/control.ts';
import type { Language, Text } from '../../kernel/text.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { placeOf } from './place.ts';
import { outcomeWords, severityWords, words } from './words.ts';

/** What {@link actionPlan} takes besides the scan. */
export interface ActionPlanOptions {
  readonly language: Language;
  readonly titleOf: (id: ControlId) => Text;
}

/**
 * What there is to do as CSV (RFC 4180) for a spreadsheet: failures, warnings and open questions, the worst first, with
 * empty columns for who does it until when. Cells that a spreadsheet would run as a formula get an apostrophe in front.
 */
export function actionPlan(result: ScanResult, { language, titleOf }: ActionPlanOptions): string {
  const head = [
    words.fingerprint,
    words.control,
    words.check,
    words.severity,
    words.outcome,
    words.target,
    words.subject,
    words.evidence,
    words.remedy,
    { en: 'Owner', zh: '负责人' },
    { en: 'Due', zh: '截止日期' },
    { en: 'State', zh: '状态' },
  ].map((word) => word[language]);
  const open = result.findings.filter(({ outcome, waiver }) => TO_DO.has(outcome) && waiver === undefined);
  const questions = result.controls.filter(({ outcome }) => outcome === 'manual');
  const rows = [
    ...open.map((finding) => rowOf(finding, language, titleOf)),
    ...questions.map(({ id, reason }) => [
      '',
      `${id} ${titleOf(id)[language]}`,
      '',
      '',
      outcomeWords.manual[language],
      '',
      '',
      '',
      reason[language],
      '',
      '',
      '',
    ]),
  ];
  // A spreadsheet tells UTF-8 by the mark.
  return `\ufeff${[head, ...rows].map((cells) => cells.map(cell).join(',')).join('\r\n')}\r\n`;
}

const TO_DO = new Set(['fail', 'warn', 'manual', 'unknown']);

function rowOf(finding: Finding, language: Language, titleOf: (id: ControlId) => Text): string[] {
  const { fingerprint, control, check, severity, outcome, target, subject = '', evidence, remedy } = finding;
  const seen = evidence.slice(0, 3).map((one) => `${placeOf(one.where)} ${one.seen[language]}`.trim());
  return [
    fingerprint,
    `${control} ${titleOf(control)[language]}`,
    check,
    severityWords[severity][language],
    outcomeWords[outcome][language],
    target,
    subject,
    seen.join(' '),
    remedy[language],
    '',
    '',
    '',
  ];
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
