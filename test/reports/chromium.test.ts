import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlIds } from '../../src/controls/control.ts';
import { languages } from '../../src/kernel/text.ts';
import { outcomes } from '../../src/scanner/check.ts';
import type { ScanResult } from '../../src/scanner/scan-result.ts';
import { finding } from '../finding.ts';
import { chromium as program } from '../matrix/columns.ts';
import { HOSTILE, scanResult } from '../scan-result.ts';
import { anyScan } from './any-scan.ts';
import { overflowing, paleTexts, unfold, visibleArticles } from './in-browser.ts';
import { packaged, rendered } from './rendered.ts';

/** Every outcome in every place, several subjects of one check, and names longer than any line. */
function everything(): ScanResult {
  const findings = controlIds.flatMap((control, at) =>
    Array.from({ length: 7 }, (_, index) =>
      finding({
        control,
        check: `check-${at}`,
        outcome: outcomes[at % outcomes.length] ?? 'fail',
        basis: at % 2 === 0 ? 'seen' : 'told',
        subject: index === 0 ? 'x'.repeat(600) : `${HOSTILE} 审计`.repeat(3),
        fingerprint: (at * 10 + index).toString(16).padStart(16, '0'),
        ...(index === 6
          ? { waiver: { fingerprint: 'a', owner: 'ops', reason: 'y'.repeat(300), expires: '2027-01-01' } }
          : {}),
      }),
    ),
  );
  const controls = scanResult().controls.map((control, index) => ({
    ...control,
    outcome: outcomes[index % outcomes.length] ?? 'fail',
    findings: [],
    attestation: {
      control: control.id,
      by: 'ops',
      date: '2026-11-01',
      expires: '2027-11-01',
      statement: 'z'.repeat(300),
      evidence: { url: 'https://a.example/evidence' },
      state: 'valid' as const,
    },
  }));
  return scanResult({ findings, controls });
}

describe.skipIf(!existsSync(program))('the HTML report in Chromium', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'merlon-report-'));
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Opened {
    readonly page: Page;
    /** Errors, warnings, dialogs, and requests for anything but the file. */
    readonly troubles: readonly string[];
    /** Why requests came to nothing. */
    readonly failures: readonly string[];
  }

  async function open(html: string, options: { dark?: boolean; width?: number } = {}): Promise<Opened> {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    const url = pathToFileURL(file).href;
    const page = await browser.newPage({
      colorScheme: options.dark === true ? 'dark' : 'light',
      viewport: { width: options.width ?? 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    const troubles: string[] = [];
    const failures: string[] = [];
    page.on('requestfailed', (request) => void failures.push(`${request.url()} ${request.failure()?.errorText ?? ''}`));
    page.on('console', (message) => void troubles.push(message.text()));
    page.on('pageerror', ({ message }) => void troubles.push(message));
    page.on('dialog', (dialog) => {
      troubles.push(dialog.type());
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== url) troubles.push(request.url());
    });
    await page.goto(url);
    return { page, troubles, failures };
  }

  const looks = languages.flatMap((language) => [false, true].map((dark) => [language, dark] as const));

  it.each(looks)('in %s, dark %s: no trouble, no script, and every text can be read', async (language, dark) => {
    const { page, troubles } = await open(await rendered(everything(), 'html', language), { dark });
    await page.evaluate(unfold);
    expect(await page.evaluate(paleTexts)).toEqual([]);
    expect(await page.evaluate(() => [document.scripts.length, document.images.length])).toEqual([0, 0]);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it.each(languages)('in %s has nothing that axe finds to keep people out', async (language) => {
    const { page } = await open(await rendered(everything(), 'html', language));
    await page.evaluate(unfold);
    // Sent as an expression: the page's policy lets no script in.
    await page.evaluate(packaged('axe-core/axe.min.js'));
    const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()');
    expect(found.violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`)).toEqual([]);
    await page.close();
  });

  it('runs nothing that targets are called', async () => {
    for (const scan of fc.sample(anyScan, 8)) {
      const { page: other, troubles } = await open(await rendered(scan, 'html'));
      expect(await other.evaluate(() => [document.scripts.length, document.images.length])).toEqual([0, 0]);
      expect(troubles).toEqual([]);
      await other.close();
    }
  });

  it('has a policy that holds even where something came in', async () => {
    const evil = `<script>document.title='in'</script><img src="https://evil.example/p" onerror="document.title='in'"><style>h1{display:none}</style><p style="color:red" onclick="document.title='in'">x</p>`;
    const html = (await rendered(scanResult(), 'html')).replace('<main>', `<main>${evil}`);
    const { page, troubles, failures } = await open(html);
    await page.click('p[onclick]');
    expect(await page.title()).not.toBe('in');
    expect(await page.isVisible('h1')).toBe(true);
    // The script, the image, the style, both attributes: all were turned away, and the image was not asked for.
    expect(troubles.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(5);
    expect(failures).toEqual(['https://evil.example/p csp']);
    await page.close();
  });

  it.each([320, 390, 768, 1280])('fits into %i pixels, whatever is unfolded', async (width) => {
    const { page } = await open(await rendered(everything(), 'html', 'zh'), { width });
    await page.evaluate(unfold);
    expect(await page.evaluate(overflowing)).toEqual([]);
    await page.close();
  });

  it('is used by keyboard: Enter unfolds, and leads from a control to what was found of it', async () => {
    const { page } = await open(await rendered(everything(), 'html'));
    const isOpen = (id: string): Promise<boolean> =>
      page.locator(`details:has(> #${id})`).evaluate((one: HTMLDetailsElement) => one.open);
    expect(await isOpen('C01')).toBe(false);
    await page.locator('details:has(> #C01) > summary').focus();
    await page.keyboard.press('Enter');
    expect(await isOpen('C01')).toBe(true);
    expect(await isOpen('C15')).toBe(false);
    await page.locator('a.tile[href="#C15"]').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#C15');
    expect(await isOpen('C15')).toBe(true);
    await page.locator('details:has(> #C15) > summary').scrollIntoViewIfNeeded();
    expect(await page.locator('details:has(> #C15) > summary').isVisible()).toBe(true);
    await page.close();
  });

  it('prints everything, also what is folded', async () => {
    const { page } = await open(await rendered(everything(), 'html'));
    const [before, all] = await page.evaluate(visibleArticles);
    expect(before).toBeLessThan(all);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => page.evaluate(visibleArticles)).toEqual([all, all]);
    await page.close();
  });
});
