import { controlOf } from '../../controls/index.ts';
import type { Language, Text } from '../../kernel/text.ts';
import type { Outcome } from '../check.ts';
import type { ControlResult, Finding, ScanResult } from '../scan-result.ts';
import { columns, padded, wrapped } from './columns.ts';
import { outcomeCounts } from './outcome-counts.ts';
import { leftOut } from './left-out.ts';
import { placeOf } from './place.ts';
import { outcomeWords, severityWords, words } from './words.ts';

/** How {@link terminalReport} writes. */
export interface TerminalOptions {
  readonly language: Language;
  readonly color: boolean;
  /** Width in columns; 60 to 200. */
  readonly width: number;
  /** Also the findings that pass or do not apply. Default: only what somebody has to look at. */
  readonly all: boolean;
}

const COLORS: Readonly<Record<Outcome, number>> = {
  pass: 32,
  fail: 31,
  warn: 33,
  manual: 36,
  unknown: 35,
  'not-applicable': 90,
};
const MARKS: Readonly<Record<Outcome, string>> = {
  pass: '✓',
  fail: '✗',
  warn: '!',
  manual: '?',
  unknown: '·',
  'not-applicable': '-',
};

/** A scan for people at a terminal: the 20 controls first, then what to do, the grade last, where the eye ends. */
export function terminalReport(result: ScanResult, options: TerminalOptions): string {
  const page = new Page(options);
  const { language } = options;
  page.heading(words.controls[language]);
  for (const control of result.controls) controlLine(page, control);
  const shown = result.findings.filter(
    ({ outcome, waiver }) => options.all || (isOpen(outcome) && waiver === undefined),
  );
  if (shown.length > 0) page.heading(`${words.findings[language]} (${shown.length})`);
  for (const finding of shown) findingLines(page, finding);
  const unreached = result.targets.filter(({ reached }) => !reached);
  if (unreached.length > 0) page.heading(words.notReached[language]);
  for (const { name, missing } of unreached) {
    page.line(`  ${name}`);
    for (const { part, why } of missing) page.paragraph(`${part}: ${why[language]}`, 4);
  }
  summaryLines(page, result);
  return page.text();
}

function isOpen(outcome: Outcome): boolean {
  return outcome === 'fail' || outcome === 'warn';
}

class Page {
  readonly options: TerminalOptions;
  readonly #lines: string[] = [];

  constructor(options: TerminalOptions) {
    this.options = options;
  }

  line(text = ''): void {
    this.#lines.push(text);
  }

  heading(text: string): void {
    if (this.#lines.length > 0) this.line();
    this.line(this.paint(text, 1));
  }

  /** Text that is wrapped and stands `indent` columns from the edge. */
  paragraph(text: string, indent: number): void {
    for (const line of wrapped(text, this.options.width - indent)) this.line(' '.repeat(indent) + line);
  }

  paint(text: string, code: number): string {
    return this.options.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  }

  say(text: Text): string {
    return text[this.options.language];
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function controlLine(page: Page, { id, outcome, reason }: ControlResult): void {
  const title = page.say(controlOf(id).title);
  const mark = page.paint(`${MARKS[outcome]} ${padded(page.say(outcomeWords[outcome]), 8)}`, COLORS[outcome]);
  const head = `  ${mark} ${id}  ${padded(title, 38)}`;
  const room = page.options.width - columns(`  x ${' '.repeat(8)} ${id}  `) - 39;
  const why = outcome === 'pass' ? '' : page.say(reason);
  const [first = '', ...rest] = wrapped(why, Math.max(room, 20));
  page.line(`${head} ${first}`.trimEnd());
  for (const line of rest.slice(0, 2)) page.line(' '.repeat(page.options.width - Math.max(room, 20)) + line);
}

function findingLines(page: Page, finding: Finding): void {
  const { outcome, severity, control, check, subject, title, evidence, remedy, fingerprint, waiver } = finding;
  const label = `${MARKS[outcome]} ${page.say(severityWords[severity])}`;
  const about = subject === undefined ? finding.target : `${subject} · ${finding.target}`;
  page.line(`  ${page.paint(label, COLORS[outcome])} ${control} ${page.paint(check, 1)}  ${about}`);
  page.paragraph(page.say(title), 6);
  for (const { seen, where } of evidence.slice(0, 5)) {
    const place = placeOf(where);
    page.paragraph(`${place === '' ? '' : `${place}: `}${page.say(seen)}`, 6);
  }
  if (isOpen(outcome)) page.paragraph(`→ ${page.say(remedy)}`, 6);
  const accepted = waiver === undefined ? '' : ` · ${page.say(words.waived)} (${waiver.owner}: ${waiver.reason})`;
  page.line(page.paint(`      ${fingerprint}${accepted}`, 90));
}

function summaryLines(page: Page, result: ScanResult): void {
  const { grade, score, gate, diff, profile } = result;
  const { language } = page.options;
  page.heading(
    grade.letter === undefined
      ? words.noGrade[language]
      : `${words.grade[language]} ${grade.letter} · ${grade.points} ${words.points[language]}`,
  );
  if (grade.withheld !== undefined) page.paragraph(page.say(grade.withheld), 2);
  for (const { letter, because } of grade.caps) page.paragraph(`≤ ${letter}  ${page.say(because)}`, 2);
  const { passed, failed, warned, percent } = score;
  page.paragraph(
    `${words.score[language]} ${percent} %: ${passed} ${words.passed[language]}, ${failed} ${words.failed[language]}, ` +
      `${warned} ${words.warned[language]} · ${words.profile[language]} ${profile}`,
    2,
  );
  page.paragraph(outcomeCounts(result, language), 2);
  for (const line of leftOut(result, language)) page.paragraph(line, 2);
  if (diff !== undefined) {
    const counts = [
      [words.fresh, diff.fresh.length],
      [words.fixed, diff.fixed.length],
      [words.unchanged, diff.unchanged.length],
      [words.notLooked, diff.notLooked.length],
    ] as const;
    page.paragraph(counts.map(([word, count]) => `${count} ${word[language]}`).join(', '), 2);
  }
  if (gate === undefined) return;
  page.line(
    page.paint(`  ${gate.holds ? words.gateHolds[language] : words.gateFails[language]}`, gate.holds ? 32 : 31),
  );
  for (const because of gate.because) page.paragraph(page.say(because), 4);
}
