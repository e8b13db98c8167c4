import { defineCheck, fail, pass } from '../../../check.ts';
import { admissionOf, asksForCredential, nothingAsked } from '../admission.ts';
import { inEra, outlineOf, unclear } from '../by-era.ts';

/** LEG-BP-01, BP-40: a session says where the talk was, not who talks. */
export const sessionNeedsCredential = defineCheck({
  id: 'session-needs-credential',
  control: 'C06',
  part: 'door',
  severity: 'critical',
  title: { en: 'A session id alone opens nothing.', zh: '仅凭会话 ID 无法访问。' },
  remedy: {
    en: 'Verify the credential of every request, in an open session too, and that it belongs to whoever opened the session.',
    zh: '对每个请求都验证凭据（包括已打开的会话），并确认它属于打开该会话的人。',
  },
  ask: (facts) =>
    inEra(facts, 'legacy', 'session-without-credential', (seen) => {
      if (asksForCredential(facts, 'legacy') === false) return nothingAsked();
      const how = outlineOf(seen);
      const admission = admissionOf(seen);
      if (admission === 'let-in') {
        return fail({
          en: `A request with a session id and no credential was served (${how}).`,
          zh: `只有会话 ID 而没有凭据的请求得到了正常应答（${how}）。`,
        });
      }
      if (admission === 'turned-away') {
        return pass({
          en: `A session id without a credential was turned away (${how}).`,
          zh: `只有会话 ID 而没有凭据的请求被拒绝（${how}）。`,
        });
      }
      return unclear(`A session id without a credential: ${how}.`, `只有会话 ID 而没有凭据：${how}。`);
    }),
});
