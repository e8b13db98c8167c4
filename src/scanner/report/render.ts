import type { Control, ControlId } from '../../controls/control.ts';
import { controlOf } from '../../controls/index.ts';
import type { Language, Text } from '../../kernel/text.ts';
import type { ScanResult } from '../scan-result.ts';

/** The formats of a report. */
export const reportFormats = ['text', 'json', 'sarif', 'junit', 'markdown', 'html', 'csv'] as const;
export type ReportFormat = (typeof reportFormats)[number];

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

const BY_ENDING: Readonly<Record<string, ReportFormat>> = {
  txt: 'text',
  text: 'text',
  json: 'json',
  sarif: 'sarif',
  xml: 'junit',
  md: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
  csv: 'csv',
};

/** The format that a file's name asks for; text where it says nothing, as the mission's `-o report` does. */
export function formatOf(file: string): ReportFormat {
  const lower = file.toLowerCase();
  if (lower.endsWith('.sarif.json')) return 'sarif';
  const ending = /\.([a-z]+)$/.exec(lower)?.[1] ?? '';
  return Object.hasOwn(BY_ENDING, ending) ? (BY_ENDING[ending] ?? 'text') : 'text';
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
