import { defineCheck } from '../../../check.ts';
import { refusalOf } from '../admission.ts';

/** AUTHZ-43: an expired token is answered with 401. */
export const expiredTokenRefused = defineCheck({
  id: 'expired-token-refused',
  control: 'C03',
  part: 'door',
  severity: 'critical',
  title: { en: 'An expired token is refused.', zh: '过期的令牌会被拒绝。' },
  remedy: {
    en: 'Check `exp` (and `nbf`) of every token, with a leeway of at most a minute, and its signature first.',
    zh: '先验证签名，再检查每个令牌的 `exp`（以及 `nbf`），允许的时钟误差不超过一分钟。',
  },
  ask: (facts) => refusalOf(facts, 'expired-token', { what: { en: 'an expired token', zh: '过期令牌' } }),
});
