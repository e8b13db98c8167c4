/** The formats of a report. */
export const reportFormats = ['text', 'json', 'sarif', 'junit', 'markdown', 'html', 'csv'] as const;
export type ReportFormat = (typeof reportFormats)[number];

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
