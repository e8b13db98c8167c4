import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { firstOf, numberOf, said, sentence, unresolved } from '../setting.ts';

const IDLE = [
  'session_idle_seconds',
  'session_idle_timeout_seconds',
  'session_idle_minutes',
  'session_idle_timeout_minutes',
  'session_idle_timeout',
  'session_timeout_seconds',
  'session_timeout_minutes',
  'session_timeout',
];
const MAX = [
  'session_max_seconds',
  'session_max_age_seconds',
  'session_max_minutes',
  'session_max_hours',
  'session_max_age',
  'session_lifetime',
  'session_absolute_timeout',
];
const SECTIONS = ['security', 'auth', 'server'];

const pathsOf = (keys: readonly string[]): string[] =>
  keys.flatMap((key) => SECTIONS.map((section) => `${section}.${key}`));

/** C06: sessions end when they are not used, and in any case. */
export const configSessionTimeouts = defineCheck<'config'>({
  id: 'config-session-timeouts',
  control: 'C06',
  part: 'config',
  severity: 'medium',
  title: {
    en: 'Sessions end after a time without use, and after a longest time.',
    zh: '会话在闲置一段时间后以及达到最长时限后结束。',
  },
  remedy: {
    en: 'Set `security.session_idle_seconds` and `security.session_max_seconds`.',
    zh: '设置 `security.session_idle_seconds` 与 `security.session_max_seconds`。',
  },
  ask(facts, { thresholds }) {
    return [
      judge(facts, 'idle', IDLE, thresholds.session_idle_minutes * 60),
      judge(facts, 'max', MAX, thresholds.session_max_hours * 3_600),
    ];
  },
});

function judge(facts: ConfigFacts, subject: 'idle' | 'max', keys: readonly string[], most: number): Answer {
  const found = firstOf(facts, pathsOf(keys));
  if (found === undefined) {
    const seen =
      subject === 'idle'
        ? { en: 'Nothing says when an unused session ends.', zh: '未说明闲置会话何时结束。' }
        : { en: 'Nothing says how long a session may last at most.', zh: '未说明会话最长可持续多久。' };
    return warn(seen, { subject, where: { file: facts.file } });
  }
  const { path, setting } = found;
  const elsewhere = unresolved(facts, [path]);
  if (elsewhere !== undefined) return { ...elsewhere, subject };
  const more = { subject, where: setting.where };
  const value = numberOf(facts, path);
  const seen = sentence(said(facts, path), limit(most));
  if (value === undefined) return warn(seen, { ...more, severity: 'low' });
  if (value <= 0) return fail(sentence(said(facts, path)), more);
  if (value * unitOf(path) <= most) return pass(seen, more);
  // A number without a unit in its name may mean milliseconds.
  return hasUnit(path) ? fail(seen, more) : warn(seen, { ...more, severity: 'low' });
}

function hasUnit(path: string): boolean {
  return /_(seconds|minutes|hours)$/.test(path);
}

/** Seconds that one of the number means. */
function unitOf(path: string): number {
  if (path.endsWith('_hours')) return 3_600;
  return path.endsWith('_minutes') ? 60 : 1;
}

function limit(most: number): { en: string; zh: string } {
  return { en: `at most ${most} seconds are allowed`, zh: `最多允许 ${most} 秒` };
}
