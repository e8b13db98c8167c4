import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { listOf, reachOf, said, sentence, settingOf, switchOf, unresolved, whereOf } from '../setting.ts';

/** C11: the server listens no further than it has to, and answers to its own names only. */
export const configListenNarrow = defineCheck<'config'>({
  id: 'config-listen-narrow',
  control: 'C11',
  part: 'config',
  severity: 'high',
  title: { en: 'The server listens where it has to, and nowhere else.', zh: '服务器只监听必要的地址。' },
  remedy: {
    en: 'Name the one address that callers reach in `server.host`; beyond this machine only with TLS and authentication.',
    zh: '在 `server.host` 中写明调用方所用的那个地址；对外监听时必须启用 TLS 与身份认证。',
  },
  ask(facts) {
    const elsewhere = unresolved(facts, ['server.host']);
    return elsewhere === undefined ? [address(facts), ...names(facts)] : [elsewhere, ...names(facts)];
  },
});

function address(facts: ConfigFacts): Answer {
  const more = { subject: 'server.host', where: whereOf(facts, 'server.host') };
  const reach = reachOf(facts);
  const seen = sentence(said(facts, 'server.host'));
  if (reach === 'loopback') return pass(seen, more);
  if (reach === 'unsaid') return warn(seen, { ...more, severity: 'low' });
  const open = ['server.secure', 'auth.required'].filter((path) => switchOf(facts, path) !== true);
  if (open.length > 0) {
    const severity = open.length === 2 ? 'critical' : 'high';
    return fail(sentence(said(facts, 'server.host'), ...open.map((path) => said(facts, path))), { ...more, severity });
  }
  if (reach === 'address') return pass(seen, more);
  const everywhere = {
    en: `${said(facts, 'server.host').en}: every network that this machine is in reaches it.`,
    zh: `${said(facts, 'server.host').zh}：本机所在的每个网络都能访问它。`,
  };
  return warn(everywhere, { ...more, severity: 'low' });
}

/** MCP, "Streamable HTTP": what a page in a browser sends must not pass for a local caller (DNS rebinding; HTTP-02). */
function names(facts: ConfigFacts): Answer[] {
  const answers: Answer[] = [];
  if (settingOf(facts, 'server.verify_host') !== undefined) {
    const more = { subject: 'server.verify_host', where: whereOf(facts, 'server.verify_host') };
    const isOff = switchOf(facts, 'server.verify_host') === false;
    answers.push((isOff ? fail : pass)(sentence(said(facts, 'server.verify_host')), { ...more, severity: 'medium' }));
  }
  if ((listOf(facts, 'server.allowed_hosts') ?? []).includes('*')) {
    const more = { subject: 'server.allowed_hosts', where: whereOf(facts, 'server.allowed_hosts') };
    answers.push(fail(sentence(said(facts, 'server.allowed_hosts')), { ...more, severity: 'medium' }));
  }
  return answers;
}
