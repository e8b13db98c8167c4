import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiQuestions, httpsOnly } from './api-questions.ts';
import { readTestRecord, recordFileName } from './record.ts';
import { answered } from './test-result.ts';
import { recordOf, writeRecord } from './write-record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-records-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const startedAt = Date.UTC(2026, 10, 22, 10, 11, 12);
const record = recordOf({
  merlon: '0.1.0',
  startedAt,
  durationMs: 1_500,
  target: 'https://127.0.0.1:8443/mcp',
  tests: [
    answered(httpsOnly, 'passed', 'Redirected.', '已重定向。'),
    answered(apiQuestions.noKey, 'failed', 'Served.', '得到应答。'),
    answered(apiQuestions.rateLimit, 'not-applicable', 'Not there.', '不存在。'),
  ],
});

describe('the record of a run', () => {
  it('reads back as what happened, for this user alone', () => {
    const path = writeRecord(record, join(folder, 'state', 'tests'));
    expect(readTestRecord(readFileSync(path, 'utf8'), 'a')).toEqual({
      file: 'a',
      when: startedAt,
      target: 'https://127.0.0.1:8443/mcp',
      passed: 1,
      failed: 1,
    });
    expect(basename(path)).toMatch(recordFileName);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'state', 'tests')).mode & 0o777).toBe(0o700);
  });

  it('never replaces another one of the same second', () => {
    const paths = [writeRecord(record, folder), writeRecord(record, folder)];
    expect(new Set(paths).size).toBe(2);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('says so when it cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeRecord(record, join(folder, 'file'))).toThrow(
      expect.objectContaining({ code: 'STATE_NOT_WRITABLE' }),
    );
  });
});
