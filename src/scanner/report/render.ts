import type { Control, ControlId } from '../../controls/control.ts';
import { controlOf } from '../../controls/index.ts';
import type { Language, Text } from '../../kernel/text.ts';
import type { ScanResult } from '../scan-result.ts';
import type { ReportFormat } from './formats.ts';

/** What all formats take. */
export interface RenderOptions {
  readonly language: Language;
  readonly color: boolean;
  /** Columns of a terminal. */
  readonly width: number;
  /** Also what passes, in the terminal's report. */
  readonly all: boolean;
  /** Folder that paths in SARIF are relative to. */
  readonly root: string;
}

/** A scan in a format. Each is loaded when it is asked for: a terminal needs no HTML. */
export async function render(result: ScanResult, format: ReportFormat, options: RenderOptions): Promise<string> {
  const { language, root } = options;
  const titleOf = (id: ControlId): Text => controlOf(id).title;
  const of = (id: ControlId): Control => controlOf(id);
  switch (format) {
    case 'text':
      return (await import('./terminal.ts')).terminalReport(result, options);
    case 'json':
      return `${JSON.stringify((await import('./json.ts')).toJsonReport(result, titleOf, language), null, 2)}\n`;
    case 'sarif':
      return (await import('./sarif.ts')).sarifReport(result, { language, titleOf, root });
    case 'junit':
      return (await import('./junit.ts')).junitReport(result, { language, titleOf });
    case 'markdown':
      return (await import('./markdown.ts')).markdownReport(result, { language, controlOf: of });
    case 'html':
      return (await import('./html.ts')).htmlReport(result, { language, controlOf: of });
    case 'csv':
      return (await import('./action-plan.ts')).actionPlan(result, { language, titleOf });
  }
}
