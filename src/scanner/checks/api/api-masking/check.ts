import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks what the server says of masking. */
export const apiMasking = defineCheck({
  id: 'api-masking',
  control: 'C08',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it masks secrets.',
    zh: '服务器自述会对机密进行脱敏。',
  },
  remedy: {
    en: 'Mask secrets and personal data in logs and answers.',
    zh: '在日志和应答中对机密与个人数据脱敏。',
  },
  ask: (facts) => answerReported(facts, 'C08', 'here'),
});
