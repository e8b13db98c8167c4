import { defineCheck } from '../../../check.ts';
import type { Text } from '../../../../kernel/text.ts';
import type { ControlReport } from '../../../facts/api.ts';
import { answerReported } from '../reported.ts';

/** Asks after which time sessions end. */
export const apiSessionTimeouts = defineCheck({
  id: 'api-session-timeouts',
  control: 'C06',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that sessions end in time.',
    zh: '服务器自述会话会及时超时。',
  },
  remedy: {
    en: 'Shorten `session_idle_seconds` and `session_max_seconds`.',
    zh: '缩短 `session_idle_seconds` 与 `session_max_seconds`。',
  },
  ask(facts, { thresholds }) {
    const idle = thresholds.session_idle_minutes * 60;
    const max = thresholds.session_max_hours * 3_600;
    return answerReported(
      facts,
      'C06',
      'here',
      (figures) => tooLong(figures, 'session_idle_seconds', idle) ?? tooLong(figures, 'session_max_seconds', max),
    );
  },
});

/** A figure that is missing says nothing against it; 0 and null say that there is no end. */
function tooLong(figures: ControlReport['facts'], key: string, most: number): Text | undefined {
  const value = figures[key];
  const isEndless = value === 0 || value === null || value === false;
  if (!isEndless && !(typeof value === 'number' && value > most)) return undefined;
  return { en: `${key} is ${value}; at most ${most} is allowed.`, zh: `${key} 为 ${value}；最多允许 ${most}。` };
}
