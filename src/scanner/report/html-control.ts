import type { Control } from '../../controls/control.ts';
import { priorityWords, verificationWords } from '../../controls/words.ts';
import type { Language } from '../../kernel/text.ts';
import type { Outcome } from '../check.ts';
import type { Attestation, ControlResult, Finding } from '../scan-result.ts';
import { escapeMarkup, proseMarkup } from './escape-markup.ts';
import { type Group, groupFindings } from './group-findings.ts';
import { marks } from './page.ts';
import { placeOf } from './place.ts';
import { outcomeWords, severityWords, stateWords, words } from './words.ts';

/** Most findings of a check that are open to the eye; more of them fold. */
const SHOWN = 5;

interface BlockOptions {
  readonly language: Language;
  /** Fingerprints that the last scan did not have. */
  readonly fresh: ReadonlySet<string>;
}

/** A control with all that was found of it. The name that links lead to stands inside, so that browsers open what is folded. */
export function controlBlock(
  result: ControlResult,
  control: Control,
  findings: readonly Finding[],
  options: BlockOptions,
): string {
  const { id, outcome, reason, attestation } = result;
  const { language } = options;
  const say = (word: keyof typeof words): string => words[word][language];
  const groups = groupFindings(findings);
  const told = groups.filter((group) => !isQuiet(group.outcome));
  const quiet = groups.filter((group) => isQuiet(group.outcome));
  const facts = [
    `${say('priority')}${say('colon')}${priorityWords[control.priority][language]}`,
    `${say('verification')}${say('colon')}${verificationWords[control.verification][language]}`,
    ...(result.required ? [say('required')] : []),
  ];
  const rest =
    quiet.length === 0
      ? ''
      : `<details class="more"><summary>${say('passedChecks')} (${quiet.length})</summary>${quiet.map((group) => groupBlock(group, options)).join('')}</details>`;
  return `<details class="control ${outcome}"${outcome === 'fail' ? ' open' : ''}>
<summary><span class="badge ${outcome}">${marks[outcome]} ${outcomeWords[outcome][language]}</span> <span class="id">${id}</span> <b>${escapeMarkup(control.title[language])}</b> <span class="quiet">${proseMarkup(reason[language])}</span></summary>
<div class="inside" id="${id}">
<p class="quiet">${facts.join(' · ')}</p>
${questionBlock(result, control, language)}${attestation === undefined ? '' : attestationBlock(attestation, language)}
${told.map((group) => groupBlock(group, options)).join('\n')}
${rest}
</div>
</details>`;
}

function isQuiet(outcome: Outcome): boolean {
  return outcome === 'pass' || outcome === 'not-applicable';
}

function questionBlock({ id, outcome }: ControlResult, { question, evidence }: Control, language: Language): string {
  if (outcome !== 'manual' || question === undefined) return '';
  const proof = evidence === undefined ? '' : `<p class="quiet">${proseMarkup(evidence[language])}</p>`;
  return `<div class="question"><p>${proseMarkup(question[language])}</p>${proof}<p><code>merlon attest ${id}</code></p></div>`;
}

function attestationBlock({ by, date, expires, statement, evidence, state }: Attestation, language: Language): string {
  const proof = [evidence.file, evidence.url].filter((one) => one !== undefined);
  const facts = [`${by}, ${date}`, `${words.until[language]} ${expires}`, stateWords[state][language], ...proof];
  return `<div class="question"><p>${escapeMarkup(statement)}</p><p class="quiet">${escapeMarkup(facts.join(' · '))}</p></div>`;
}

function groupBlock(group: Group, options: BlockOptions): string {
  const { outcome, severity, check, title, remedy, findings } = group;
  const { language } = options;
  const [first] = findings;
  const told = first?.basis === 'told' ? ` <small class="quiet">(${words.told[language]})</small>` : '';
  const count = findings.length === 1 ? '' : ` <span class="quiet">${findings.length}×</span>`;
  const isToDo = outcome === 'fail' || outcome === 'warn';
  const waiver = first?.waiver;
  const accepted =
    waiver === undefined
      ? ''
      : `<p class="accepted">${words.waived[language]}${words.colon[language]}${escapeMarkup([waiver.owner, waiver.reason].join(words.comma[language]))}${words.comma[language]}${words.until[language]} ${escapeMarkup(waiver.expires)}</p>`;
  const item = (finding: Finding): string => findingItem(finding, options);
  const folded = findings.slice(SHOWN);
  const more =
    folded.length === 0
      ? ''
      : `<details class="more"><summary>${words.andMore[language].replace('#', String(folded.length))}</summary><ul>${folded.map(item).join('')}</ul></details>`;
  return `<article class="${outcome}">
<h3><span class="badge ${outcome}">${marks[outcome]} ${outcomeWords[outcome][language]}</span> ${proseMarkup(title[language])}${count}${told}</h3>
<p class="quiet">${severityWords[severity][language]} · <code>${escapeMarkup(check)}</code></p>
<ul>${findings.slice(0, SHOWN).map(item).join('')}</ul>${more}
${isToDo ? `<p class="remedy">${proseMarkup(remedy[language])}</p>` : ''}${accepted}
</article>`;
}

function findingItem(finding: Finding, { language, fresh }: BlockOptions): string {
  const { subject, target, evidence, fingerprint } = finding;
  const about = [subject, target]
    .filter((part) => part !== undefined)
    .map((part) => `<code>${escapeMarkup(part)}</code>`);
  const seen = evidence.map((one) => {
    const place = placeOf(one.where);
    return `${place === '' ? '' : `<code>${escapeMarkup(place)}</code>${words.colon[language]}`}${proseMarkup(one.seen[language])}`;
  });
  const isNew = fresh.has(fingerprint) ? `<span class="new">${words.fresh[language]}</span> ` : '';
  return `<li>${isNew}<span class="quiet">${about.join(' · ')}</span><br>${seen.join('<br>')} <span class="fingerprint">${escapeMarkup(fingerprint)}</span></li>`;
}
