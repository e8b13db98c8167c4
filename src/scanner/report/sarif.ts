import type { Control, ControlId } from '../../controls/control.ts';
import { schemeWords } from '../../controls/words.ts';
import type { Language } from '../../kernel/text.ts';
import { type Severity, severities } from '../check.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import { asText } from './markdown-text.ts';
import { baseIds, physicalOf, placeOfTarget } from './sarif-place.ts';
import { words } from './words.ts';

/** GitHub reads `security-severity` as a CVSS figure: above 9 critical, from 7 high, from 4 medium, above 0 low. */
const FIGURES: Readonly<Partial<Record<Severity, string>>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
};
/** Most results that GitHub takes of a run. */
const MAX_RESULTS = 25_000;
/** Most places of a result. */
const MAX_PLACES = 10;
/** Most tags of a rule that GitHub shows. */
const MAX_TAGS = 10;

/** What {@link sarifReport} takes besides the scan. */
export interface SarifOptions {
  readonly language: Language;
  readonly controlOf: (id: ControlId) => Control;
  /** Folder that file paths are made relative to, absolute. */
  readonly root: string;
}

/**
 * A scan as SARIF 2.1.0 (OASIS), within what GitHub code scanning takes. Failures and warnings are results. Accepted ones
 * are left out: GitHub shows suppressed results as open alerts, and closes those that are gone. What could not be looked
 * at is a notification of the run, so that no viewer shows silence as success.
 */
export function sarifReport(result: ScanResult, options: SarifOptions): string {
  const open = result.findings.filter(
    ({ outcome, waiver }) => (outcome === 'fail' || outcome === 'warn') && waiver === undefined,
  );
  const blind = result.findings.filter(({ outcome }) => outcome === 'unknown');
  const rules = [...Map.groupBy(result.findings, ({ check }) => check)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const indexOf = new Map(rules.map(([check], index) => [check, index]));
  const notifications = blind.map((finding) => notificationOf(finding, indexOf, options));
  const cut = open.length - MAX_RESULTS;
  const run = {
    tool: {
      driver: {
        name: 'Merlon',
        semanticVersion: result.merlon,
        language: options.language === 'zh' ? 'zh-CN' : 'en-US',
        rules: rules.map(([, findings]) => ruleOf(findings, options)),
      },
    },
    automationDetails: { id: `merlon-scan/${result.profile}/` },
    originalUriBaseIds: baseIds(options.root),
    invocations: [
      {
        executionSuccessful: result.targets.every(({ reached }) => reached),
        startTimeUtc: new Date(result.startedAt).toISOString(),
        endTimeUtc: new Date(result.startedAt + Math.round(result.durationMs)).toISOString(),
        toolExecutionNotifications:
          cut > 0 ? [...notifications, { level: 'warning', message: { text: left(cut, options) } }] : notifications,
      },
    ],
    results: open.slice(0, MAX_RESULTS).map((finding) => resultOf(finding, indexOf, options)),
    columnKind: 'utf16CodeUnits',
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function left(count: number, { language }: SarifOptions): string {
  return language === 'zh' ? `另有 ${count} 个较轻的结果未列出。` : `${count} results, the mildest, are left out.`;
}

/** A check. Findings of it may be more or less grave, so the rule is as grave as the worst. */
function ruleOf(findings: readonly Finding[], { language, controlOf }: SarifOptions) {
  const worst = findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))[0];
  if (worst === undefined) return {};
  const { check, control: id, title, remedy, severity, basis } = worst;
  const control = controlOf(id);
  const level = levelOf(severity);
  const figure = FIGURES[severity];
  const others = control.references.map(({ scheme, id: ref }) => `${schemeWords[scheme]} ${ref}`);
  const why = control.rationale[language];
  const heading = `${id} ${control.title[language]}`;
  return {
    id: check,
    // What viewers show beside the id: AuthRequired.
    name: check.replaceAll(/(?:^|-)(.)/g, (_all, first: string) => first.toUpperCase()),
    shortDescription: { text: title[language] },
    fullDescription: { text: `${title[language]} ${why}` },
    help: {
      text: [remedy[language], `${heading}: ${why}`, others.join(', ')].join('\n\n'),
      markdown: [
        `**${words.remedy[language]}**: ${asText(remedy[language])}`,
        `**${asText(heading)}**: ${asText(why)}`,
        asText(others.join(', ')),
      ].join('\n\n'),
    },
    defaultConfiguration: { level },
    properties: {
      tags: ['security', 'mcp', id, ...control.references.map((one) => `${one.scheme}/${one.id}`)].slice(0, MAX_TAGS),
      precision: basis === 'seen' ? 'high' : 'medium',
      'problem.severity': level === 'note' ? 'recommendation' : level,
      ...(figure === undefined ? {} : { 'security-severity': figure }),
    },
  };
}

function resultOf(finding: Finding, indexOf: ReadonlyMap<string, number>, options: SarifOptions) {
  const { check, outcome, severity, fingerprint, subject, target, control } = finding;
  return {
    ruleId: check,
    ruleIndex: indexOf.get(check) ?? -1,
    level: outcome === 'warn' && levelOf(severity) === 'error' ? 'warning' : levelOf(severity),
    message: { text: messageOf(finding, options.language) },
    locations: locationsOf(finding, options),
    // GitHub reads the first, and is told that it is the same alert wherever the line moves to.
    partialFingerprints: { primaryLocationLineHash: `${fingerprint}:1`, 'merlon/v1': fingerprint },
    properties: { outcome, severity, control, target, ...(subject === undefined ? {} : { subject }) },
  };
}

function levelOf(severity: Severity): 'error' | 'warning' | 'note' {
  if (severity === 'critical' || severity === 'high') return 'error';
  return severity === 'medium' ? 'warning' : 'note';
}

/** What was seen, first of all: it is what lists of alerts show. */
function messageOf({ evidence, remedy, subject }: Finding, language: Language): string {
  const seen = evidence.map((one) => one.seen[language]).join(' ');
  return messageText(`${subject === undefined ? '' : `${subject}: `}${seen} ${remedy[language]}`);
}

/** Text of a target in a message: `[text](address)` would be a link and `{0}` a placeholder (SARIF 3.11.5, 3.11.6). */
function messageText(text: string): string {
  return text.replaceAll('](', '] (').replaceAll(/\{(?=\d+\})/g, '{ ');
}

function notificationOf(finding: Finding, indexOf: ReadonlyMap<string, number>, { language }: SarifOptions) {
  const { check, evidence, target } = finding;
  return {
    associatedRule: { id: check, index: indexOf.get(check) ?? -1 },
    level: 'warning',
    message: { text: messageText(`${target}: ${evidence.map(({ seen }) => seen[language]).join(' ')}`) },
  };
}

function locationsOf({ evidence, target }: Finding, { root }: SarifOptions) {
  const logicalLocations = [{ fullyQualifiedName: target, kind: 'resource' }];
  const places = evidence.flatMap((one) => physicalOf(one, root)).slice(0, MAX_PLACES);
  return (places.length === 0 ? [placeOfTarget(target)] : places).map((physicalLocation) => ({
    physicalLocation,
    logicalLocations,
  }));
}
