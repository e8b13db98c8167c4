import { type Answer, defineCheck, fail, pass } from '../../../check.ts';
import type { Exchange } from '../../../facts/door.ts';
import { admissionOf, asksForCredential, nothingAsked } from '../admission.ts';
import { exchangeOf, inEachEra, outlineOf, unclear } from '../by-era.ts';

/** AUTHZ-39: access tokens are not in the query of an address, where logs and histories keep them. */
export const credentialInQueryRefused = defineCheck({
  id: 'credential-in-query-refused',
  control: 'C03',
  part: 'door',
  severity: 'medium',
  title: { en: 'A credential in the address is not even looked at.', zh: '放在地址中的凭据不会被读取。' },
  remedy: {
    en: 'Read credentials from the Authorization header alone; ignore `access_token`, `token` and `api_key` in the query.',
    zh: '只从 Authorization 头读取凭据；忽略查询参数中的 `access_token`、`token` 与 `api_key`。',
  },
  ask: (facts) =>
    inEachEra(facts, 'credential-in-query', (seen, era) => {
      if (asksForCredential(facts, era) === false) return nothingAsked();
      const without = exchangeOf(facts, era, 'no-credential');
      return without === undefined || asksForCredential(facts, era) === undefined
        ? unclear('There is nothing to compare it with.', '没有可比较的应答。')
        : judge(seen, without);
    }),
});

// The token was a random one, so being let in is out of the question for all but the most careless; what tells is that
// the answer to it is another one than the answer to none at all.
function judge(seen: Exchange, without: Exchange): Answer {
  const how = outlineOf(seen);
  if (admissionOf(seen) === 'let-in') {
    return fail(
      { en: `A random token in the query was let in (${how}).`, zh: `查询参数中的随机令牌被放行（${how}）。` },
      { severity: 'critical' },
    );
  }
  if (admissionOf(seen) === 'unclear') {
    return unclear(`A token in the query: ${how}.`, `查询参数中的令牌：${how}。`);
  }
  if (isCalledInvalid(seen) && !isCalledInvalid(without)) {
    return fail({
      en: 'A random token in the query is called invalid, a request without any token is not: the query is read.',
      zh: '查询参数中的随机令牌被判定为无效，而不带令牌的请求则没有：说明查询参数会被读取。',
    });
  }
  return pass({ en: `A token in the query changes nothing (${how}).`, zh: `查询参数中的令牌不起作用（${how}）。` });
}

/** RFC 6750, section 3.1: nobody who sent no token is told that it is invalid. */
function isCalledInvalid({ headers }: Exchange): boolean {
  return (headers['www-authenticate'] ?? '').includes('invalid_token');
}
