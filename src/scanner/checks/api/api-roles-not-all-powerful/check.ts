import { defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';

/** Asks whether some role may do less than everything. */
export const apiRolesNotAllPowerful = defineCheck({
  id: 'api-roles-not-all-powerful',
  control: 'C04',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'Not every role may do everything.',
    zh: '并非每个角色都拥有全部权限。',
  },
  remedy: {
    en: 'Give each role the permissions that it needs, and `*:*` to administrators alone.',
    zh: '为每个角色只授予所需权限，`*:*` 仅限管理员。',
  },
  ask({ url, roles }) {
    const where = { url: `${url}/api/v2/roles` };
    if ('blind' in roles) return unseen(roles, { where });
    const all = roles.saw;
    if (all.length === 0) return notApplicable({ en: 'There are no roles.', zh: '没有角色。' }, { where });
    const powerful = all.filter(({ permissions }) => permissions.some((one) => EVERYTHING.has(one)));
    const names = powerful.slice(0, MOST_NAMES).map(({ name }) => name);
    const seen = {
      en: `May do everything: ${powerful.length} of ${all.length} (${names.join(', ') || '-'}).`,
      zh: `拥有全部权限：${all.length} 个角色中的 ${powerful.length} 个（${names.join('、') || '-'}）。`,
    };
    if (powerful.length === all.length) return fail(seen, { where });
    return powerful.length > 1 ? warn(seen, { where, severity: 'low' }) : pass(seen, { where });
  },
});

const EVERYTHING = new Set(['*', '*:*', '*:*/*', '*:*/*/*']);
/** Roles that are named. */
const MOST_NAMES = 10;
