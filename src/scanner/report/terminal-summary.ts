import { columnsOf, padColumns } from '../../kernel/columns.ts';
import type { Text } from '../../kernel/text.ts';
import { severities } from '../check.ts';
import type { Letter, ScanResult } from '../scan-result.ts';
import { bindingCaps } from './binding-caps.ts';
import { isOpen } from './group-findings.ts';
import { leftOut } from './left-out.ts';
import { outcomeCounts } from './outcome-counts.ts';
import { BOLD, colors, FAINT, type Page } from './page.ts';
import { severityWords, words } from './words.ts';

/** Most reasons of the gate that are told unless all are asked for: they stand above in full. */
const MAX_REASONS = 3;
const LETTER_COLORS: Readonly<Record<Letter, number>> = { A: 42, B: 42, C: 43, D: 43, E: 41, F: 41 };

/** The grade and what it comes from, in a few lines with the same beginning. */
export function summaryLines(page: Page, result: ScanResult): void {
  const { grade, profile, durationMs } = result;
  gradeLine(page, result);
  if (grade.withheld !== undefined) page.paragraph(page.say(grade.withheld), 2);
  const caps = page.options.all ? grade.caps : bindingCaps(grade);
  for (const { letter, because } of caps) page.paragraph(page.say(because), 2, { lead: `≤ ${letter}  ` });
  const rows: [Text, string][] = [
    [words.controls, outcomeCounts(result, page.options.language)],
    [words.findings, severityCounts(page, result)],
    [words.score, scoreOf(page, result)],
    [words.profile, profile],
    [words.took, `${(durationMs / 1000).toFixed(1)} s`],
    ...changes(page, result),
    ...openEnds(page, result),
  ];
  const width = Math.max(...rows.map(([label]) => columnsOf(page.say(label))));
  page.line();
  for (const [label, text] of rows) {
    if (text !== '') page.paragraph(text, 2, { lead: `${padColumns(page.say(label), width)}  ` });
  }
  for (const line of leftOut(result, page.options.language)) page.paragraph(line, 2);
  gateLines(page, result);
}

function gradeLine(page: Page, { grade: { letter, points } }: ScanResult): void {
  if (letter === undefined) return page.heading(page.say(words.noGrade));
  const word = page.paint(page.say(words.grade), BOLD);
  page.line();
  page.line(
    `${word} ${page.paint(page.options.color ? ` ${letter} ` : letter, BOLD, 97, LETTER_COLORS[letter])} · ${points} ${page.say(words.points)}`,
  );
}

function scoreOf(page: Page, { score: { passed, failed, warned, percent } }: ScanResult): string {
  const counts = [
    `${passed} ${page.say(words.passed)}`,
    `${failed} ${page.say(words.failed)}`,
    `${warned} ${page.say(words.warned)}`,
  ].join(page.say(words.comma));
  return page.options.language === 'zh' ? `${percent} %（${counts}）` : `${percent} % (${counts})`;
}

function severityCounts(page: Page, { findings }: ScanResult): string {
  const open = findings.filter((one) => isOpen(one));
  const counts = severities.flatMap((severity) => {
    const count = open.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${page.say(severityWords[severity])}`];
  });
  return counts.length === 0 ? page.say(words.nothingFound) : counts.join(page.say(words.comma));
}

function changes(page: Page, { diff }: ScanResult): [Text, string][] {
  if (diff === undefined) return [];
  const counts = [
    [words.fresh, diff.fresh.length],
    [words.fixed, diff.fixed.length],
    [words.unchanged, diff.unchanged.length],
    [words.notLooked, diff.notLooked.length],
  ] as const;
  return [[words.changes, counts.map(([word, count]) => `${count} ${page.say(word)}`).join(page.say(words.comma))]];
}

/** What a person has to answer, and what nobody could see. */
function openEnds(page: Page, { controls }: ScanResult): [Text, string][] {
  const idsOf = (outcome: string): string[] =>
    controls.flatMap((control) => (control.outcome === outcome ? [control.id] : []));
  const [manual, unknown] = [idsOf('manual'), idsOf('unknown')];
  const [first, ...others] = manual;
  const also = others.length === 0 ? '' : page.say(words.also).replace('#', others.join(', '));
  return [
    [words.forPeople, first === undefined ? '' : `merlon attest ${first}${also}`],
    [words.unseen, unknown.length === 0 ? '' : unknown.join(', ')],
  ];
}

function gateLines(page: Page, { gate }: ScanResult): void {
  if (gate === undefined) return;
  const color = colors[gate.holds ? 'pass' : 'fail'];
  page.line();
  page.line(page.paint(page.say(gate.holds ? words.gateHolds : words.gateFails), BOLD, color));
  const shown = page.options.all ? gate.because : gate.because.slice(0, MAX_REASONS);
  for (const because of shown) page.paragraph(page.say(because), 2);
  const left = gate.because.length - shown.length;
  if (left > 0) page.paragraph(page.say(words.andMore).replace('#', String(left)), 2, { color: FAINT });
}
