import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import { type Role, rolesOf, switchOf, textOf } from '../setting.ts';
import { actionOf, allowsEverything, isReading, isSandboxed } from '../permission.ts';

const GUEST = /^(guests?|anonymous|anon|public|visitors?|unauthenticated|everyone)$/i;

/** C04: who is not known may look; never write, and execute only what is confined. */
export const configGuestCannotWrite = defineCheck<'config'>({
  id: 'config-guest-cannot-write',
  control: 'C04',
  part: 'config',
  severity: 'high',
  title: {
    en: 'Guests may read, never write, and execute only what is sandboxed.',
    zh: '访客只能读取，不能写入，且只能执行沙箱内的工具。',
  },
  remedy: {
    en: 'Leave the guest role nothing but reading, such as `read:info`.',
    zh: '访客角色只保留读取权限，例如 `read:info`。',
  },
  ask(facts) {
    const anonymous = switchOf(facts, 'auth.required') === false ? textOf(facts, 'auth.anonymous_role') : undefined;
    const guests = rolesOf(facts).filter(({ name }) => GUEST.test(name) || name === anonymous);
    if (guests.length === 0) return notApplicable({ en: 'There is no role for guests.', zh: '没有访客角色。' });
    return guests.map((role) => judge(role, facts.isMerlon));
  },
});

function judge({ name, permissions, where }: Role, isMerlon: boolean): Answer {
  const more = { where, subject: name };
  if (allowsEverything(permissions, isMerlon)) {
    const seen = { en: `The role ${name} may do everything.`, zh: `角色 ${name} 拥有全部权限。` };
    return fail(seen, { ...more, severity: 'critical' });
  }
  const others = permissions.filter((one) => !isReading(one) && !isSandboxed(one));
  const shown = (list: readonly string[]): string => list.slice(0, 10).join(', ');
  const changing = others.filter((one) => ['write', 'execute', 'manage', '*'].includes(actionOf(one)));
  if (changing.length > 0) {
    return fail({ en: `The role ${name} has ${shown(changing)}.`, zh: `角色 ${name} 拥有 ${shown(changing)}。` }, more);
  }
  if (others.length > 0) {
    const seen = {
      en: `What ${shown(others)} allows the role ${name} is not known.`,
      zh: `不清楚 ${shown(others)} 允许角色 ${name} 做什么。`,
    };
    return warn(seen, { ...more, severity: 'low' });
  }
  return pass(
    {
      en: `The role ${name} has ${shown(permissions) || 'no permission'}.`,
      zh: `角色 ${name} 的权限：${shown(permissions) || '无'}。`,
    },
    more,
  );
}
