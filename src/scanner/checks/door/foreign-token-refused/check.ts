import { defineCheck } from '../../../check.ts';
import { refusalOf } from '../admission.ts';

/** AUTHZ-41, AUTHZ-45, SEC-29: a token counts only if the right issuer made it for this server. */
export const foreignTokenRefused = defineCheck({
  id: 'foreign-token-refused',
  control: 'C03',
  part: 'door',
  severity: 'critical',
  title: {
    en: 'A token of another issuer, for another server, is refused.',
    zh: '其他颁发者为其他服务器签发的令牌会被拒绝。',
  },
  remedy: {
    en: 'Verify the signature with the keys of your own issuer, then that `iss` is that issuer and that `aud` names this server.',
    zh: '使用自己颁发者的密钥验证签名，再确认 `iss` 是该颁发者、`aud` 指向本服务器。',
  },
  ask: (facts) =>
    refusalOf(facts, 'foreign-token', {
      what: { en: 'a token that another issuer made for another server', zh: '其他颁发者为其他服务器签发的令牌' },
    }),
});
