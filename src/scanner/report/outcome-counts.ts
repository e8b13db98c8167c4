import type { Language } from '../../kernel/text.ts';
import { outcomes } from '../check.ts';
import type { ScanResult } from '../scan-result.ts';
import { outcomeWords } from './words.ts';

/** How many controls came to what, in a line. */
export function outcomeCounts({ controls }: Pick<ScanResult, 'controls'>, language: Language): string {
  const counts = outcomes.flatMap((outcome) => {
    const count = controls.filter((control) => control.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${outcomeWords[outcome][language]}`];
  });
  return counts.join(language === 'zh' ? '，' : ', ');
}
