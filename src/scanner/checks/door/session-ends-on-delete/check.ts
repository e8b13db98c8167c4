import { defineCheck, fail, pass } from '../../../check.ts';
import { inEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** LEG-HTTP-34, LEG-HTTP-36: what a client ends is over. */
export const sessionEndsOnDelete = defineCheck({
  id: 'session-ends-on-delete',
  control: 'C06',
  part: 'door',
  severity: 'medium',
  title: { en: 'A session that its client ends is over.', zh: '客户端结束会话后，会话即失效。' },
  remedy: {
    en: 'Forget the session at DELETE, and answer its id with 404 from then on; or answer DELETE with 405 where clients may not end sessions.',
    zh: '收到 DELETE 时销毁会话，此后对该 ID 返回 404；若不允许客户端结束会话，则对 DELETE 返回 405。',
  },
  ask: (facts) =>
    inEra(facts, 'legacy', 'session-after-delete', (seen) => {
      const how = outlineOf(seen);
      if (seen.rpc?.result === true) {
        return fail({ en: `A session that was ended still works (${how}).`, zh: `已结束的会话仍然可用（${how}）。` });
      }
      if (isRefusedForIt(facts, 'legacy', seen)) {
        return pass({ en: `A session that was ended is refused (${how}).`, zh: `已结束的会话被拒绝（${how}）。` });
      }
      return unclear(`In a session that was ended: ${how}.`, `在已结束的会话中：${how}。`);
    }),
});
