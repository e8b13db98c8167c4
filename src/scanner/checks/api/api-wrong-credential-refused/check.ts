import { defineCheck, fail, notApplicable, pass, unseen } from '../../../check.ts';
import { blind } from '../../../look.ts';

/** Asks whether a made-up credential opens anything. */
export const apiWrongCredentialRefused = defineCheck({
  id: 'api-wrong-credential-refused',
  control: 'C03',
  part: 'api',
  severity: 'critical',
  title: {
    en: 'The management API refuses a wrong credential.',
    zh: '管理接口拒绝错误的凭据。',
  },
  remedy: {
    en: 'Verify credentials; the presence of a header proves nothing.',
    zh: '验证凭据；仅有请求头不能证明身份。',
  },
  ask({ url, withoutCredential, wrongCredential }) {
    const where = { url, probe: 'GET /api/v2/roles, /api/v2/tools with a made-up credential' };
    if ('blind' in wrongCredential) return unseen(wrongCredential, { where });
    const wrong = wrongCredential.saw;
    const without = 'saw' in withoutCredential ? withoutCredential.saw : {};
    const open = GUARDED.filter((path) => isServed(wrong[path]));
    const opened = open.filter((path) => !isServed(without[path]));
    if (opened.length > 0) {
      return fail(
        { en: `A made-up credential opens: ${opened.join(', ')}.`, zh: `伪造的凭据可访问：${opened.join('、')}。` },
        { where },
      );
    }
    if (open.length > 0) {
      const seen = {
        en: 'It is open without any; see api-auth-required.',
        zh: '无需凭据即可访问；见 api-auth-required。',
      };
      return notApplicable(seen, { where });
    }
    const statuses = GUARDED.map((path) => wrong[path]);
    const list = statuses.map((status) => status ?? '-').join(', ');
    if (statuses.some((status) => status === 401 || status === 403)) {
      return pass(
        { en: `A made-up credential was refused (${list}).`, zh: `伪造的凭据被拒绝（${list}）。` },
        { where },
      );
    }
    return unseen(blind('error', `The answers show nothing (${list}).`, `应答不能说明问题（${list}）。`), { where });
  },
});

const GUARDED = ['/api/v2/roles', '/api/v2/tools'];

function isServed(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
