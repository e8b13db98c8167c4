import type { Control, ControlId } from '../../controls/control.ts';
import { priorityWords } from '../../controls/words.ts';
import type { Language } from '../../kernel/text.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { bindingCaps } from './binding-caps.ts';
import { type Group, groupFindings } from './group-findings.ts';
import { leftOut } from './left-out.ts';
import { asCode, asText } from './markdown-text.ts';
import { outcomeCounts } from './outcome-counts.ts';
import { placeOf } from './place.ts';
import { outcomeWords, severityWords, targetWords, words } from './words.ts';

/** What {@link markdownReport} takes besides the scan. */
export interface MarkdownOptions {
  readonly language: Language;
  readonly controlOf: (id: ControlId) => Control;
}

const MARKS = { pass: '✅', fail: '❌', warn: '⚠️', manual: '❓', unknown: '◻️', 'not-applicable': '➖' } as const;
/** Most findings of one check that are told one by one; the rest is counted. */
const MAX_EACH = 20;

/** A scan as Markdown, as pull requests and wikis show it. Nothing that a target is called becomes more than text. */
export function markdownReport(result: ScanResult, { language, controlOf }: MarkdownOptions): string {
  const say = (word: keyof typeof words): string => words[word][language];
  const open = result.findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn');
  const lines = [
    `# ${say('title')}`,
    '',
    ...summaryLines(result, language),
    ...leftOut(result, language).map((line) => `- ${asText(line)}`),
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
        asText(reason[language]),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
    ...(open.length === 0 ? [] : [`## ${say('findings')}`, '']),
    ...groupFindings(open).flatMap((group) => groupLines(group, language)),
    `## ${say('targets')}`,
    '',
    ...result.targets.map(({ name, kind, reached, missing }) => {
      const why = missing.map((one) => `${one.part}: ${one.why[language]}`).join(' ');
      const what = `${targetWords[kind][language]}: ${asCode(name)}`;
      return reached ? `- ${what}` : `- ${what}, ${say('notReached')}. ${asText(why)}`;
    }),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function summaryLines(result: ScanResult, language: Language): string[] {
  const say = (word: keyof typeof words): string => words[word][language];
  const { grade, score, gate, diff, startedAt, profile, merlon } = result;
  const letter =
    grade.letter === undefined
      ? `**${say('noGrade')}**`
      : `${say('grade')} **${grade.letter}** (${grade.points} ${say('points')})`;
  const counts = `${score.passed} ${say('passed')}, ${score.failed} ${say('failed')}, ${score.warned} ${say('warned')}`;
  const changed =
    diff === undefined
      ? []
      : [
          [
            `${diff.fresh.length} ${say('fresh')}`,
            `${diff.fixed.length} ${say('fixed')}`,
            `${diff.unchanged.length} ${say('unchanged')}`,
            `${diff.notLooked.length} ${say('notLooked')}`,
          ].join(', '),
          '',
        ];
  return [
    `${letter} · ${say('score')} **${score.percent} %** (${counts})`,
    '',
    ...(grade.withheld === undefined ? [] : [`> ${asText(grade.withheld[language])}`, '']),
    ...bindingCaps(grade).flatMap((cap) => [`> ≤ ${cap.letter}: ${asText(cap.because[language])}`, '']),
    `${say('controls')}: ${outcomeCounts(result, language)}`,
    '',
    ...changed,
    ...(gate === undefined ? [] : [`**${gate.holds ? say('gateHolds') : say('gateFails')}**`, '']),
    ...(gate === undefined ? [] : [...gate.because.map((because) => `- ${asText(because[language])}`), '']),
    `${say('scannedAt')}: ${new Date(startedAt).toISOString()} · ${say('profile')}: ${asText(profile)} · Merlon ${asText(merlon)}`,
    '',
  ];
}

function groupLines(group: Group, language: Language): string[] {
  const { outcome, severity, control, check, title, remedy, findings } = group;
  const { length } = findings;
  const [waiver] = findings.flatMap((one) => one.waiver ?? []);
  const left = length - MAX_EACH;
  return [
    `### ${MARKS[outcome]} ${control} ${asCode(check)} · ${severityWords[severity][language]}${length === 1 ? '' : ` · ${length}×`}`,
    '',
    asText(title[language]),
    '',
    ...findings.slice(0, MAX_EACH).map((finding) => findingLine(finding, language)),
    ...(left > 0 ? [`- ${language === 'zh' ? `另有 ${left} 项` : `${left} more`}`] : []),
    '',
    `**${words.remedy[language]}**: ${asText(remedy[language])}`,
    '',
    ...(waiver === undefined
      ? []
      : [
          `**${words.waived[language]}**: ${asText(`${waiver.owner}, ${waiver.reason}`)}, ${words.until[language]} ${waiver.expires}`,
          '',
        ]),
  ];
}

function findingLine({ subject, target, evidence, fingerprint }: Finding, language: Language): string {
  const about = [subject ?? '', target].map(asCode).filter((part) => part !== '');
  const seen = evidence.slice(0, 5).map((one) => {
    const place = asCode(placeOf(one.where));
    return `${place === '' ? '' : `${place} `}${asText(one.seen[language])}`;
  });
  return `- ${[...about, seen.join(' '), asCode(fingerprint)].join(' · ')}`;
}
