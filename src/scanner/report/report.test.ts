import { describe, expect, it } from 'vitest';
import { findings, HOSTILE, scanResult } from '../../../test/scan-result.ts';
import { finding } from '../../../test/finding.ts';
import { columnsOf } from '../../kernel/columns.ts';
import { languages, same } from '../../kernel/text.ts';
import type { ScanResult } from '../scan-result.ts';
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
      if (isOpen) expect(text).toContain(fingerprint);
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

  it('has colours only when asked', async () => {
    expect(await render(scanResult(), 'text', options)).not.toContain('\u001b');
    expect(await render(scanResult(), 'text', { ...options, color: true })).toContain('\u001b[31m');
  });

  it.each([60, 80, 120])('has no line wider than %i columns, in colour or not, in either language', async (width) => {
    for (const language of languages) {
      for (const [all, color] of [
        [true, false],
        [false, true],
      ] as const) {
        const text = await render(manyFindings(), 'text', { ...options, language, width, all, color });
        // oxlint-disable-next-line no-control-regex -- the colours take no columns
        const lines = text.replaceAll(/\u001b\[[\d;]*m/g, '').split('\n');
        expect(lines.filter((line) => columnsOf(line) > width)).toEqual([]);
      }
    }
  });

  it('tells a hundred findings in about as many lines, those of one check as one', async () => {
    const text = await render(manyFindings(), 'text', { ...options, all: false });
    expect(text.split('\n').length).toBeLessThan(110);
    expect(text).toMatch(/No tool asks[^\n]* 49×/);
    expect(text).toContain('tool_0, tool_1, tool_2, tool_3 and 45 more: It asks for: password.');
    expect(text).not.toContain('tool_48');
    expect(await render(manyFindings(), 'text', options)).toContain('tool_48');
  });

  it('keeps what could not be seen for those who ask, and says what a person has to answer', async () => {
    const blind = finding({
      check: 'disks-encrypted',
      outcome: 'unknown',
      evidence: [{ seen: same('No lsblk here.') }],
    });
    const result = scanResult({ findings: [blind] });
    const short = await render(result, 'text', { ...options, all: false });
    expect(short).not.toContain('No lsblk here.');
    expect(short).toContain('merlon attest C18');
    expect(await render(result, 'text', options)).toContain('No lsblk here.');
  });
});

/** What a scan of a server with 49 tools and 51 other troubles comes to. */
function manyFindings(): ScanResult {
  const tools = Array.from({ length: 49 }, (_, index) =>
    finding({
      check: 'tool-secrets-not-asked',
      subject: `tool_${index}`,
      fingerprint: String(index).padStart(16, '0'),
      title: { en: 'No tool asks the model for a credential.', zh: '没有工具向模型索要凭据。' },
      evidence: [{ seen: { en: 'It asks for: password.', zh: '它索要：password。' } }],
    }),
  );
  const others = Array.from({ length: 51 }, (_, index) =>
    finding({
      check: `check-${index % 20}`,
      outcome: index % 3 === 0 ? 'unknown' : 'warn',
      severity: index % 2 === 0 ? 'medium' : 'low',
      subject: index % 5 === 0 ? '✅⚠\ufe0f审计👍🏽'.repeat(20) : `${HOSTILE}${index}`,
      fingerprint: String(100 + index).padStart(16, '0'),
      title: { en: 'It holds, whatever it is that has to hold.', zh: '审计日志'.repeat(30) },
    }),
  );
  return scanResult({ findings: [...tools, ...others] });
}

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
  it('has failures and warnings as results, none for accepted ones, and silence as a notification', async () => {
    const { runs } = await json(await render(scanResult(), 'sarif', options));
    expect(runs).toMatchObject([
      {
        invocations: [
          { executionSuccessful: false, toolExecutionNotifications: [{ associatedRule: { id: 'disks-encrypted' } }] },
        ],
        results: [
          { ruleId: 'auth-required', level: 'error', partialFingerprints: { 'merlon/v1': 'a000000000000001' } },
          { ruleId: 'client-remote-https', level: 'warning' },
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
    expect(html).not.toMatch(/<(img|iframe|link|form|object)\b/);
    expect(html).not.toMatch(/<a (?!(class="tile \S+" )?href="#)/);
    expect(html).toContain(`default-src 'none'`);
  });

  it('stays text in XML', async () => {
    const xml = await render(scanResult(), 'junit', options);
    expect(xml).not.toContain('<script');
    expect(xml).toMatch(/<testsuites name="merlon scan" tests="7" failures="1" errors="1"/);
  });

  it('stays text in Markdown', async () => {
    const text = await render(scanResult(), 'markdown', options);
    // What is escaped is text, and so is what stands in code spans.
    const outside = text.replaceAll(/\\[^\w\s]/g, '').replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(outside).not.toMatch(/<script|!\[|\[x|@all|https:\/\/evil/);
  });

  it('is no formula in a spreadsheet', async () => {
    const bad = scanResult({ findings: [{ ...findings[0], subject: '=cmd|calc' } as (typeof findings)[number]] });
    expect(await render(bad, 'csv', options)).toContain(`,"'=cmd|calc",`);
  });
});
