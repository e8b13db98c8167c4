import { defineCheck, fail, pass } from '../../../check.ts';
import { admissionOf } from '../admission.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';

/** HTTP-05, AUTHZ-38: nobody gets in without a credential. */
export const authRequired = defineCheck({
  id: 'auth-required',
  control: 'C03',
  part: 'door',
  severity: 'critical',
  title: { en: 'Nobody gets in without a credential.', zh: '没有凭据就无法访问。' },
  remedy: {
    en: 'Require a credential for every request, such as a bearer token, or put the server behind a gateway that does (`merlon serve`).',
    zh: '要求每个请求都携带凭据（例如 bearer 令牌），或者把服务器放在会这样做的网关之后（`merlon serve`）。',
  },
  ask: (facts) =>
    inEachEra(facts, 'no-credential', (seen) => {
      const how = outlineOf(seen);
      const admission = admissionOf(seen);
      if (admission === 'turned-away') {
        return pass({ en: `Without a credential: ${how}.`, zh: `不带凭据：${how}。` });
      }
      if (admission === 'unclear') {
        return unclear(
          `Without a credential: ${how}, which neither lets in nor turns away.`,
          `不带凭据：${how}，既不是放行也不是拒绝。`,
        );
      }
      if (!facts.isLoopback) {
        return fail({
          en: `A request without a credential was served (${how}).`,
          zh: `不带凭据的请求得到了正常应答（${how}）。`,
        });
      }
      return fail(
        {
          en: `A request without a credential was served (${how}); the server listens for this machine alone.`,
          zh: `不带凭据的请求得到了正常应答（${how}）；该服务器只监听本机。`,
        },
        {
          severity: 'high',
          remedy: {
            en: 'Every program and every user of this machine can use the server, and web pages where Host and Origin are not checked. Require a credential, use stdio instead of a port, or put it behind `merlon serve`.',
            zh: '本机上的任何程序和任何用户都能使用该服务器；如果不检查 Host 与 Origin，网页也可以。请要求凭据、改用 stdio 而不是端口，或放在 `merlon serve` 之后。',
          },
        },
      );
    }),
});
