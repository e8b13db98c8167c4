import { defineCheck } from '../../../check.ts';
import { refusalOf } from '../admission.ts';

/** AUTHZ-40: a token that says `alg: none` was signed by nobody. */
export const unsignedTokenRefused = defineCheck({
  id: 'unsigned-token-refused',
  control: 'C03',
  part: 'door',
  severity: 'critical',
  title: { en: 'A token that nobody signed is refused.', zh: '未签名的令牌会被拒绝。' },
  remedy: {
    en: 'Accept only the signature algorithms that the issuer uses, listed by name; never take the algorithm from the token, and never `none`.',
    zh: '只接受颁发者使用的、明确列出的签名算法；绝不采用令牌自己声明的算法，也绝不接受 `none`。',
  },
  ask: (facts) =>
    refusalOf(facts, 'unsigned-token', { what: { en: 'an unsigned token (alg none)', zh: '未签名令牌（alg none）' } }),
});
