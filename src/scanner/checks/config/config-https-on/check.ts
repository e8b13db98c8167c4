import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { reachOf, said, says, sentence, settingOf, switchOf, textOf, unresolved, whereOf } from '../setting.ts';

/** C01: the server speaks TLS, and has what it needs for it. */
export const configHttpsOn = defineCheck<'config'>({
  id: 'config-https-on',
  control: 'C01',
  part: 'config',
  severity: 'critical',
  title: { en: 'The configuration turns HTTPS on.', zh: '配置启用了 HTTPS。' },
  remedy: {
    en: 'Set `server.secure: true` and point `server.tls_cert` and `server.tls_key` at a PEM pair.',
    zh: '设置 `server.secure: true`，并让 `server.tls_cert` 与 `server.tls_key` 指向一对 PEM 文件。',
  },
  ask(facts) {
    const elsewhere = unresolved(facts, ['server.secure', 'server.host']);
    if (elsewhere !== undefined) return elsewhere;
    const secure = switchOf(facts, 'server.secure');
    return secure === true ? withTls(facts) : withoutTls(facts);
  },
});

function withTls(facts: ConfigFacts): Answer {
  const where = whereOf(facts, 'server.secure');
  const missing = ['server.tls_cert', 'server.tls_key'].filter((path) => settingOf(facts, path) === undefined);
  const [first] = missing;
  if (first === undefined) return pass(sentence(said(facts, 'server.secure')), { where });
  // A server either refuses to start like that, or falls back to what nobody asked for.
  return fail(sentence(said(facts, 'server.secure'), ...missing.map((path) => said(facts, path))), {
    where,
    severity: 'high',
  });
}

function withoutTls(facts: ConfigFacts): Answer {
  const where = whereOf(facts, 'server.secure');
  const seen = sentence(said(facts, 'server.secure'), said(facts, 'server.host'));
  if (reachOf(facts) === 'loopback') {
    const proxy = textOf(facts, 'server.public_url');
    if (proxy?.startsWith('https://') === true) {
      return pass(sentence(said(facts, 'server.host'), said(facts, 'server.public_url')), { where });
    }
    return warn(seen, { where, severity: 'medium' });
  }
  const hasPair = says(facts, 'server.tls_cert') && says(facts, 'server.tls_key');
  const isSilent = settingOf(facts, 'server.secure') === undefined;
  if (isSilent && hasPair) return warn(seen, { where, severity: 'medium' });
  return fail(seen, { where });
}
