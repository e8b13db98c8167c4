import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { itemsOf, said, sentence, settingOf, textOf, unresolved, whereOf } from '../setting.ts';

const KEYS = ['issuer', 'jwks_url', 'jwks_uri', 'authorization_endpoint', 'token_endpoint', 'introspection_endpoint'];

/** C03: whoever answers for the issuer's address decides who is who; only TLS shows that it is the issuer. */
export const configIssuerHttps = defineCheck<'config'>({
  id: 'config-issuer-https',
  control: 'C03',
  part: 'config',
  severity: 'high',
  title: { en: 'Issuers and their keys are reached over HTTPS.', zh: '通过 HTTPS 访问令牌颁发方及其密钥。' },
  remedy: { en: 'Write the issuer and its endpoints as `https://…`.', zh: '将颁发方及其端点写为 `https://…`。' },
  ask(facts) {
    const answers = itemsOf(facts, 'auth.providers').flatMap(({ path }) => judge(facts, path));
    return answers.length > 0
      ? answers
      : notApplicable({ en: 'No provider names an address.', zh: '没有任何身份提供方使用网络地址。' });
  },
});

function judge(facts: ConfigFacts, provider: string): Answer[] {
  const type = (textOf(facts, `${provider}.type`) ?? '').toLowerCase();
  const needsIssuer = type === 'oauth2' || type === 'oidc';
  return KEYS.flatMap((key) => {
    const path = `${provider}.${key}`;
    const more = { where: whereOf(facts, path), subject: path.replace('auth.', '') };
    if (settingOf(facts, path) === undefined) {
      return needsIssuer && key === 'issuer'
        ? [warn(sentence(said(facts, path)), { ...more, severity: 'medium' })]
        : [];
    }
    const elsewhere = unresolved(facts, [path]);
    if (elsewhere !== undefined) return [elsewhere];
    const text = textOf(facts, path) ?? '';
    // The issuer of a plain JWT is only compared with what the token says, so it need not be an address.
    if (!URL.canParse(text)) return needsIssuer ? [fail(sentence(said(facts, path)), more)] : [];
    const { protocol, hostname } = new URL(text);
    const isFine = protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
    const isCompared = key === 'issuer' && !needsIssuer;
    if (isFine) return [pass(sentence(said(facts, path)), more)];
    return isCompared ? [] : [fail(sentence(said(facts, path)), more)];
  });
}
