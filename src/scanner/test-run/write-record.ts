import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { showable } from '../../detect/showable.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { makeFolder } from '../../kernel/make-folder.ts';
import { recordName, type TestRecord } from './record.ts';
import type { TestResult } from './test-result.ts';

/** A run as its record says it. */
export interface TestedRun {
  readonly merlon: string;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly target: string;
  readonly tests: readonly TestResult[];
}

/** The record of a run; what was seen has to be printable already. */
export function recordOf({ merlon, startedAt, durationMs, target, tests }: TestedRun): TestRecord {
  return {
    version: 1,
    merlon,
    when: new Date(startedAt).toISOString(),
    durationMs,
    target: showable(target),
    tests: tests.map(({ id, outcome, seen }) => ({ id, outcome, seen: seen.en })),
  };
}

/**
 * Writes a record into a folder, which is made where it is missing; nobody but this user may read either. A record is
 * never written over another one.
 * @returns the path of the file
 * @throws MerlonError STATE_NOT_WRITABLE
 */
export function writeRecord(record: TestRecord, folder: string): string {
  const path = join(folder, recordName(record, randomBytes(4).toString('hex')));
  try {
    makeFolder(folder);
    writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new MerlonError('STATE_NOT_WRITABLE', `The record of the tests cannot be written to ${folder}.`, {
      cause,
      todo: 'Make the folder writable for this user, or name another one with --records.',
    });
  }
  return path;
}
