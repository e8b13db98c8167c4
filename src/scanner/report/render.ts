import type { ControlId } from '../../controls/control.ts';
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
  /** Everything that was looked at, in the terminal's report. */
  readonly all: boolean;
  /** Folder that paths in SARIF are relative to. */
  readonly root: string;
}

type Render = (result: ScanResult, options: RenderOptions) => Promise<string>;

const titleOf = (id: ControlId): Text => controlOf(id).title;

/** Each is loaded when it is asked for: a terminal needs no HTML. */
const renderers: Readonly<Record<ReportFormat, Render>> = {
  text: async (result, options) => (await import('./terminal.ts')).terminalReport(result, options),
  json: async (result, { language }) =>
    `${JSON.stringify((await import('./json.ts')).toJsonReport(result, titleOf, language), null, 2)}\n`,
  sarif: async (result, { language, root }) =>
    (await import('./sarif.ts')).sarifReport(result, { language, controlOf, root }),
  junit: async (result, { language }) => (await import('./junit.ts')).junitReport(result, { language, titleOf }),
  markdown: async (result, { language }) =>
    (await import('./markdown.ts')).markdownReport(result, { language, controlOf }),
  html: async (result, { language }) => (await import('./html.ts')).htmlReport(result, { language, controlOf }),
  csv: async (result, { language }) => (await import('./action-plan.ts')).actionPlan(result, { language, controlOf }),
};

/** A scan in a format. */
export function render(result: ScanResult, format: ReportFormat, options: RenderOptions): Promise<string> {
  return renderers[format](result, options);
}
