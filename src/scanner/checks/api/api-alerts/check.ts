import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks what the server says of alerts. */
export const apiAlerts = defineCheck({
  id: 'api-alerts',
  control: 'C17',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it raises alerts.',
    zh: '服务器自述会发出安全告警。',
  },
  remedy: {
    en: 'Let failed sign-ins, refusals and anomalies raise alerts that reach a person.',
    zh: '让登录失败、拒绝和异常触发能通知到人的告警。',
  },
  ask: (facts) => answerReported(facts, 'C17', 'or elsewhere'),
});
