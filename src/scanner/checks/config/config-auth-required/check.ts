import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { itemsOf, reachOf, said, sentence, settingOf, switchOf, unresolved, whereOf } from '../setting.ts';

const PATH = 'auth.required';

/** C03: nobody gets in without a credential. */
export const configAuthRequired = defineCheck<'config'>({
  id: 'config-auth-required',
  control: 'C03',
  part: 'config',
  severity: 'critical',
  title: { en: 'The configuration refuses callers without a credential.', zh: '配置拒绝没有凭据的调用方。' },
  remedy: {
    en: 'Set `auth.required: true` and name a provider.',
    zh: '设置 `auth.required: true` 并指定一个身份提供方。',
  },
  ask(facts) {
    const elsewhere = unresolved(facts, [PATH]);
    if (elsewhere !== undefined) return elsewhere;
    const where = whereOf(facts, PATH);
    const seen = sentence(said(facts, PATH), said(facts, 'server.host'));
    const required = switchOf(facts, PATH);
    if (required === true) return pass(sentence(said(facts, PATH)), { where });
    if (reachOf(facts) === 'loopback') return warn(seen, { where, severity: 'medium' });
    const mayBeDefault = settingOf(facts, PATH) === undefined && itemsOf(facts, 'auth.providers').length > 0;
    return mayBeDefault ? warn(seen, { where, severity: 'medium' }) : fail(seen, { where });
  },
});
