import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import type { ConfigFacts } from '../../../facts/config.ts';
import { itemsOf, rolesOf, switchOf, textOf, whereOf } from '../setting.ts';
import { allowsEverything } from '../permission.ts';

const ADMINISTRATIVE = /admin|root|owner|operator|super|maintainer|break-?glass/i;

/** C04: only one administrative role may do everything, and nobody gets it by saying nothing. */
export const configRolesLeastPrivilege = defineCheck<'config'>({
  id: 'config-roles-least-privilege',
  control: 'C04',
  part: 'config',
  severity: 'high',
  title: { en: 'At most one role, an administrative one, may do everything.', zh: '至多一个管理角色拥有全部权限。' },
  remedy: {
    en: 'Replace `*:*` in all roles but the administrative one by what they need, such as `read:*`.',
    zh: '除管理角色外，把其他角色的 `*:*` 换成实际所需的权限，例如 `read:*`。',
  },
  ask(facts) {
    const roles = rolesOf(facts);
    if (roles.length === 0) return notApplicable({ en: 'There are no roles.', zh: '没有定义角色。' });
    const mighty = roles.filter(({ permissions }) => allowsEverything(permissions, facts.isMerlon));
    const given = givenFreely(facts, new Set(mighty.map(({ name }) => name)));
    if (given.length > 0) return given;
    const [first, second] = mighty;
    if (first !== undefined && second !== undefined) {
      const names = mighty.map(({ name }) => name).slice(0, 20);
      const seen = {
        en: `These roles may do everything: ${names.join(', ')}.`,
        zh: `以下角色拥有全部权限：${names.join('、')}。`,
      };
      return fail(seen, { where: second.where });
    }
    if (first !== undefined && !ADMINISTRATIVE.test(first.name)) {
      const seen = { en: `The role ${first.name} may do everything.`, zh: `角色 ${first.name} 拥有全部权限。` };
      return warn(seen, { where: first.where, severity: 'medium' });
    }
    const sets = new Set(roles.map(({ permissions }) => permissions.toSorted().join('\n')));
    if (roles.length > 1 && sets.size === 1) {
      const seen = { en: 'All roles have the same permissions.', zh: '所有角色的权限完全相同。' };
      return warn(seen, { where: whereOf(facts, 'permissions.roles'), severity: 'medium' });
    }
    return pass(
      first === undefined
        ? { en: 'No role may do everything.', zh: '没有角色拥有全部权限。' }
        : {
            en: `Of ${roles.length} roles, ${first.name} alone may do everything.`,
            zh: `${roles.length} 个角色中只有 ${first.name} 拥有全部权限。`,
          },
    );
  },
});

/** The ways to a mighty role that nobody has to be given: no credential, or a token that names no role. */
function givenFreely(facts: ConfigFacts, mighty: ReadonlySet<string>): Answer[] {
  const paths = itemsOf(facts, 'auth.providers').map(({ path }) => `${path}.default_role`);
  if (switchOf(facts, 'auth.required') === false) paths.push('auth.anonymous_role');
  return paths.flatMap((path) => {
    const role = textOf(facts, path);
    if (role === undefined || !mighty.has(role)) return [];
    const seen = {
      en: `\`${path}\` gives the role ${role}, which may do everything, to whoever names none.`,
      zh: `\`${path}\` 把拥有全部权限的角色 ${role} 给了任何未指明角色的调用方。`,
    };
    return [fail(seen, { where: whereOf(facts, path), severity: 'critical', subject: path })];
  });
}
