import type { ControlId } from '../../controls/control.ts';
import type { Language, Text } from '../../kernel/text.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { escapeMarkup } from './escape-markup.ts';
import { placeOf } from './place.ts';
import { outcomeWords, severityWords, words } from './words.ts';

/** What {@link junitReport} takes besides the scan. */
export interface JunitOptions {
  readonly language: Language;
  readonly titleOf: (id: ControlId) => Text;
}

/**
 * A scan as JUnit XML, as Jenkins' schema has it: a suite for each control, a case for each finding. Failures are failures;
 * what could not be looked at is an error; warnings, questions to people and accepted findings are skipped with their
 * words, as JUnit has no other.
 */
export function junitReport(result: ScanResult, { language, titleOf }: JunitOptions): string {
  const byControl = Map.groupBy(named(result.findings), ({ finding }) => finding.control);
  const suites = result.controls.map(({ id }) =>
    suiteOf(`${id} ${titleOf(id)[language]}`, byControl.get(id) ?? [], result.startedAt, language),
  );
  const { tests, failures, errors } = countsOf(result.findings);
  const counts = `tests="${tests}" failures="${failures}" errors="${errors}"`;
  const seconds = (result.durationMs / 1000).toFixed(3);
  const head = `<testsuites name="merlon scan" ${counts} time="${seconds}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('')}</testsuites>\n`;
}

interface Named {
  readonly finding: Finding;
  readonly name: string;
}

/** Of cases with the same name GitLab shows the first alone. */
function named(findings: readonly Finding[]): Named[] {
  const taken = new Set<string>();
  return findings.map((finding) => {
    const { check, subject, target, fingerprint } = finding;
    // XML turns white space in attributes into blanks.
    const plain = [check, subject, target]
      .filter((part) => part !== undefined)
      .join(' · ')
      .replaceAll(/\s+/g, ' ');
    const name = taken.has(escapeMarkup(plain)) ? `${plain} · ${fingerprint}` : plain;
    taken.add(escapeMarkup(name));
    return { finding, name };
  });
}

function suiteOf(name: string, cases: readonly Named[], startedAt: number, language: Language): string {
  const when = new Date(startedAt).toISOString().replace(/\.\d+Z$/, '');
  const { tests, failures, errors, skipped } = countsOf(cases.map(({ finding }) => finding));
  const counts = `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  const head = `<testsuite name="${escapeMarkup(name)}" ${counts} time="0" timestamp="${when}">`;
  return `  ${head}\n${cases.map((one) => caseOf(one, language)).join('')}  </testsuite>\n`;
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

function caseOf({ finding, name }: Named, language: Language): string {
  const { control, severity, evidence } = finding;
  // Jenkins takes what stands before the last dot for a package.
  const head = `    <testcase classname="merlon.${control}" name="${escapeMarkup(name)}" time="0"`;
  const kind = kindOf(finding);
  if (kind === undefined) return `${head}/>\n`;
  const text = escapeMarkup(textOf(finding, language));
  // Attributes of `skipped` are in the newer schemas alone, and GitLab shows the text.
  if (kind === 'skipped') return `${head}><skipped>${text}</skipped></testcase>\n`;
  const message = escapeMarkup(evidence[0]?.seen[language] ?? '');
  return `${head}><${kind} type="${severity}" message="${message}">${text}</${kind}></testcase>\n`;
}

/** All of it: GitLab does not show the message of a failure. */
function textOf(finding: Finding, language: Language): string {
  const { outcome, severity, title, evidence, remedy, fingerprint, waiver } = finding;
  const seen = evidence.map((one) => `- ${placeOf(one.where)} ${one.seen[language]}`.replace(/ {2,}/g, ' '));
  const accepted =
    waiver === undefined
      ? []
      : [`${words.waived[language]}: ${waiver.owner}, ${waiver.reason}, ${words.until[language]} ${waiver.expires}`];
  const isToDo = outcome === 'fail' || outcome === 'warn';
  return [
    `${outcomeWords[outcome][language]}, ${severityWords[severity][language]}: ${title[language]}`,
    ...seen,
    ...(isToDo ? [`${words.remedy[language]}: ${remedy[language]}`] : []),
    ...accepted,
    fingerprint,
  ].join('\n');
}
