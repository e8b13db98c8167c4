import { MerlonError } from '../kernel/errors.ts';
import type { Finding, ScanDiff, ScanResult } from './scan-result.ts';

/** What an earlier scan's JSON report is read for. */
export interface EarlierScan {
  /** ms since 1970. */
  readonly startedAt: number;
  readonly findings: readonly EarlierFinding[];
}

/** An answer of an earlier scan. */
export type EarlierFinding = Pick<Finding, 'fingerprint' | 'check' | 'target' | 'subject'> & {
  readonly outcome: string;
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
/** Most findings of an earlier scan that are read. */
const MAX_FINDINGS = 200_000;

/**
 * Reads a JSON report. Keys that are not needed may be anything, so that older and newer reports can be compared.
 * @throws MerlonError CONFIG_SYNTAX when it is no JSON, CONFIG_INVALID when it is no report
 */
export function readScanResult(text: string, file = 'the report'): EarlierScan {
  const report = mapFrom(parse(text, file));
  const { version, started_at: instant, findings } = report;
  const startedAt = typeof instant === 'string' && INSTANT.test(instant) ? Date.parse(instant) : Number.NaN;
  if (version !== 1 || Number.isNaN(startedAt) || !Array.isArray(findings)) {
    throw new MerlonError('CONFIG_INVALID', `${file} is no JSON report of version 1 of a scan.`, {
      todo: 'Name a file that merlon scan wrote as JSON.',
    });
  }
  if (findings.length > MAX_FINDINGS) {
    throw new MerlonError('CONFIG_INVALID', `${file} has more than ${MAX_FINDINGS} findings.`);
  }
  return { startedAt, findings: findings.map((one) => readFinding(mapFrom(one), file)) };
}

function readFinding({ fingerprint, check, target, subject, outcome }: Fields, file: string): EarlierFinding {
  const isWhole = [fingerprint, check, target, outcome].every((one) => typeof one === 'string');
  if (!isWhole || (subject !== undefined && subject !== null && typeof subject !== 'string')) {
    throw new MerlonError('CONFIG_INVALID', `A finding in ${file} has no fingerprint, check, target or outcome.`, {
      todo: 'Name a file that merlon scan wrote as JSON.',
    });
  }
  return {
    fingerprint: String(fingerprint),
    check: String(check),
    target: String(target),
    subject: typeof subject === 'string' ? subject : undefined,
    outcome: String(outcome),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function mapFrom(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    throw new MerlonError('CONFIG_SYNTAX', `${file} is no JSON.`, {
      todo: 'Name a file that merlon scan wrote as JSON.',
    });
  }
}

/**
 * What changed since an earlier scan. What is gone counts as fixed only where the same check looked at the same target
 * again and saw it: silence fixes nothing.
 */
export function diffScans(before: EarlierScan, now: Pick<ScanResult, 'findings'>): ScanDiff {
  const then = new Map(before.findings.filter(isOpen).map((one) => [one.fingerprint, one]));
  const today = new Map(now.findings.map((one) => [one.fingerprint, one]));
  const looked = lookedAt(now.findings);
  const open = [...today.values()].filter(isOpen).map(({ fingerprint }) => fingerprint);
  const stillOpen = new Set(open);
  const gone = [...then.values()].filter(({ fingerprint }) => !stillOpen.has(fingerprint));
  const isFixed = (one: EarlierFinding): boolean => {
    const same = today.get(one.fingerprint);
    return same === undefined ? looked.get(keyOf(one)) === true : hasHeld(same);
  };
  return {
    since: before.startedAt,
    fresh: open.filter((fingerprint) => !then.has(fingerprint)),
    unchanged: open.filter((fingerprint) => then.has(fingerprint)),
    fixed: gone.filter(isFixed).map(named),
    notLooked: gone.filter((one) => !isFixed(one)).map(named),
  };
}

function isOpen({ outcome }: { readonly outcome: string }): boolean {
  return outcome === 'fail' || outcome === 'warn';
}

function hasHeld({ outcome }: Finding): boolean {
  return outcome === 'pass' || outcome === 'not-applicable';
}

/** Whether a check saw a target: it gave answers, and none of them was that it could not look. */
function lookedAt(findings: readonly Finding[]): ReadonlyMap<string, boolean> {
  const looked = new Map<string, boolean>();
  for (const finding of findings) {
    const key = keyOf(finding);
    looked.set(key, (looked.get(key) ?? true) && finding.outcome !== 'unknown' && finding.outcome !== 'manual');
  }
  return looked;
}

function keyOf({ check, target }: Pick<Finding, 'check' | 'target'>): string {
  return JSON.stringify([check, target]);
}

function named({ fingerprint, check, target, subject }: EarlierFinding): ScanDiff['fixed'][number] {
  return { fingerprint, check, target, subject };
}
