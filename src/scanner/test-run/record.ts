import { isObject } from '../../kernel/jsonrpc.ts';
import type { TestRecordFacts } from '../facts/host.ts';

/** What a test came to. `unknown`: it could not look. `not-applicable`: what it is about is not there. */
const testOutcomes = ['passed', 'failed', 'unknown', 'not-applicable'] as const;
export type TestOutcome = (typeof testOutcomes)[number];

/** The dated record that every run of `merlon test` leaves; what a later scan reads as proof that tests were run. */
export interface TestRecord {
  readonly version: 1;
  /** Merlon's version. */
  readonly merlon: string;
  /** When the run began: ISO 8601 in UTC, as `Date.toISOString` writes it. */
  readonly when: string;
  readonly durationMs: number;
  /** The address that was tested, without credentials and query. */
  readonly target: string;
  readonly tests: readonly {
    readonly id: string;
    readonly outcome: TestOutcome;
    /** What was seen, in English; never a secret. */
    readonly seen: string;
  }[];
}

/** Names of the files that hold records; anything else in the folder is not ours. */
export const recordFileName: RegExp = /^security-test-\d{8}T\d{6}Z-[0-9a-f]{8}\.json$/;
/** Records are a few KiB; what is larger is not one. Bytes. */
export const MAX_RECORD_BYTES: number = 1024 * 1024;
/** More tests than any version has. */
const MAX_TESTS = 1_000;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/;

/** The file name of a record: its date sorts it, `suffix` (8 hexadecimal digits) tells apart two of the same second. */
export function recordName({ when }: TestRecord, suffix: string): string {
  const stamp = `${when.slice(0, 19)}Z`.replaceAll(/[-:]/g, '');
  return `security-test-${stamp}-${suffix}.json`;
}

/**
 * Reads a record, as what the checks of a host need of it; `file` is the name it is reported under.
 * Anybody who may write to the folder may write a record: it is the operator's word, not proof against the operator.
 * @returns undefined for anything that is not exactly a record of this version
 */
export function readTestRecord(text: string, file: string): TestRecordFacts | undefined {
  if (text.length > MAX_RECORD_BYTES) return undefined;
  const record = parse(text);
  if (!isObject(record) || record['version'] !== 1) return undefined;
  const { when, target, tests } = record;
  if (typeof when !== 'string' || !ISO.test(when) || typeof target !== 'string') return undefined;
  const time = Date.parse(when);
  if (Number.isNaN(time) || !Array.isArray(tests) || tests.length > MAX_TESTS) return undefined;
  const outcomes = tests.map(outcomeOf);
  if (outcomes.includes(undefined)) return undefined;
  const count = (wanted: TestOutcome): number => outcomes.filter((one) => one === wanted).length;
  return { file, when: time, target, passed: count('passed'), failed: count('failed') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function outcomeOf(test: unknown): TestOutcome | undefined {
  if (!isObject(test) || typeof test['id'] !== 'string') return undefined;
  return testOutcomes.find((one) => one === test['outcome']);
}
