import { DAY_MS } from '../../../../kernel/clock.ts';
import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks when the server says it was last tested. */
export const apiSecurityTests = defineCheck({
  id: 'api-security-tests',
  control: 'C19',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it was tested lately.',
    zh: '服务器自述近期做过安全测试。',
  },
  remedy: {
    en: 'Run the security tests against it, at least once in `test_record_days`.',
    zh: '至少每 `test_record_days` 天对其运行一次安全测试。',
  },
  ask: (facts, { now, thresholds }) =>
    answerReported(facts, 'C19', 'or elsewhere', ({ last_security_test: last }) => {
      if (last === undefined) return undefined;
      const when = typeof last === 'string' ? Date.parse(last) : typeof last === 'number' ? last : Number.NaN;
      if (last === null) return { en: 'It was never tested.', zh: '从未测试。' };
      if (Number.isNaN(when)) return { en: `Last test: ${last}.`, zh: `上次测试：${last}。` };
      const days = Math.floor((now - when) / DAY_MS);
      if (days <= thresholds.test_record_days && days >= -1) return undefined;
      return { en: `The last test was ${days} days ago.`, zh: `上次测试在 ${days} 天前。` };
    }),
});
