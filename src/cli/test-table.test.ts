import { describe, expect, it } from 'vitest';
import { apiQuestions, httpsOnly } from '../scanner/test-run/api-questions.ts';
import { answered, countTests } from '../scanner/test-run/test-result.ts';
import { testTable, type TestTable } from './test-table.ts';

const tests = [
  answered(httpsOnly, 'passed', 'Redirected.', '已重定向。'),
  answered(apiQuestions.noKey, 'unknown', 'It answered 500.', '应答 500。'),
  answered(apiQuestions.rateLimit, 'failed', 'All 20 were served.', '20 个全部得到应答。'),
  answered(apiQuestions.toolScopes, 'not-applicable', 'There are no tools.', '没有工具。'),
];

function linesOf(more: Partial<TestTable> = {}): string[] {
  const target = 'https://127.0.0.1:8443/mcp';
  const counts = countTests(tests);
  const text = testTable({ target, tests, counts, record: 'a.json', language: 'en', columns: 80, ...more });
  return text.trimEnd().split('\n');
}

describe('the table of tests', () => {
  it('ends with how many passed of those that could be judged or should have been', () => {
    expect(linesOf().at(-1)).toBe('Result: 1/3 tests passed, 33.3%');
    expect(linesOf({ language: 'zh' }).at(-1)).toMatch(/1\/3.*33\.3%$/);
  });

  it('begins with what failed, with its id and what to do', () => {
    const rows = linesOf().filter((line) => /^[✓✗?-] /.test(line));
    expect(rows.map((line) => line[0])).toEqual(['✗', '?', '✓', '-']);
    expect(rows[0]).toContain('[api-requests-limited]');
    expect(linesOf().join(' ')).toContain('Limit how often one caller may ask');
  });

  it('keeps what a server says from the terminal', () => {
    const hostile = answered(apiQuestions.toolScopes, 'failed', 'Such as \u001b]0;owned\u0007\u202e.', '例如。');
    const text = linesOf({ tests: [hostile], target: 'https://a\u001b[2J/' }).join('');
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
