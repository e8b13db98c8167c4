import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { rolesOf, said, sentence, textOf, whereOf } from '../setting.ts';

/** C04: rights are given by role, and there is more than one. */
export const configRolesDefined = defineCheck<'config'>({
  id: 'config-roles-defined',
  control: 'C04',
  part: 'config',
  severity: 'medium',
  title: {
    en: 'The configuration gives rights by role, with more than one role.',
    zh: '配置按角色授权，且不止一个角色。',
  },
  remedy: {
    en: 'Set `permissions.model: rbac` and define at least an administrative and an ordinary role.',
    zh: '设置 `permissions.model: rbac`，并至少定义一个管理角色和一个普通角色。',
  },
  ask(facts, { thresholds }) {
    const model = textOf(facts, 'permissions.model')?.toLowerCase();
    const where = whereOf(facts, 'permissions.roles');
    if (model !== undefined && ['none', 'off', 'open', 'disabled'].includes(model)) {
      return fail(sentence(said(facts, 'permissions.model')), { where: whereOf(facts, 'permissions.model') });
    }
    const names = new Set(rolesOf(facts).map(({ name }) => name));
    const seen = {
      en: `Roles: ${names.size === 0 ? 'none' : [...names].slice(0, 20).join(', ')}.`,
      zh: `角色：${names.size === 0 ? '无' : [...names].slice(0, 20).join('、')}。`,
    };
    if (names.size === 0) return fail(seen, { where });
    return names.size < thresholds.roles ? warn(seen, { where }) : pass(seen, { where });
  },
});
