import { controlOf } from '../../controls/index.ts';
import { columnsOf, fitColumns, padColumns } from '../../kernel/columns.ts';
import type { Language } from '../../kernel/text.ts';
import type { ControlResult, ScanResult } from '../scan-result.ts';
import { isOpen } from './group-findings.ts';
import { colors, FAINT, marks, Page } from './page.ts';
import { countedFindings, findingSections } from './terminal-findings.ts';
import { summaryLines } from './terminal-summary.ts';
import { outcomeWords, targetWords, words } from './words.ts';

/** How {@link terminalReport} writes. */
export interface TerminalOptions {
  readonly language: Language;
  readonly color: boolean;
  /** Width in columns; 60 to 200. */
  readonly width: number;
  /** All findings, one by one, also those that pass. Default: what somebody has to look at, in groups. */
  readonly all: boolean;
  /** Folder that paths are shown relative to. */
  readonly root: string;
}

/** Fewest columns in which a reason says something. */
const LEAST_REASON = 40;
/** Widest column for the titles of controls; the rest of the line is for the reason. */
const MAX_TITLE = 40;

/** A scan for people at a terminal: the 20 controls first, then what to do, the grade last, where the eye ends. */
export function terminalReport(result: ScanResult, options: TerminalOptions): string {
  const page = new Page(options);
  page.heading(words.controls[options.language]);
  const titles = result.controls.map(({ id }) => columnsOf(page.say(controlOf(id).title)));
  const width = Math.min(MAX_TITLE, Math.max(0, ...titles));
  for (const control of result.controls) controlLine(page, control, result, width);
  findingSections(page, result);
  notReached(page, result);
  summaryLines(page, result);
  return page.text();
}

/** One line each: twenty that are read at a glance. What is cut stands whole below. */
function controlLine(page: Page, control: ControlResult, result: ScanResult, width: number): void {
  const { id, outcome } = control;
  const word = padColumns(page.say(outcomeWords[outcome]), columnsOf(page.say(outcomeWords.manual)));
  const head = `${marks[outcome]} ${word}`;
  const title = fitColumns(page.say(controlOf(id).title), width);
  const room = page.options.width - columnsOf(`  ${head}  ${id}  ${title}  `);
  const why = hintOf(page, control, result, room);
  const shown = columnsOf(why) <= room ? why : fitColumns(why, room).trimEnd();
  page.line(`  ${page.paint(head, colors[outcome])}  ${id}  ${title}  ${page.paint(shown, FAINT)}`);
}

/** Why a control does not hold, in as many words as there is room for. */
function hintOf(page: Page, { id, outcome, reason }: ControlResult, { findings }: ScanResult, room: number): string {
  const own = findings.filter(({ control }) => control === id);
  if (outcome === 'pass') {
    const isTold = own.every((one) => one.outcome !== 'pass' || one.basis === 'told');
    return isTold && own.length > 0 ? page.say(words.told) : '';
  }
  if (outcome === 'manual') return `merlon attest ${id}`;
  if (room >= LEAST_REASON || (outcome !== 'fail' && outcome !== 'warn')) return page.say(reason);
  return countedFindings(own.filter((one) => isOpen(one)).length, page.options.language);
}

function notReached(page: Page, { targets }: ScanResult): void {
  const unreached = targets.filter(({ reached }) => !reached);
  if (unreached.length > 0) page.heading(page.say(words.notReachedTitle));
  for (const { kind, name, missing } of unreached) {
    page.paragraph(`${page.say(targetWords[kind])} ${name}`, 2);
    for (const { part, why } of missing) page.paragraph(`${part}: ${page.say(why)}`, 6);
  }
}
