import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks what the server says of incidents. */
export const apiIncidents = defineCheck({
  id: 'api-incidents',
  control: 'C18',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it supports handling incidents.',
    zh: '服务器自述支持安全事件响应。',
  },
  remedy: {
    en: 'Set up how incidents are opened, contained and closed.',
    zh: '建立安全事件的开启、遏制与关闭流程。',
  },
  ask: (facts) => answerReported(facts, 'C18', 'or elsewhere'),
});
