import type { Language } from '../kernel/text.ts';
import type { ReportFormat } from '../scanner/report/formats.ts';

/** The options of `merlon scan` as the command line gives them. */
export interface ScanOptions {
  readonly config?: string;
  readonly baseline?: string;
  readonly profile?: string;
  readonly output: readonly string[];
  readonly format: ReportFormat;
  readonly lang: Language;
  readonly clients?: true;
  readonly host?: true;
  readonly live?: true;
  readonly run?: true;
  readonly keyEnv: string;
  /** `Name=VARIABLE`. */
  readonly header: readonly string[];
  readonly ca?: string;
  readonly verifySsl: boolean;
  readonly failOn?: string;
  readonly waivers?: string;
  readonly attestations?: string;
  readonly rules: readonly string[];
  readonly records?: string;
  readonly diff?: string;
  readonly facts?: string;
  readonly all?: true;
  readonly progress: boolean;
}
