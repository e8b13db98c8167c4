import { type Answer, defineCheck, fail, pass, unseen, warn } from '../../../check.ts';
import type { ApiFacts } from '../../../facts/api.ts';

/** Asks whether the management API answers strangers. */
export const apiAuthRequired = defineCheck({
  id: 'api-auth-required',
  control: 'C03',
  part: 'api',
  severity: 'critical',
  title: {
    en: 'The management API answers nobody without a credential.',
    zh: '管理接口不应答未提供凭据者。',
  },
  remedy: {
    en: 'Require authentication (`auth.required: true`).',
    zh: '要求身份认证（`auth.required: true`）。',
  },
  ask({ url, isLoopback, info, withoutCredential }) {
    const where = { url, probe: 'GET /api/v2/roles, /api/v2/tools without a credential' };
    const worse = isLoopback ? { where, severity: 'high' as const } : { where };
    const open = openTo(withoutCredential);
    if (open.length > 0) {
      return fail(
        { en: `Answered without a credential: ${open.join(', ')}.`, zh: `未提供凭据即应答：${open.join('、')}。` },
        worse,
      );
    }
    const says = 'saw' in info ? info.saw.auth_required : undefined;
    if (says === false) return fail({ en: 'It says auth_required: false.', zh: '自述 auth_required: false。' }, worse);
    return closedTo(withoutCredential, says, where);
  },
});

const GUARDED = ['/api/v2/roles', '/api/v2/tools'];

function openTo(look: ApiFacts['withoutCredential']): string[] {
  if ('blind' in look) return [];
  return GUARDED.filter((path) => {
    const status = look.saw[path] ?? 0;
    return status >= 200 && status < 300;
  });
}

function closedTo(look: ApiFacts['withoutCredential'], says: boolean | undefined, where: { url: string }): Answer {
  if ('blind' in look) return unseen(look, { where });
  const statuses = GUARDED.map((path) => look.saw[path]);
  const list = statuses.map((status) => status ?? '-').join(', ');
  if (statuses.some((status) => status === 401 || status === 403)) {
    return pass({ en: `Refused without a credential (${list}).`, zh: `未提供凭据时被拒绝（${list}）。` }, { where });
  }
  if (says === true) {
    const seen = {
      en: `It says auth_required: true, but the answers without a credential show nothing (${list}).`,
      zh: `自述 auth_required: true，但未提供凭据时的应答不能说明问题（${list}）。`,
    };
    return warn(seen, { where, severity: 'low' });
  }
  const seen = { en: `Nothing shows that a credential is needed (${list}).`, zh: `没有迹象表明需要凭据（${list}）。` };
  return warn(seen, { where, severity: 'medium' });
}
