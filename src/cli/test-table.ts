import { showable } from '../detect/showable.ts';
import type { Language, Text } from '../kernel/text.ts';
import { severityWords } from '../scanner/report/words.ts';
import type { TestOutcome } from '../scanner/test-run/record.ts';
import type { TestCounts, TestResult } from '../scanner/test-run/test-result.ts';
import { columnsOf, padColumns, wrapText } from '../kernel/columns.ts';

/** What {@link testTable} shows. */
export interface TestTable {
  readonly target: string;
  readonly tests: readonly TestResult[];
  readonly counts: TestCounts;
  /** The file of the record. */
  readonly record: string;
  readonly language: Language;
  /** Width of the terminal. */
  readonly columns: number;
}

const signs: Readonly<Record<TestOutcome, string>> = { passed: '✓', failed: '✗', unknown: '?', 'not-applicable': '-' };

const outcomeWords: Readonly<Record<TestOutcome, Text>> = {
  passed: { en: 'passed', zh: '通过' },
  failed: { en: 'failed', zh: '未通过' },
  unknown: { en: 'unknown', zh: '未知' },
  'not-applicable': { en: 'n/a', zh: '不适用' },
};

/** The order of the table: what has to be done first. */
const ORDER: readonly TestOutcome[] = ['failed', 'unknown', 'passed', 'not-applicable'];
const MIN_WIDTH = 60;
const MAX_WIDTH = 120;

/** A run as a table for people; the last lines are the checklist's: how many passed, and the share. */
export function testTable({ target, tests, counts, record, language, columns }: TestTable): string {
  const width = Math.min(Math.max(columns, MIN_WIDTH), MAX_WIDTH);
  const sorted = tests.toSorted((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome));
  const zh = language === 'zh';
  const { passed, total, percent, unknown } = counts;
  const last = zh
    ? `测试结果：${passed}/${total} 项通过，通过率 ${percent.toFixed(1)}%`
    : `Result: ${passed}/${total} tests passed, ${percent.toFixed(1)}%`;
  const unseen = zh
    ? `${unknown} 项无法判断，不计为通过。`
    : `${unknown} could not be looked at; they do not count as passed.`;
  return `${[
    `${zh ? '安全测试：' : 'Security tests: '}${showable(target)}`,
    '',
    ...sorted.flatMap((test) => rowsOf(test, language, width)),
    '',
    `${zh ? '记录：' : 'Record: '}${showable(record)}`,
    ...(unknown > 0 ? [unseen] : []),
    last,
  ].join('\n')}\n`;
}

function rowsOf(
  { id, title, outcome, severity, seen, remedy }: TestResult,
  language: Language,
  width: number,
): string[] {
  const isBad = outcome === 'failed';
  const word = outcomeWords[outcome][language];
  const grave = isBad ? `${severityWords[severity][language]}  ` : '';
  const head = `${signs[outcome]} ${padColumns(word, columnsOfWords(language))}  ${grave}${title[language]}  [${id}]`;
  const more = [seen[language], ...(isBad ? [remedy[language]] : [])];
  const details = outcome === 'passed' ? [] : more.flatMap((text) => wrapText(showable(text), width - 4));
  return [head, ...details.map((line) => `    ${line}`)];
}

function columnsOfWords(language: Language): number {
  return Math.max(...Object.values(outcomeWords).map((word) => columnsOf(word[language])));
}
