import { defineCheck } from '../../../check.ts';
import { refusalOf } from '../admission.ts';

/** AUTHZ-39: access tokens are not in the query of an address, where logs and histories keep them. */
export const credentialInQueryRefused = defineCheck({
  id: 'credential-in-query-refused',
  control: 'C03',
  part: 'door',
  severity: 'medium',
  title: { en: 'A credential in the address does not count.', zh: '放在地址中的凭据不被接受。' },
  remedy: {
    en: 'Read credentials from the Authorization header alone; ignore `access_token`, `token` and `api_key` in the query.',
    zh: '只从 Authorization 头读取凭据;忽略查询参数中的 `access_token`、`token` 与 `api_key`。',
  },
  ask: (facts) =>
    refusalOf(facts, 'credential-in-query', {
      what: { en: 'the credential in the query instead of the header', zh: '放在查询参数而非请求头中的凭据' },
    }),
});
