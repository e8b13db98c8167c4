import { isSymmetric, jwtAlgorithms, shortestSecret } from '../../../../identity/key-algorithms.ts';
import type { Text } from '../../../../kernel/text.ts';
import {
  type Answer,
  defineCheck,
  fail,
  notApplicable,
  pass,
  type Severity,
  warn,
  type Where,
} from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { itemsOf, listOf, said, secretOf, sentence, settingOf, switchOf, textOf, whereOf } from '../setting.ts';

const KNOWN = new Set(['api_key', 'apikey', 'oauth2', 'oidc', 'openid', 'mtls', 'saml', 'ldap', 'kerberos']);

/** C03: there is a way to prove who one is, and none of the ways is worthless. */
export const configAuthProviders = defineCheck<'config'>({
  id: 'config-auth-providers',
  control: 'C03',
  part: 'config',
  severity: 'high',
  title: {
    en: 'Every way to authenticate that the configuration names is a sound one.',
    zh: '配置中的每种身份认证方式都是可靠的。',
  },
  remedy: {
    en: 'Name a provider; give JWTs an asymmetric algorithm, or a random secret of at least 32 bytes from `${env:…}`.',
    zh: '指定身份提供方；JWT 使用非对称算法，或使用通过 `${env:…}` 提供的至少 32 字节随机密钥。',
  },
  ask(facts) {
    const items = itemsOf(facts, 'auth.providers');
    if (items.length > 0) return items.map(({ path }) => judge(facts, path));
    const where = whereOf(facts, 'auth.providers');
    const seen = { en: 'The configuration names no provider.', zh: '配置未指定任何身份提供方。' };
    return switchOf(facts, 'auth.required') === false ? notApplicable(seen, { where }) : fail(seen, { where });
  },
});

function judge(facts: ConfigFacts, path: string): Answer {
  const type = (textOf(facts, `${path}.type`) ?? '').toLowerCase();
  const subject = path.replace('auth.', '');
  const where = whereOf(facts, `${path}.type`);
  const seen = sentence(said(facts, `${path}.type`));
  if (type === 'jwt') return judgeJwt(facts, path, subject);
  if (type === 'none' || type === 'anonymous') return fail(seen, { where, subject, severity: 'critical' });
  if (KNOWN.has(type)) return pass(seen, { where, subject });
  return warn(seen, { where, subject, severity: 'low' });
}

interface Fault {
  readonly seen: Text;
  readonly where: Where;
  readonly severity: Severity;
}

function judgeJwt(facts: ConfigFacts, path: string, subject: string): Answer {
  const algorithms = [...(listOf(facts, `${path}.algorithm`) ?? []), ...(listOf(facts, `${path}.algorithms`) ?? [])];
  const where = whereOf(facts, `${path}.algorithm`);
  const algorithmSaid = said(
    facts,
    settingOf(facts, `${path}.algorithms`) === undefined ? `${path}.algorithm` : `${path}.algorithms`,
  );
  if (algorithms.some((name) => name.toLowerCase() === 'none')) {
    return fail(sentence(algorithmSaid), { where, subject, severity: 'critical' });
  }
  const fault = faultOfSecret(facts, path, algorithms);
  if (fault !== undefined) return fail(fault.seen, { where: fault.where, subject, severity: fault.severity });
  // The token would choose how it is verified: the classic confusion of algorithms.
  if (algorithms.length === 0) return warn(sentence(algorithmSaid), { where, subject, severity: 'medium' });
  // MCP, "Token Handling" (AUTHZ-41): keys that are fetched sign for others too.
  if (settingOf(facts, `${path}.jwks_url`) !== undefined && settingOf(facts, `${path}.audience`) === undefined) {
    const seen = sentence(said(facts, `${path}.jwks_url`), said(facts, `${path}.audience`));
    return warn(seen, { where: whereOf(facts, `${path}.jwks_url`), subject, severity: 'medium' });
  }
  return pass(sentence(algorithmSaid), { where, subject });
}

/** RFC 7518, section 3.2: a shared secret is at least as long as the hash; and nobody must be able to guess it. */
function faultOfSecret(facts: ConfigFacts, path: string, algorithms: readonly string[]): Fault | undefined {
  const secret = secretOf(facts, `${path}.secret`);
  if (secret === undefined || secret.secret === 'reference') return undefined;
  const where = whereOf(facts, `${path}.secret`);
  if (secret.secret === 'placeholder') {
    const seen = {
      en: `\`${path}.secret\` is a placeholder: anybody can guess it and sign tokens.`,
      zh: `\`${path}.secret\` 是占位文本：任何人都能猜到它并签发令牌。`,
    };
    return { seen, where, severity: 'critical' };
  }
  const known = jwtAlgorithms.filter((name) => algorithms.includes(name) && isSymmetric(name));
  const least = Math.max(256, ...known.map((name) => shortestSecret(name) * 8));
  if (secret.bits === undefined || secret.bits >= least) return undefined;
  const seen = {
    en: `\`${path}.secret\` has ${secret.bits} bits, ${least} are needed.`,
    zh: `\`${path}.secret\` 只有 ${secret.bits} 位，至少需要 ${least} 位。`,
  };
  return { seen, where, severity: 'high' };
}
