import { describe, expect, it } from 'vitest';
import { findings, HOSTILE, scanResult } from '../../../test/scan-result.ts';
import { languages } from '../../kernel/text.ts';
import { formatOf, reportFormats } from './formats.ts';
import { reportShape } from './json-shape.ts';
import { render, type RenderOptions } from './render.ts';

const options: RenderOptions = { language: 'en', color: false, width: 100, all: true, root: '/srv/app' };

async function json(text: string) {
  const parsed: Record<string, unknown> = JSON.parse(text);
  return parsed;
}

describe('the format of a report', () => {
  it.each([
    ['report', 'text'],
    ['report.txt', 'text'],
    ['a.b/report', 'text'],
    ['x.JSON', 'json'],
    ['x.sarif', 'sarif'],
    ['x.sarif.json', 'sarif'],
    ['junit.xml', 'junit'],
    ['x.md', 'markdown'],
    ['x.html', 'html'],
    ['plan.csv', 'csv'],
    ['x.constructor', 'text'],
  ])('of %s is %s', (file, format) => {
    expect(formatOf(file)).toBe(format);
  });
});

describe.each(languages)('reports in %s', (language) => {
  it.each(reportFormats)('%s is there, whole, and says each fingerprint that needs work', async (format) => {
    const text = await render(scanResult(), format, { ...options, language });
    for (const { fingerprint, outcome, waiver } of findings) {
      const isOpen = (outcome === 'fail' || outcome === 'warn') && waiver === undefined;
      // JUnit names cases by check and target; it has no place for more.
      if (isOpen && format !== 'junit') expect(text).toContain(fingerprint);
    }
    if (language === 'zh') expect(text).toMatch(/\p{Script=Han}/u);
    expect(text.endsWith('\n')).toBe(true);
  });
});

it.each(['text', 'markdown', 'html', 'json'] as const)('%s says which checks are off, and why', async (format) => {
  const off = [{ check: 'auth-required', reason: 'because <b>I</b> said so' }];
  const text = await render(scanResult({ off }), format, { ...options, all: false });
  expect(text).toContain('I');
  expect(text.replaceAll(/\s+/g, ' ')).toMatch(/auth\\?-required.{0,60}because.{1,30}said so/);
  if (format === 'html') expect(text).not.toContain('<b>I</b>');
});

describe('the terminal report', () => {
  it('shows the 20 controls first and the grade last', async () => {
    const text = await render(scanResult(), 'text', { ...options, all: false });
    const lines = text.split('\n');
    expect(lines.filter((line) => /^ {2}. (pass|fail|warn|manual|unknown|n\/a) +C\d\d /.test(line))).toHaveLength(20);
    expect(text.indexOf('C20')).toBeLessThan(text.indexOf('auth-required'));
    expect(text.indexOf('auth-required')).toBeLessThan(text.indexOf('Grade F'));
    expect(text).not.toContain('body-bounded');
  });

  it('has colours only when asked, and no line wider than the terminal', async () => {
    const plain = await render(scanResult(), 'text', { ...options, width: 80 });
    expect(plain).not.toContain('\u001b');
    expect(await render(scanResult(), 'text', { ...options, color: true })).toContain('\u001b[31m');
    const wide = plain
      .split('\n')
      .filter((line) => line.length > 80 && !line.includes(HOSTILE) && !line.includes('server:'));
    expect(wide).toEqual([]);
  });
});

describe('the JSON report', () => {
  it('follows its own schema', async () => {
    const text = await render(scanResult(), 'json', options);
    expect(reportShape.safeParse(JSON.parse(text)).error).toBeUndefined();
    const bare = scanResult({
      gate: undefined,
      diff: undefined,
      grade: { letter: undefined, points: 0, caps: [], withheld: { en: 'x', zh: '某' } },
    });
    expect(reportShape.safeParse(JSON.parse(await render(bare, 'json', options))).error).toBeUndefined();
  });
});

describe('the SARIF report', () => {
  it('has failures and warnings as results, accepted ones suppressed, and silence as a notification', async () => {
    const { runs } = await json(await render(scanResult(), 'sarif', options));
    expect(runs).toMatchObject([
      {
        invocations: [
          { executionSuccessful: false, toolExecutionNotifications: [{ associatedRule: { id: 'disks-encrypted' } }] },
        ],
        results: [
          { ruleId: 'auth-required', level: 'error', partialFingerprints: { 'merlon/v1': 'a000000000000001' } },
          { ruleId: 'client-remote-https', level: 'warning' },
          { ruleId: 'body-bounded', suppressions: [{ kind: 'external' }] },
        ],
      },
    ]);
  });

  it('gives places in the repository relative to it', async () => {
    expect(await render(scanResult(), 'sarif', options)).toMatch(/"uri": ".mcp.json",\s+"uriBaseId": "%SRCROOT%"/);
  });
});

describe('what a hostile target is called', () => {
  it('stays text in HTML', async () => {
    const html = await render(scanResult(), 'html', options);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<(img|a|iframe|link|form|object)\b/);
    expect(html).toContain(`default-src 'none'`);
  });

  it('stays text in XML', async () => {
    const xml = await render(scanResult(), 'junit', options);
    expect(xml).not.toContain('<script');
    expect(xml).toMatch(/<testsuites name="merlon scan" tests="7" failures="1" errors="1" skipped="4"/);
  });

  it('stays text in Markdown', async () => {
    const text = await render(scanResult(), 'markdown', options);
    // What is escaped is text, and so is what stands in code spans.
    const outside = text.replaceAll(/\\[^\w\s]/g, '').replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(outside).not.toMatch(/<script|!\[|\[x|@all|https:\/\/evil/);
  });

  it('is no formula in a spreadsheet', async () => {
    const bad = scanResult({ findings: [{ ...findings[0], subject: '=cmd|calc' } as (typeof findings)[number]] });
    expect(await render(bad, 'csv', options)).toMatch(/,'=cmd\|calc,/);
  });
});
