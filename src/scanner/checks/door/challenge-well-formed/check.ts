import { defineCheck, pass, warn } from '../../../check.ts';
import { admissionOf, nothingAsked } from '../admission.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';

/** The name of a scheme, then nothing or its parameters. RFC 9110, section 11.6.1. */
const CHALLENGE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}(?: |$)/;

/** AUTHZ-43, AUTHZ-51, RFC 9110: who is turned away is told so in a way that a client understands. */
export const challengeWellFormed = defineCheck({
  id: 'challenge-well-formed',
  control: 'C03',
  part: 'door',
  severity: 'low',
  title: { en: 'Who is turned away is told how to prove who they are.', zh: '被拒绝的请求会被告知应如何证明身份。' },
  remedy: {
    en: 'Answer a request without a valid credential with 401 and `WWW-Authenticate: Bearer …`, with `resource_metadata` where clients get a token by OAuth.',
    zh: '对没有有效凭据的请求返回 401 和 `WWW-Authenticate: Bearer …`；若客户端通过 OAuth 获取令牌，还应带上 `resource_metadata`。',
  },
  ask: (facts) =>
    inEachEra(facts, 'no-credential', (seen) => {
      const admission = admissionOf(seen);
      if (admission === 'let-in') return nothingAsked();
      const how = outlineOf(seen);
      if (admission === 'unclear') {
        return unclear(
          `Without a credential: ${how}; whether that is a refusal cannot be told.`,
          `不带凭据：${how}；无法判断这是否为拒绝。`,
        );
      }
      if (seen.status !== 401) {
        return warn({
          en: `The refusal is HTTP ${seen.status} and not 401.`,
          zh: `拒绝时返回的是 HTTP ${seen.status} 而不是 401。`,
        });
      }
      const challenge = seen.headers['www-authenticate'];
      if (challenge === undefined) {
        return warn({ en: 'The 401 has no WWW-Authenticate.', zh: '401 应答没有 WWW-Authenticate。' });
      }
      if (!CHALLENGE.test(challenge)) {
        return warn({ en: 'WWW-Authenticate names no scheme.', zh: 'WWW-Authenticate 没有给出认证方案。' });
      }
      return pass({ en: 'The refusal is a 401 with a challenge.', zh: '拒绝时返回 401 并附有质询。' });
    }),
});
