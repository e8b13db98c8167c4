import type { Language, Text } from '../../kernel/text.ts';
import { outcomes, severities } from '../check.ts';
import type { ScanResult } from '../scan-result.ts';
import { bindingCaps } from './binding-caps.ts';
import { type Bar, barChart, ringChart, type Slice } from './charts.ts';
import { escapeMarkup, proseMarkup } from './escape-markup.ts';
import { type Group, groupFindings, isOpen } from './group-findings.ts';
import type { HtmlOptions } from './html.ts';
import { leftOut } from './left-out.ts';
import { marks } from './page.ts';
import { outcomeWords, severityWords, words } from './words.ts';

/** What to do first is few things, or it is not first. */
const FIRST = 5;

/** The grade, the controls as a ring, and the findings as bars. */
export function summaryCards(result: ScanResult, language: Language): string {
  const figure = (title: Text, chart: string): string =>
    `<figure class="card"><figcaption>${title[language]}</figcaption>${chart}</figure>`;
  return `<section class="cards" aria-label="${words.grade[language]}">
${gradeCard(result, language)}
${figure(words.controls, ringChart(controlSlices(result, language), words.controls[language]))}
${figure(words.openFindings, barChart(severityBars(result, language), words.openFindings[language]))}
</section>`;
}

function gradeCard(result: ScanResult, language: Language): string {
  const { grade, score } = result;
  const say = (word: keyof typeof words): string => words[word][language];
  const { letter, points, withheld } = grade;
  const why = [...(withheld === undefined ? [] : [withheld]), ...bindingCaps(grade).map(({ because }) => because)];
  const said = [...why.map((text) => proseMarkup(text[language])), ...leftOut(result, language).map(escapeMarkup)];
  const reasons = said.map((markup) => `<li>${markup}</li>`).join('');
  return `<div class="card grade">
<p class="letter grade-${letter ?? 'none'}" aria-hidden="true">${letter ?? '–'}</p>
<div>
<p class="big">${letter === undefined ? say('noGrade') : `${say('grade')} ${letter}`}</p>
<p>${points} ${say('points')} · ${say('score')} ${score.percent} %</p>
<p class="quiet">${score.passed} ${say('passed')}, ${score.failed} ${say('failed')}, ${score.warned} ${say('warned')}</p>
</div>
${reasons === '' ? '' : `<ul>${reasons}</ul>`}
</div>`;
}

function controlSlices({ controls }: ScanResult, language: Language): Slice[] {
  return outcomes.map((outcome) => ({
    label: outcomeWords[outcome][language],
    kind: outcome,
    count: controls.filter((control) => control.outcome === outcome).length,
  }));
}

function severityBars({ findings }: ScanResult, language: Language): Bar[] {
  const open = findings.filter((finding) => isOpen(finding));
  return severities.map((severity) => ({
    label: severityWords[severity][language],
    parts: (['fail', 'warn'] as const).map((outcome) => ({
      kind: outcome,
      label: outcomeWords[outcome][language],
      count: open.filter((one) => one.severity === severity && one.outcome === outcome).length,
    })),
  }));
}

/** Whether the gate holds and why not, and what changed since the last scan. */
export function gateBox(result: ScanResult, language: Language): string {
  const { gate } = result;
  const changes = changeLine(result, language);
  if (gate === undefined) return changes;
  const reasons = gate.because.map((text) => `<li>${proseMarkup(text[language])}</li>`).join('');
  const verdict = `<b>${words[gate.holds ? 'gateHolds' : 'gateFails'][language]}</b>`;
  const kind = gate.holds ? 'pass' : 'fail';
  if (reasons === '') return `${changes}<section class="gate ${kind}"><p>${verdict}</p></section>`;
  const why = `<span class="quiet">${countedReasons(gate.because.length, language)}</span>`;
  return `${changes}<section class="gate ${kind}"><details><summary>${verdict} ${why}</summary><ul>${reasons}</ul></details></section>`;
}

function countedReasons(count: number, language: Language): string {
  if (language === 'zh') return `${count} 个原因`;
  return `${count} ${count === 1 ? 'reason' : 'reasons'}`;
}

function changeLine({ diff }: ScanResult, language: Language): string {
  if (diff === undefined) return '';
  const { fresh, fixed, unchanged, notLooked } = diff;
  const counts = [
    `${fresh.length} ${words.fresh[language]}`,
    `${fixed.length} ${words.fixed[language]}`,
    `${unchanged.length} ${words.unchanged[language]}`,
    `${notLooked.length} ${words.notLooked[language]}`,
  ].join(words.comma[language]);
  const since = new Date(diff.since).toISOString().slice(0, 10);
  const gone = fixed.map(({ check, subject, target }) => {
    const about = [subject, target].filter((one) => one !== undefined).join(' · ');
    return `<li><code>${escapeMarkup(check)}</code> ${escapeMarkup(about)}</li>`;
  });
  const list =
    gone.length === 0
      ? ''
      : `<details class="more"><summary>${words.fixed[language]} (${gone.length})</summary><ul>${gone.join('')}</ul></details>`;
  return `<section class="gate changes"><p><b>${words.changes[language]}</b> (${since}): ${counts}</p>${list}</section>`;
}

/** The worst few, with what to do about them. */
export function firstThings({ findings }: ScanResult, language: Language): string {
  const groups = groupFindings(findings.filter((finding) => isOpen(finding))).slice(0, FIRST);
  if (groups.length === 0) return '';
  return `<section id="first">
<h2>${words.toDoFirst[language]}</h2>
<ol class="first">
${groups.map((group) => firstThing(group, language)).join('\n')}
</ol>
</section>`;
}

function firstThing({ check, control, outcome, severity, title, remedy, findings }: Group, language: Language): string {
  const names = findings.map(({ subject, target }) => subject ?? target);
  const rest = names.length - 1;
  const more = rest > 0 ? ` ${words.andMore[language].replace('#', String(rest))}` : '';
  const seen = findings[0]?.evidence[0]?.seen[language] ?? '';
  return `<li class="${outcome}">
<p><span class="badge ${outcome}">${severityWords[severity][language]}</span> <a href="#${control}"><b>${proseMarkup(title[language])}</b></a> <code class="quiet">${escapeMarkup(check)}</code></p>
<p class="quiet"><code>${escapeMarkup(names[0] ?? '')}</code>${more}${words.colon[language]}${proseMarkup(seen)}</p>
<p>${proseMarkup(remedy[language])}</p>
</li>`;
}

/** All 20 at a glance; each leads to what was found of it. */
export function controlGrid({ controls }: ScanResult, { language, controlOf }: HtmlOptions): string {
  const tiles = controls.map(
    ({ id, outcome }) =>
      `<li><a class="tile ${outcome}" href="#${id}"><span class="mark"><span aria-hidden="true">${marks[outcome]}</span> ${outcomeWords[outcome][language]}</span><span class="id">${id}</span><span class="name">${escapeMarkup(controlOf(id).title[language])}</span></a></li>`,
  );
  return `<ul class="grid">${tiles.join('')}</ul>`;
}
