import { createHash } from 'node:crypto';
import type { Control, ControlId } from '../../controls/control.ts';
import type { Language } from '../../kernel/text.ts';
import type { ScanResult } from '../scan-result.ts';
import { escapeMarkup, proseMarkup } from './escape-markup.ts';
import { controlBlock } from './html-control.ts';
import { controlGrid, firstThings, gateBox, summaryCards } from './html-summary.ts';
import { reportStyle } from './report-style.ts';
import { targetWords, words } from './words.ts';

/** What {@link htmlReport} takes besides the scan. */
export interface HtmlOptions {
  readonly language: Language;
  readonly controlOf: (id: ControlId) => Control;
}

/**
 * A scan as one HTML file that needs nothing else: no script, no request, no link to elsewhere, and a content security
 * policy that allows none, so that what a hostile target is called stays text.
 */
export function htmlReport(result: ScanResult, options: HtmlOptions): string {
  const { language, controlOf } = options;
  const say = (word: keyof typeof words): string => words[word][language];
  const byControl = Map.groupBy(result.findings, ({ control }) => control);
  const fresh = new Set(result.diff?.fresh);
  const digest = createHash('sha256').update(reportStyle).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  const first = firstThings(result, language);
  const links = [
    `<a href="#controls">${say('controls')}</a>`,
    ...(first === '' ? [] : [`<a href="#first">${say('toDoFirst')}</a>`]),
    `<a href="#details">${say('findings')}</a>`,
    `<a href="#targets">${say('targets')}</a>`,
  ];
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${titleOf(result, language)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>${say('title')}</h1>
<p class="quiet">${aboutLine(result, language)}</p>
<nav aria-label="${say('contents')}">${links.join('')}</nav>
</header>
<main>
${summaryCards(result, language)}
${gateBox(result, language)}
<section id="controls">
<h2>${say('controls')}</h2>
${controlGrid(result, options)}
</section>
${first}
<section id="details">
<h2>${say('findings')}</h2>
${result.controls.map((one) => controlBlock(one, controlOf(one.id), byControl.get(one.id) ?? [], { language, fresh })).join('\n')}
</section>
${targetTable(result, language)}
</main>
<footer class="quiet">${say('generatedBy')} ${escapeMarkup(result.merlon)}</footer>
</body>
</html>
`;
}

/** The grade stands in the title, so that it is seen in a list of tabs. */
function titleOf({ grade }: ScanResult, language: Language): string {
  const letter = grade.letter === undefined ? words.noGrade[language] : `${words.grade[language]} ${grade.letter}`;
  return `${letter} · ${words.title[language]}`;
}

function aboutLine(result: ScanResult, language: Language): string {
  const say = (word: keyof typeof words): string => words[word][language];
  const instant = new Date(result.startedAt).toISOString();
  const shown = `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
  return [
    `${say('scannedAt')} <time datetime="${instant}">${shown}</time>`,
    `${say('profile')} ${escapeMarkup(result.profile)}`,
    `${say('took')} ${(result.durationMs / 1000).toFixed(1)} s`,
    `Merlon ${escapeMarkup(result.merlon)}`,
  ]
    .map((part) => `<span>${part}</span>`)
    .join(' ');
}

function targetTable({ targets }: ScanResult, language: Language): string {
  const rows = targets.map(({ kind, name, reached, missing }) => {
    const why = missing.map(({ part, why: text }) => `${part}: ${text[language]}`);
    const state = reached
      ? `<td class="quiet">${words.reached[language]}</td>`
      : `<td><span class="badge unknown">${words.notReached[language]}</span> ${proseMarkup(why.join(' '))}</td>`;
    return `<tr><th scope="row">${targetWords[kind][language]}</th><td><code>${escapeMarkup(name)}</code></td>${state}</tr>`;
  });
  return `<section id="targets">
<h2>${words.targets[language]}</h2>
<table>
${rows.join('\n')}
</table>
</section>`;
}
