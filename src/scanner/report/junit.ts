import type { ControlId } from '../../controls/control.ts';
import type { Language, Text } from '../../kernel/text.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { escapeMarkup } from './escape-markup.ts';
import { placeOf } from './place.ts';

/** What {@link junitReport} takes besides the scan. */
export interface JunitOptions {
  readonly language: Language;
  readonly titleOf: (id: ControlId) => Text;
}

/**
 * A scan as JUnit XML: a suite for each control, a case for each finding. Failures are failures; what could not be looked
 * at is an error; warnings, questions to people and accepted findings are skipped with their words, as JUnit has no other.
 */
export function junitReport(result: ScanResult, { language, titleOf }: JunitOptions): string {
  const suites = result.controls.map(({ id }) => suiteOf(id, result, language, titleOf(id)[language]));
  const all = countsOf(result.findings);
  const seconds = (result.durationMs / 1000).toFixed(3);
  const head = `<testsuites name="merlon scan" ${attributes(all)} time="${seconds}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('')}</testsuites>\n`;
}

function suiteOf(id: ControlId, result: ScanResult, language: Language, title: string): string {
  const findings = result.findings.filter(({ control }) => control === id);
  const when = new Date(result.startedAt).toISOString().replace(/\.\d+Z$/, '');
  const head = `<testsuite name="${escapeMarkup(`${id} ${title}`)}" ${attributes(countsOf(findings))} timestamp="${when}">`;
  return `  ${head}\n${findings.map((finding) => caseOf(finding, language)).join('')}  </testsuite>\n`;
}

function attributes({ tests, failures, errors, skipped }: ReturnType<typeof countsOf>): string {
  return `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
}

function countsOf(findings: readonly Finding[]) {
  const kinds = findings.map(kindOf);
  const count = (kind: string): number => kinds.filter((one) => one === kind).length;
  return { tests: kinds.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

function kindOf({ outcome, waiver }: Finding): 'failure' | 'error' | 'skipped' | undefined {
  if (outcome === 'pass') return undefined;
  if (waiver !== undefined) return 'skipped';
  if (outcome === 'fail') return 'failure';
  return outcome === 'unknown' ? 'error' : 'skipped';
}

function caseOf(finding: Finding, language: Language): string {
  const { check, subject, target, title, remedy, evidence, severity, outcome } = finding;
  const name = escapeMarkup([check, subject].filter((part) => part !== undefined).join(' · '));
  const head = `    <testcase classname="${escapeMarkup(target)}" name="${name}"`;
  const kind = kindOf(finding);
  if (kind === undefined) return `${head}/>\n`;
  const seen = evidence.map((one) => `${placeOf(one.where)} ${one.seen[language]}`.trim()).join('\n');
  const message = escapeMarkup(kind === 'failure' ? title[language] : `${outcome}: ${seen}`);
  if (kind === 'skipped') return `${head}><skipped message="${message}"/></testcase>\n`;
  const text = escapeMarkup(`${seen}\n${remedy[language]}`);
  return `${head}><${kind} type="${severity}" message="${message}">${text}</${kind}></testcase>\n`;
}
