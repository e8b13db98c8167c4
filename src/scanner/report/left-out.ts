import type { Language } from '../../kernel/text.ts';
import type { ScanResult } from '../scan-result.ts';
import { words } from './words.ts';

/** What makes a scan look better than what was found: checks that are switched off, and findings that are accepted. */
export function leftOut({ off, findings }: Pick<ScanResult, 'off' | 'findings'>, language: Language): string[] {
  const accepted = findings.filter(({ waiver }) => waiver !== undefined).length;
  return [
    ...off.map(({ check, reason }) => `${words.off[language]}: ${check}: ${reason}`),
    ...(accepted === 0 ? [] : [`${words.waived[language]}: ${accepted}`]),
  ];
}
