import { createHash } from 'node:crypto';
import type { Control, ControlId } from '../../controls/control.ts';
import { priorityWords, verificationWords } from '../../controls/words.ts';
import type { Language } from '../../kernel/text.ts';
import { type Outcome, outcomes, severities } from '../check.ts';
import type { ControlResult, Finding, ScanResult } from '../scan-result.ts';
import { barChart, ringChart } from './charts.ts';
import { escapeMarkup } from './escape-markup.ts';
import { leftOut } from './left-out.ts';
import { placeOf } from './place.ts';
import { reportStyle } from './report-style.ts';
import { outcomeWords, severityWords, targetWords, words } from './words.ts';

/** What {@link htmlReport} takes besides the scan. */
export interface HtmlOptions {
  readonly language: Language;
  readonly controlOf: (id: ControlId) => Control;
}

/**
 * A scan as one HTML file that needs nothing else: no script, no request, and a content security policy that allows
 * neither, so that what a hostile target is called stays text.
 */
export function htmlReport(result: ScanResult, { language, controlOf }: HtmlOptions): string {
  const say = (word: keyof typeof words): string => words[word][language];
  const byControl = Map.groupBy(result.findings, ({ control }) => control);
  const digest = createHash('sha256').update(reportStyle).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${say('title')}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>${say('title')}</h1>
<p>${say('scannedAt')} <time datetime="${instant(result)}">${instant(result)}</time> · ${say('profile')} ${escapeMarkup(result.profile)} · Merlon ${escapeMarkup(result.merlon)}</p>
</header>
<main>
<section class="summary" aria-label="${say('grade')}">
${gradeCard(result, language)}
<figure>${ringChart(controlSlices(result, language), say('controls'))}</figure>
<figure>${barChart(severityBars(result, language), say('findings'))}</figure>
</section>
${gateLine(result, language)}
<section>
<h2>${say('targets')}</h2>
<ul>${result.targets.map(({ name, kind, reached, missing }) => `<li><b>${targetWords[kind][language]}</b> <code>${escapeMarkup(name)}</code>${reached ? '' : ` <span class="unknown">${say('notReached')}</span> ${missing.map(({ part, why }) => escapeMarkup(`${part}: ${why[language]}`)).join(' ')}`}</li>`).join('')}</ul>
</section>
<section>
<h2>${say('controls')}</h2>
${result.controls.map((control) => controlBlock(control, controlOf(control.id), byControl.get(control.id) ?? [], language)).join('\n')}
</section>
</main>
<footer>${say('generatedBy')} ${escapeMarkup(result.merlon)}</footer>
</body>
</html>
`;
}

function instant({ startedAt }: ScanResult): string {
  return new Date(startedAt).toISOString();
}

function gradeCard(result: ScanResult, language: Language): string {
  const { grade, score } = result;
  const say = (word: keyof typeof words): string => words[word][language];
  const caps = grade.caps
    .map(({ letter, because }) => `<li>≤ ${letter}: ${escapeMarkup(because[language])}</li>`)
    .join('');
  const left = leftOut(result, language)
    .map((line) => `<li>${escapeMarkup(line)}</li>`)
    .join('');
  const withheld = grade.withheld === undefined ? '' : `<p>${escapeMarkup(grade.withheld[language])}</p>`;
  return `<div class="grade grade-${grade.letter ?? 'none'}">
<p class="letter">${grade.letter ?? '–'}</p>
<p>${grade.letter === undefined ? say('noGrade') : `${say('grade')} ${grade.letter} · ${grade.points} ${say('points')}`}</p>
<p>${say('score')} ${score.percent} % · ${score.passed} ${say('passed')}, ${score.failed} ${say('failed')}, ${score.warned} ${say('warned')}</p>
${withheld}<ul>${caps}${left}</ul>
</div>`;
}

function controlSlices({ controls }: ScanResult, language: Language) {
  return outcomes.map((outcome) => ({
    label: outcomeWords[outcome][language],
    kind: outcome,
    count: controls.filter((control) => control.outcome === outcome).length,
  }));
}

function severityBars({ findings }: ScanResult, language: Language) {
  const open = findings.filter(
    ({ outcome, waiver }) => (outcome === 'fail' || outcome === 'warn') && waiver === undefined,
  );
  return severities.map((severity) => ({
    label: severityWords[severity][language],
    parts: (['fail', 'warn'] as const).map((outcome) => ({
      kind: outcome,
      label: outcomeWords[outcome][language],
      count: open.filter((one) => one.severity === severity && one.outcome === outcome).length,
    })),
  }));
}

function gateLine({ gate, diff }: ScanResult, language: Language): string {
  const changes =
    diff === undefined
      ? ''
      : `<p>${diff.fresh.length} ${words.fresh[language]}, ${diff.fixed.length} ${words.fixed[language]}, ${diff.unchanged.length} ${words.unchanged[language]}, ${diff.notLooked.length} ${words.notLooked[language]}</p>`;
  if (gate === undefined) return changes;
  const because = gate.because.map((one) => `<li>${escapeMarkup(one[language])}</li>`).join('');
  return `${changes}<p class="${gate.holds ? 'pass' : 'fail'}"><b>${words[gate.holds ? 'gateHolds' : 'gateFails'][language]}</b></p><ul>${because}</ul>`;
}

function badge(outcome: Outcome, language: Language): string {
  return `<span class="badge ${outcome}">${outcomeWords[outcome][language]}</span>`;
}

function controlBlock(
  result: ControlResult,
  control: Control,
  findings: readonly Finding[],
  language: Language,
): string {
  const { id, outcome, reason } = result;
  const isOpen = outcome === 'fail' || outcome === 'warn';
  const facts = `${words.priority[language]}: ${priorityWords[control.priority][language]} · ${words.verification[language]}: ${verificationWords[control.verification][language]}`;
  const question =
    outcome === 'manual' && control.question !== undefined
      ? `<p class="question">${escapeMarkup(control.question[language])}</p>`
      : '';
  return `<details id="${id}"${isOpen ? ' open' : ''}>
<summary>${badge(outcome, language)} <b>${id}</b> ${escapeMarkup(control.title[language])} <span class="why">${escapeMarkup(reason[language])}</span></summary>
<p class="facts">${facts}</p>${question}
${findings.map((finding) => findingBlock(finding, language)).join('\n')}
</details>`;
}

function findingBlock(finding: Finding, language: Language): string {
  const { outcome, severity, check, subject, target, title, evidence, remedy, fingerprint, waiver, basis } = finding;
  const about = [subject, target]
    .filter((part) => part !== undefined)
    .map((part) => `<code>${escapeMarkup(part)}</code>`);
  const seen = evidence.map((one) => {
    const place = placeOf(one.where);
    return `<li>${place === '' ? '' : `<code>${escapeMarkup(place)}</code> `}${escapeMarkup(one.seen[language])}</li>`;
  });
  const accepted =
    waiver === undefined
      ? ''
      : `<p>${words.waived[language]}: ${escapeMarkup(`${waiver.owner}, ${waiver.reason}`)}, ${words.until[language]} ${escapeMarkup(waiver.expires)}</p>`;
  const fix = outcome === 'fail' || outcome === 'warn' ? `<p class="remedy">${escapeMarkup(remedy[language])}</p>` : '';
  const told = basis === 'told' ? ` <small>(${words.told[language]})</small>` : '';
  return `<article class="${outcome}">
<h3>${badge(outcome, language)} ${escapeMarkup(title[language])}${told}</h3>
<p class="about">${severityWords[severity][language]} · <code>${escapeMarkup(check)}</code> · ${about.join(' · ')}</p>
<ul>${seen.join('')}</ul>${fix}${accepted}<p class="fingerprint">${fingerprint}</p>
</article>`;
}
