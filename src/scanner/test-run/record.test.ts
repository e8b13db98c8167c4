import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTestRecord, recordFileName, recordName, type TestRecord } from './record.ts';

const record: TestRecord = {
  version: 1,
  merlon: '0.1.0',
  when: '2026-11-22T10:11:12.345Z',
  durationMs: 1_234,
  target: 'https://127.0.0.1:8443/mcp',
  tests: [
    { id: 'https-only', outcome: 'passed', seen: 'Redirected.' },
    { id: 'auth-required', outcome: 'passed', seen: '401.' },
    { id: 'requests-limited', outcome: 'failed', seen: '20 of 20.' },
    { id: 'tool-permissions', outcome: 'unknown', seen: 'Not offered.' },
  ],
};

function changed(more: object): string {
  return JSON.stringify({ ...record, ...more });
}

describe('a record of a security test', () => {
  it('reads back as when, what, and how many tests passed and failed; what could not look is neither', () => {
    expect(readTestRecord(JSON.stringify(record), 'a.json')).toEqual({
      file: 'a.json',
      when: Date.UTC(2026, 10, 22, 10, 11, 12, 345),
      target: 'https://127.0.0.1:8443/mcp',
      passed: 2,
      failed: 1,
    });
  });

  it('has a file name that sorts by date and that is known again', () => {
    const name = recordName(record, '0a1b2c3d');
    expect(name).toBe('security-test-20261122T101112Z-0a1b2c3d.json');
    expect(name).toMatch(recordFileName);
    expect('security-test-20261122T101112Z-0a1b2c3d.json.tmp').not.toMatch(recordFileName);
  });

  it.each([
    ['another version', changed({ version: 2 })],
    ['a date that is none', changed({ when: '2026-13-45T10:11:12Z' })],
    ['a date in words', changed({ when: 'November 2026' })],
    ['a date as a number', changed({ when: 1_795_342_272_000 })],
    ['no target', changed({ target: undefined })],
    ['tests that are no list', changed({ tests: {} })],
    ['an outcome that does not exist', changed({ tests: [{ id: 'a', outcome: 'fine', seen: '' }] })],
    ['an outcome named like a property of every object', changed({ tests: [{ id: 'a', outcome: 'toString' }] })],
    ['a test without a name', changed({ tests: [{ outcome: 'passed', seen: '' }] })],
    ['more tests than there can be', changed({ tests: Array.from({ length: 1_001 }, () => record.tests[0]) })],
    ['half of one', JSON.stringify(record).slice(0, -5)],
    ['nothing', ''],
  ])('is not read from %s', (_, text) => {
    expect(readTestRecord(text, 'a.json')).toBeUndefined();
  });

  it('is read from no text in a way that throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readTestRecord(text, 'a.json')).toBeUndefined();
      }),
    );
  });
});
