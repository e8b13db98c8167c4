import { defineCheck } from '../../../check.ts';
import { refusalOf } from '../admission.ts';

/** AUTHZ-40, AUTHZ-43: a credential counts because it was checked, not because it is there. */
export const wrongCredentialRefused = defineCheck({
  id: 'wrong-credential-refused',
  control: 'C03',
  part: 'door',
  severity: 'critical',
  title: { en: 'A wrong or empty credential is refused.', zh: '错误或空的凭据会被拒绝。' },
  remedy: {
    en: 'Verify the credential of every request before anything else is done with it, and answer 401 where it does not hold.',
    zh: '在处理请求之前先验证其凭据，凭据无效时返回 401。',
  },
  ask: (facts) => {
    const wrong = refusalOf(facts, 'wrong-credential', { what: { en: 'a wrong credential', zh: '错误凭据' } });
    const empty = refusalOf(facts, 'empty-credential', { what: { en: 'an empty credential', zh: '空凭据' } });
    return [...wrong, ...empty.map((answer) => ({ ...answer, subject: `${answer.subject ?? ''}, empty` }))];
  },
});
