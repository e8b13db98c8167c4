import type { Control, ControlId } from '../../controls/control.ts';
import type { Language } from '../../kernel/text.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { leftOut } from './left-out.ts';
import { placeOf } from './place.ts';
import { outcomeCounts } from './outcome-counts.ts';
import { outcomeWords, priorityWords, severityWords, words } from './words.ts';

/** What {@link markdownReport} takes besides the scan. */
export interface MarkdownOptions {
  readonly language: Language;
  readonly controlOf: (id: ControlId) => Control;
}

const MARKS = { pass: '✅', fail: '❌', warn: '⚠️', manual: '❓', unknown: '◻️', 'not-applicable': '➖' } as const;

/** A scan as Markdown, as pull requests and wikis show it. Text from targets stands in code spans, where it is only text. */
export function markdownReport(result: ScanResult, { language, controlOf }: MarkdownOptions): string {
  const say = (word: keyof typeof words): string => words[word][language];
  const { grade, score } = result;
  const letter =
    grade.letter === undefined
      ? say('noGrade')
      : `${say('grade')} **${grade.letter}** (${grade.points} ${say('points')})`;
  const lines = [
    `# ${say('title')}`,
    '',
    `${say('scannedAt')}: ${new Date(result.startedAt).toISOString()} · ${say('profile')}: ${code(result.profile)} · Merlon ${result.merlon}`,
    '',
    `${letter} · ${say('score')} **${score.percent} %** (${score.passed} ${say('passed')}, ${score.failed} ${say('failed')}, ${score.warned} ${say('warned')})`,
    '',
    ...(grade.withheld === undefined ? [] : [`> ${grade.withheld[language]}`, '']),
    ...grade.caps.map((cap) => `> ≤ ${cap.letter}: ${cap.because[language]}`),
    ...(grade.caps.length === 0 ? [] : ['']),
    outcomeCounts(result, language),
    '',
    ...leftOut(result, language).map((line) => `- ${plain(line)}`),
    '',
    `## ${say('targets')}`,
    '',
    ...result.targets.map(
      ({ name, kind, reached }) => `- ${code(name)} (${kind})${reached ? '' : `: ${say('notReached')}`}`,
    ),
    '',
    `## ${say('controls')}`,
    '',
    `| | ${say('control')} | ${say('priority')} | ${say('outcome')} | ${say('reason')} |`,
    '|---|---|---|---|---|',
    ...result.controls.map(({ id, outcome, reason }) => {
      const { title, priority } = controlOf(id);
      const cells = [
        MARKS[outcome],
        `${id} ${title[language]}`,
        priorityWords[priority][language],
        outcomeWords[outcome][language],
        plain(reason[language]),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
    ...findingSections(result.findings, language),
  ];
  if (result.gate !== undefined) {
    lines.push(`**${result.gate.holds ? say('gateHolds') : say('gateFails')}**`, '');
    lines.push(...result.gate.because.map((because) => `- ${plain(because[language])}`), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function findingSections(findings: readonly Finding[], language: Language): string[] {
  const open = findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn');
  if (open.length === 0) return [];
  return [`## ${words.findings[language]}`, '', ...open.flatMap((finding) => findingLines(finding, language))];
}

function findingLines(finding: Finding, language: Language): string[] {
  const { outcome, severity, control, check, subject, target, title, evidence, remedy, fingerprint, waiver } = finding;
  const about = subject === undefined ? code(target) : `${code(subject)} · ${code(target)}`;
  const seen = evidence.slice(0, 5).map((one) => {
    const place = placeOf(one.where);
    return `- ${place === '' ? '' : `${code(place)}: `}${plain(one.seen[language])}`;
  });
  return [
    `### ${MARKS[outcome]} ${control} ${code(check)} · ${severityWords[severity][language]}`,
    '',
    `${about}: ${title[language]}`,
    '',
    ...seen,
    `- ${words.remedy[language]}: ${plain(remedy[language])}`,
    `- ${words.fingerprint[language]}: ${code(fingerprint)}`,
    ...(waiver === undefined
      ? []
      : [
          `- ${words.waived[language]}: ${plain(`${waiver.owner}, ${waiver.reason}`)}, ${words.until[language]} ${waiver.expires}`,
        ]),
    '',
  ];
}

/** A code span, whatever back-ticks the text has; `|` would end a table's cell. */
function code(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const gap = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${gap}${text.replaceAll(/\s+/g, ' ')}${gap}${fence}`;
}

/** Text that holds words of a target: nothing of it may become a link, an image, HTML, a mention or a table. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>()#+!|~@&:]/g, (char) => `\\${char}`);
}
