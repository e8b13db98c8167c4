import type { Control, ControlId } from '../../controls/control.ts';
import type { Language } from '../../kernel/text.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { placeOf } from './place.ts';
import { spreadsheet } from './spreadsheet.ts';
import { outcomeWords, severityWords, words } from './words.ts';

/** What {@link actionPlan} takes besides the scan. */
export interface ActionPlanOptions {
  readonly language: Language;
  readonly controlOf: (id: ControlId) => Control;
}

/**
 * What there is to do, for a spreadsheet: failures, warnings and open questions, the worst first, with empty columns for
 * who does it until when.
 */
export function actionPlan(result: ScanResult, { language, controlOf }: ActionPlanOptions): string {
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
  const asked = new Set(open.flatMap(({ outcome, control }) => (outcome === 'manual' ? [control] : [])));
  const questions = result.controls.filter(({ id, outcome }) => outcome === 'manual' && !asked.has(id));
  const rows = [
    ...open.map((finding) => rowOf(finding, language, controlOf)),
    ...questions.map(({ id, reason }) => [
      '',
      `${id} ${controlOf(id).title[language]}`,
      '',
      '',
      outcomeWords.manual[language],
      '',
      '',
      reason[language],
      controlOf(id).question?.[language] ?? '',
      '',
      '',
      '',
    ]),
  ];
  return spreadsheet([head, ...rows]);
}

const TO_DO = new Set(['fail', 'warn', 'manual', 'unknown']);

function rowOf(finding: Finding, language: Language, controlOf: (id: ControlId) => Control): string[] {
  const { fingerprint, control, check, severity, outcome, target, subject = '', evidence, remedy } = finding;
  const seen = evidence.slice(0, 3).map((one) => `${placeOf(one.where)} ${one.seen[language]}`.trim());
  return [
    fingerprint,
    `${control} ${controlOf(control).title[language]}`,
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
