import { defineCheck, fail, pass, unseen } from '../../../check.ts';
import { inEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** Session fixation: who chooses a session's id knows it, whoever uses the session afterwards. */
export const sessionNotChosenByClient = defineCheck({
  id: 'session-not-chosen-by-client',
  control: 'C06',
  part: 'door',
  severity: 'high',
  title: { en: 'A client cannot choose the id of its session.', zh: '客户端不能自行选择会话 ID。' },
  remedy: {
    en: 'Make a new id for every `initialize`, and ignore or refuse an `Mcp-Session-Id` that comes with it.',
    zh: '每次 `initialize` 都生成新的 ID；忽略或拒绝随之而来的 `Mcp-Session-Id`。',
  },
  ask: (facts) =>
    inEra(facts, 'legacy', 'chosen-session', (seen) => {
      const { chosenSession } = facts;
      const how = outlineOf(seen);
      const given = seen.headers['mcp-session-id'];
      if (chosenSession !== undefined && given === chosenSession) {
        return fail({ en: 'The session got the id that the client had sent.', zh: '会话使用了客户端发来的 ID。' });
      }
      if (seen.rpc?.result === true) {
        if (given === undefined)
          return unseen({
            blind: 'not-offered',
            why: { en: 'The server gives out no session ids.', zh: '服务器不分配会话 ID。' },
          });
        if (chosenSession === undefined) return unclear('Which id was sent is not known.', '不知道发送了哪个 ID。');
        return pass({ en: 'The session got an id of the server.', zh: '会话得到了服务器生成的 ID。' });
      }
      if (isRefusedForIt(facts, 'legacy', seen)) {
        return pass({
          en: `An opening with an id of its own was refused (${how}).`,
          zh: `自带 ID 的初始化请求被拒绝（${how}）。`,
        });
      }
      return unclear(`An opening with an id of its own: ${how}.`, `自带 ID 的初始化请求：${how}。`);
    }),
});
