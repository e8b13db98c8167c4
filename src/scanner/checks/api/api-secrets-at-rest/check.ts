import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks how the server says it keeps secrets. */
export const apiSecretsAtRest = defineCheck({
  id: 'api-secrets-at-rest',
  control: 'C07',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it keeps no secrets in the clear.',
    zh: '服务器自述不以明文保存机密。',
  },
  remedy: {
    en: 'Keep keys as hashes and other secrets in a secret store.',
    zh: '以散列保存密钥，其他机密存入机密存储。',
  },
  ask: (facts) =>
    answerReported(facts, 'C07', 'here', ({ api_keys: keys }) =>
      keys === undefined || keys === 'hashed' || keys === 'encrypted' || keys === 'none'
        ? undefined
        : { en: `API keys are kept as: ${keys}.`, zh: `API 密钥的保存方式：${keys}。` },
    ),
});
