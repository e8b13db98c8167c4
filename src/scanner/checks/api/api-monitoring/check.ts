import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks what the server says of monitoring. */
export const apiMonitoring = defineCheck({
  id: 'api-monitoring',
  control: 'C16',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it can be monitored.',
    zh: '服务器自述可被监控。',
  },
  remedy: {
    en: 'Turn metrics and health endpoints on, and let something read them.',
    zh: '启用指标与健康检查端点，并由监控系统读取。',
  },
  ask: (facts) =>
    answerReported(facts, 'C16', 'or elsewhere', (figures, enforced) => {
      // Who says that it is done in part has said so itself.
      if (enforced === 'partly') return undefined;
      const off = ['metrics', 'health'].filter((key) => figures[key] === false);
      if (off.length === 0) return undefined;
      return { en: `Off: ${off.join(', ')}.`, zh: `未启用：${off.join('、')}。` };
    }),
});
