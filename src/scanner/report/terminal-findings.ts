import { columnsOf, fitColumns, padColumns, wrapText } from '../../kernel/columns.ts';
import type { Language } from '../../kernel/text.ts';
import { severities } from '../check.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { type Group, groupFindings, isOpen } from './group-findings.ts';
import { BOLD, colors, FAINT, marks, type Page } from './page.ts';
import { placeOf } from './place.ts';
import { severityWords, words } from './words.ts';

/** Most groups that are told in full; the others, which are milder, take a line each. */
const MAX_BLOCKS = 8;
/** Most places of a group that are told. */
const MAX_PLACES = 3;
/** Most names before a statement that holds for all of them. */
const MAX_NAMES = 4;
/** Widest name, in columns; those who choose names may choose long ones. */
const MAX_NAME = 60;
/** Most statements about one subject. */
const MAX_EVIDENCE = 5;

/** What there is to do, the worst first; with `--all` also what passes, could not be seen or is accepted. */
export function findingSections(page: Page, result: ScanResult): void {
  const { all } = page.options;
  const names = new Map(result.targets.map(({ id, name }) => [id, name]));
  const nameOf = (id: string): string => (names.size > 1 ? (names.get(id) ?? id) : '');
  const open = result.findings.filter((finding) => isOpen(finding));
  const groups = groupFindings(open);
  if (groups.length > 0) page.heading(headingOf(page, groups.length, open.length));
  const told = all ? groups : groups.slice(0, MAX_BLOCKS);
  const short = groups.slice(told.length);
  for (const group of told) block(page, group, nameOf);
  if (short.length > 0) page.line();
  for (const group of short) oneLine(page, group);
  if (short.length > 0) page.paragraph(page.say(words.tellAll), 2, { color: FAINT });
  if (!all) return;
  const rest = groupFindings(result.findings.filter((finding) => !isOpen(finding)));
  if (rest.length > 0) page.heading(page.say(words.otherFindings));
  for (const group of rest) block(page, group, nameOf);
}

/** `1 finding`, `2 findings`. */
export function countedFindings(count: number, language: Language): string {
  if (language === 'zh') return `${count} 处`;
  return `${count} ${count === 1 ? 'finding' : 'findings'}`;
}

function headingOf({ options: { language } }: Page, groups: number, findings: number): string {
  const what = words.toDo[language];
  if (language === 'zh') return `${what}（${groups} 项，共 ${findings} 处）`;
  return groups === findings ? `${what} (${groups})` : `${what} (${groups}, with ${countedFindings(findings, 'en')})`;
}

/** What stands before the title of a group: mark, severity, control. */
function leadOf(page: Page, { outcome, severity, control }: Group): string {
  const longest = Math.max(...severities.map((one) => columnsOf(page.say(severityWords[one]))));
  return `${marks[outcome]} ${padColumns(page.say(severityWords[severity]), longest)}  ${control} `;
}

function painted(page: Page, lead: string, { outcome }: Group): string {
  return page.paint(lead.slice(0, -4), colors[outcome]) + lead.slice(-4);
}

function timesOf({ findings }: Group): string {
  return findings.length === 1 ? '' : `  ${findings.length}×`;
}

function oneLine(page: Page, group: Group): void {
  const lead = leadOf(page, group);
  const many = timesOf(group);
  const room = page.options.width - 2 - columnsOf(lead + many);
  const title = page.say(group.title);
  const shown = columnsOf(title) <= room ? title : fitColumns(title, room).trimEnd();
  page.line(`  ${painted(page, lead, group)}${shown}${page.paint(many, FAINT)}`);
}

function titleLines(page: Page, group: Group): void {
  const lead = leadOf(page, group);
  const hang = 2 + columnsOf(lead);
  const [first = '', ...more] = wrapText(page.say(group.title) + timesOf(group), page.options.width - hang);
  page.line(`  ${painted(page, lead, group)}${page.paint(first, BOLD)}`);
  for (const line of more) page.line(' '.repeat(hang) + page.paint(line, BOLD));
}

function block(page: Page, group: Group, nameOf: (id: string) => string): void {
  const { all } = page.options;
  const { check, outcome, remedy, findings } = group;
  page.line();
  titleLines(page, group);
  const places = all ? findings.map((one) => [one]) : alike(findings);
  const shown = all ? places : places.slice(0, MAX_PLACES);
  for (const members of shown) {
    // Where there are several, what to name in a waiver stands with each.
    const lead = all && findings.length > 1 ? `${members[0]?.fingerprint ?? ''}  ` : '';
    seenLines(page, members, lead, nameOf);
  }
  const left = places.slice(shown.length).flat().length;
  if (left > 0) page.paragraph(moreOf(page, left), 6, { color: FAINT });
  if (outcome === 'fail' || outcome === 'warn') page.paragraph(page.say(remedy), 6, { lead: '→ ' });
  const [one] = findings;
  const waiver = one?.waiver;
  const accepted =
    waiver === undefined
      ? ''
      : ` · ${page.say(words.waived)}${page.say(words.colon)}${waiver.owner}${page.say(words.comma)}${waiver.reason}`;
  const fingerprint = findings.length === 1 && one !== undefined ? ` · ${one.fingerprint}` : '';
  page.paragraph(`${check}${fingerprint}${accepted}`, 6, { color: FAINT });
}

function moreOf({ options: { language } }: Page, count: number): string {
  return language === 'zh' ? `另有 ${count} 处（--all 列出全部）` : `and ${count} more (--all lists them)`;
}

/** Findings that say the same of several subjects. */
function alike(findings: readonly Finding[]): Finding[][] {
  const groups = Map.groupBy(findings, ({ subject, target, evidence, fingerprint }) =>
    subject === undefined ? fingerprint : JSON.stringify([target, evidence.map(({ seen }) => seen)]),
  );
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

/** What was seen, and of whom: in one statement for all who are alike, or in each of one finding. */
function seenLines(page: Page, members: readonly Finding[], lead: string, nameOf: (id: string) => string): void {
  const [first] = members;
  if (first === undefined) return;
  const { target, evidence } = first;
  const who = namesOf(page, members);
  const shown = page.options.all ? evidence : evidence.slice(0, MAX_EVIDENCE);
  for (const [index, { seen, where }] of shown.entries()) {
    const at = members.length === 1 ? placeBelow(page, placeOf(where)) : '';
    // A file says which target it is.
    const name = where?.file === undefined || at === '' ? nameOf(target) : '';
    const about = index === 0 ? [name, at, at === who ? '' : who] : [at];
    const before = about.filter((one) => one !== '').join(' · ');
    const colon = before === '' ? '' : page.say(words.colon);
    page.paragraph(`${before}${colon}${page.say(seen)}`, 6, { lead: index === 0 ? lead : '' });
  }
}

function namesOf(page: Page, members: readonly Finding[]): string {
  const { all } = page.options;
  const names = members.flatMap(({ subject }) => subject ?? []);
  const short = names
    .slice(0, MAX_NAMES)
    .map((name) => (all || columnsOf(name) <= MAX_NAME ? name : fitColumns(name, MAX_NAME).trimEnd()));
  const listed = short.join(page.options.language === 'zh' ? '、' : ', ');
  const more = names.length - MAX_NAMES;
  return more > 0 ? `${listed} ${page.say(words.andMore).replace('#', String(more))}` : listed;
}

function placeBelow({ options: { root } }: Page, path: string): string {
  const base = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(base) ? path.slice(base.length) : path;
}
