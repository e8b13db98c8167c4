import type { ControlId } from '../../controls/control.ts';
import type { Language, Text } from '../../kernel/text.ts';
import type { Evidence, Severity } from '../check.ts';
import type { Finding, ScanResult } from '../scan-result.ts';

/** What code scanning sorts by: GitHub reads `security-severity` as a CVSS figure. */
const FIGURES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
};

/** What {@link sarifReport} takes besides the scan. */
export interface SarifOptions {
  readonly language: Language;
  readonly titleOf: (id: ControlId) => Text;
  /** Folder that file paths are made relative to, absolute. */
  readonly root: string;
}

/**
 * A scan as SARIF 2.1.0 (OASIS). Failures and warnings are results, accepted ones suppressed; what could not be looked at
 * is a notification of the run, so that no viewer shows silence as success.
 */
export function sarifReport(result: ScanResult, options: SarifOptions): string {
  const reported = result.findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn');
  const blind = result.findings.filter(({ outcome }) => outcome === 'unknown');
  const rules = [...new Map(result.findings.map((finding) => [finding.check, finding])).values()].toSorted((a, b) =>
    a.check < b.check ? -1 : 1,
  );
  const indexOf = new Map(rules.map(({ check }, index) => [check, index]));
  const run = {
    tool: {
      driver: {
        name: 'Merlon',
        semanticVersion: result.merlon,
        rules: rules.map((rule) => ruleOf(rule, options)),
      },
    },
    automationDetails: { id: `merlon-scan/${result.profile}/` },
    invocations: [
      {
        executionSuccessful: result.targets.every(({ reached }) => reached),
        startTimeUtc: new Date(result.startedAt).toISOString(),
        endTimeUtc: new Date(result.startedAt + Math.round(result.durationMs)).toISOString(),
        toolExecutionNotifications: blind.map((finding) => notificationOf(finding, indexOf, options)),
      },
    ],
    results: reported.map((finding) => resultOf(finding, indexOf, options)),
    columnKind: 'utf16CodeUnits',
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ check, control, title, remedy, severity }: Finding, { language, titleOf }: SarifOptions) {
  return {
    id: check,
    shortDescription: { text: title[language] },
    fullDescription: { text: `${control} ${titleOf(control)[language]}: ${title[language]}` },
    help: { text: remedy[language] },
    properties: { tags: ['security', 'mcp', control], 'security-severity': FIGURES[severity] },
  };
}

function resultOf(finding: Finding, indexOf: ReadonlyMap<string, number>, options: SarifOptions) {
  const { check, outcome, severity, fingerprint, waiver, subject, target } = finding;
  return {
    ruleId: check,
    ruleIndex: indexOf.get(check) ?? -1,
    kind: 'fail',
    level: levelOf(finding),
    message: { text: messageOf(finding, options.language) },
    locations: locationsOf(finding, options),
    partialFingerprints: { 'merlon/v1': fingerprint },
    properties: { outcome, severity, control: finding.control, target, ...(subject === undefined ? {} : { subject }) },
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [{ kind: 'external', status: 'accepted', justification: `${waiver.owner}: ${waiver.reason}` }],
        }),
  };
}

function levelOf({ outcome, severity }: Finding): 'error' | 'warning' | 'note' {
  if (outcome === 'fail' && (severity === 'critical' || severity === 'high')) return 'error';
  return severity === 'low' || severity === 'info' ? 'note' : 'warning';
}

function messageOf({ title, evidence, remedy, subject }: Finding, language: Language): string {
  const seen = evidence.map((one) => one.seen[language]).join(' ');
  return `${subject === undefined ? '' : `${subject}: `}${title[language]} ${seen} ${remedy[language]}`;
}

function notificationOf(finding: Finding, indexOf: ReadonlyMap<string, number>, { language }: SarifOptions) {
  const { check, evidence, target } = finding;
  return {
    associatedRule: { id: check, index: indexOf.get(check) ?? -1 },
    level: 'warning',
    message: { text: `${target}: ${evidence.map(({ seen }) => seen[language]).join(' ')}` },
  };
}

function locationsOf({ evidence, target }: Finding, { root }: SarifOptions) {
  const places = evidence.flatMap((one) => physicalOf(one, root)).slice(0, 10);
  const logical = [{ fullyQualifiedName: target, kind: 'resource' }];
  return places.length === 0
    ? [{ logicalLocations: logical }]
    : places.map((physicalLocation) => ({ physicalLocation, logicalLocations: logical }));
}

function physicalOf({ where }: Evidence, root: string) {
  const { file, line, column } = where ?? {};
  if (file === undefined) return [];
  const region =
    line === undefined ? {} : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  return [{ artifactLocation: artifactOf(file, root), ...region }];
}

/** Files below the root are given relative to it, as code scanning wants them. */
function artifactOf(file: string, root: string) {
  const base = root.endsWith('/') ? root : `${root}/`;
  const inside = file.startsWith(base) ? file.slice(base.length) : file;
  const isAbsolute = inside.startsWith('/') || inside.startsWith('~') || /^[A-Za-z]:[\\/]/.test(inside);
  const uri = inside.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  if (inside.startsWith('/')) return { uri: `file://${uri}` };
  return isAbsolute ? { uri } : { uri, uriBaseId: '%SRCROOT%' };
}
