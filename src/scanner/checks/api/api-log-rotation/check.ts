import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks whether the server says that logs are rotated. */
export const apiLogRotation = defineCheck({
  id: 'api-log-rotation',
  control: 'C10',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that its logs are rotated.',
    zh: '服务器自述日志会轮换。',
  },
  remedy: {
    en: 'Turn rotation on for the audit record and the server log.',
    zh: '为审计日志和服务器日志启用轮换。',
  },
  ask: (facts) =>
    answerReported(facts, 'C10', 'here', (figures) => {
      const never = ['audit_rotation', 'log_rotation'].filter((key) => NEVER.has(figures[key]));
      if (never.length === 0) return undefined;
      return { en: `Not rotated: ${never.join(', ')}.`, zh: `未轮换：${never.join('、')}。` };
    }),
});

/** Null says that there is no such log. */
const NEVER = new Set<unknown>(['none', 'never', 'off', '', false]);
