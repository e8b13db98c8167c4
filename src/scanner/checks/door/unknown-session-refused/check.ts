import { defineCheck, fail, pass, unseen } from '../../../check.ts';
import { inEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** LEG-HTTP-33 to LEG-HTTP-35: an id that was never given out is answered with 404. */
export const unknownSessionRefused = defineCheck({
  id: 'unknown-session-refused',
  control: 'C06',
  part: 'door',
  severity: 'medium',
  title: { en: 'A session id that was never given out is refused.', zh: '从未分配过的会话 ID 会被拒绝。' },
  remedy: {
    en: 'Look every `Mcp-Session-Id` up among the sessions of this caller, and answer 404 where it is not there.',
    zh: '在该调用者的会话中查找每个 `Mcp-Session-Id`，找不到时返回 404。',
  },
  ask: (facts) =>
    inEra(facts, 'legacy', 'unknown-session', (seen) => {
      const { sessionIds } = facts;
      if ('blind' in sessionIds && sessionIds.blind === 'not-offered') return unseen(sessionIds);
      const how = outlineOf(seen);
      if (seen.rpc?.result === true) {
        return fail({
          en: `A request in a session that never was got an answer (${how}).`,
          zh: `不存在的会话中的请求得到了正常应答（${how}）。`,
        });
      }
      if (isRefusedForIt(facts, 'legacy', seen)) {
        return pass({ en: `A session that never was is refused (${how}).`, zh: `不存在的会话被拒绝（${how}）。` });
      }
      return unclear(`In a session that never was: ${how}.`, `在不存在的会话中：${how}。`);
    }),
});
