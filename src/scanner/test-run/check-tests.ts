import type { Text } from '../../kernel/text.ts';
import { type About, type Answer, type Check, severities } from '../check.ts';
import { doorChecks } from '../checks/door/index.ts';
import { transportChecks } from '../checks/transport/index.ts';
import type { Parts } from '../facts/index.ts';
import type { Look } from '../look.ts';
import { defaultThresholds } from '../thresholds.ts';
import type { TestOutcome } from './record.ts';
import { type TestResult, unanswered } from './test-result.ts';

/** Checks of documents and banners: a scan's, for they try nothing. */
const NOT_TRIALS: ReadonlySet<string> = new Set([
  'challenge-well-formed',
  'resource-metadata-valid',
  'authorization-server-supports-pkce',
  'scopes-not-wildcard',
  'metadata-no-private-address',
  'banner-reveals-nothing',
]);

/** `https-only` asks this, and more strictly. */
const ASKED_ELSEWHERE: ReadonlySet<string> = new Set(['https-address', 'plain-http-closed']);

/** The scan's checks of TLS and the certificate, as tests. */
export function testTransport(look: Look<Parts['transport']>, now: number): TestResult[] {
  const trials = transportChecks.filter(({ id }) => !ASKED_ELSEWHERE.has(id));
  return trials.map((check) => resultOf(check, look, now));
}

/** The scan's checks of an MCP endpoint that try something, as tests; both eras count as one. */
export function testDoor(look: Look<Parts['door']>, now: number): TestResult[] {
  return doorChecks.filter(({ id }) => !NOT_TRIALS.has(id)).map((check) => resultOf(check, look, now));
}

function resultOf<Part extends 'door' | 'transport'>(
  check: Check<Part>,
  look: Look<Parts[Part]>,
  now: number,
): TestResult {
  if ('blind' in look) return unanswered(check, look);
  const about: About = { now, kind: 'server', thresholds: defaultThresholds };
  return combine(check, [check.ask(look.saw, about)].flat());
}

/** A test asks whether something holds, so a warning is no pass; how much it matters is its severity. */
const OUTCOME: Readonly<Record<Answer['outcome'], TestOutcome>> = {
  pass: 'passed',
  fail: 'failed',
  warn: 'failed',
  manual: 'unknown',
  unknown: 'unknown',
  'not-applicable': 'not-applicable',
};
const WORST_FIRST: readonly TestOutcome[] = ['failed', 'unknown', 'passed', 'not-applicable'];

/** The worst answer decides: what holds in one era and not in the other does not hold. */
function combine({ id, title, severity, remedy }: Check, answers: readonly Answer[]): TestResult {
  const outcome = WORST_FIRST.find((one) => answers.some((answer) => OUTCOME[answer.outcome] === one)) ?? 'unknown';
  const deciding = answers.filter((answer) => OUTCOME[answer.outcome] === outcome);
  const ranks = deciding.map((answer) => severities.indexOf(answer.severity ?? severity));
  const worst = severities[Math.min(...ranks)] ?? severity;
  const seen = deciding.flatMap((answer) => answer.evidence.map((one) => labelled(answer.subject, one.seen)));
  return {
    id,
    title,
    outcome,
    severity: worst,
    seen: { en: unique(seen.map(({ en }) => en)), zh: unique(seen.map(({ zh }) => zh)) },
    remedy: deciding.find((answer) => answer.remedy !== undefined)?.remedy ?? remedy,
  };
}

function labelled(subject: string | undefined, { en, zh }: Text): Text {
  return subject === undefined ? { en, zh } : { en: `${subject}: ${en}`, zh: `${subject}：${zh}` };
}

function unique(texts: readonly string[]): string {
  return [...new Set(texts)].slice(0, 4).join(' ');
}
