import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Language } from '../../src/kernel/text.ts';
import type { ReportFormat } from '../../src/scanner/report/formats.ts';
import { render } from '../../src/scanner/report/render.ts';
import type { ScanResult } from '../../src/scanner/scan-result.ts';

/** A report as a file would hold it: what UTF-8 cannot say is replaced on the way. */
export async function rendered(
  result: ScanResult,
  format: ReportFormat,
  language: Language = 'en',
  root = '/srv/app',
): Promise<string> {
  const text = await render(result, format, { language, color: false, width: 100, all: true, root });
  return Buffer.from(text).toString();
}

/** A file of a package that is installed here. */
export function packaged(path: string): string {
  return readFileSync(join(import.meta.dirname, 'node_modules', path), 'utf8');
}
