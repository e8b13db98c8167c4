import { defineCheck, pass, unseen, warn } from '../../../check.ts';

/** Asks whether there are roles to tell callers apart by. */
export const apiRolesConfigured = defineCheck({
  id: 'api-roles-configured',
  control: 'C04',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'There are several roles.',
    zh: '配置了多个角色。',
  },
  remedy: {
    en: 'Configure a role for administrators and another one for everybody else.',
    zh: '至少为管理员和其他用户分别配置角色。',
  },
  ask({ url, roles }, { thresholds }) {
    const where = { url: `${url}/api/v2/roles` };
    if ('blind' in roles) return unseen(roles, { where });
    const names = roles.saw.slice(0, MOST_NAMES).map(({ name }) => name);
    const count = roles.saw.length;
    const seen = {
      en: `${count} ${count === 1 ? 'role' : 'roles'}: ${names.join(', ') || '-'}.`,
      zh: `${count} 个角色：${names.join('、') || '-'}。`,
    };
    return count >= thresholds.roles ? pass(seen, { where }) : warn(seen, { where });
  },
});

/** Roles that are named. */
const MOST_NAMES = 10;
