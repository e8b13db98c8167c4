import { defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { blind } from '../../../look.ts';

/** Asks what plain HTTP on the same port, and on port 80, is answered with. */
export const plainHttpClosed = defineCheck({
  id: 'plain-http-closed',
  control: 'C01',
  part: 'transport',
  severity: 'high',
  title: {
    en: 'Plain HTTP is redirected, refused or closed.',
    zh: '明文 HTTP 被重定向、拒绝或关闭。',
  },
  remedy: {
    en: 'Answer plain HTTP with a redirect to https, or not at all.',
    zh: '对明文 HTTP 重定向到 https，或不应答。',
  },
  ask({ scheme, url, isLoopback, plainHttp }) {
    const where = { url };
    if (scheme === 'http') {
      const seen = {
        en: 'The address itself is plain HTTP; see https-address.',
        zh: '地址本身即为明文 HTTP；见 https-address。',
      };
      return notApplicable(seen, { where });
    }
    if ('blind' in plainHttp) return unseen(plainHttp, { where });
    const { answer, port, status, location, isPage } = plainHttp.saw;
    if (answer === 'refused' && status !== undefined && (status === 429 || status >= 500)) {
      const why = blind(
        'error',
        `Port ${port} answers plain HTTP with ${status}, which shows nothing.`,
        `端口 ${port} 对明文 HTTP 应答 ${status}，不能说明问题。`,
      );
      return unseen(why, { where });
    }
    if (answer === 'served' && isPage === true) {
      const seen = {
        en: `Port ${port} answers plain HTTP with a web page (status ${status}) and leads nobody to https.`,
        zh: `端口 ${port} 以网页应答明文 HTTP（状态码 ${status}），没有引导到 https。`,
      };
      return warn(seen, { where, severity: isLoopback ? 'low' : 'medium' });
    }
    if (answer === 'served') {
      const seen = {
        en: `Port ${port} serves the endpoint over plain HTTP (status ${status}).`,
        zh: `端口 ${port} 以明文 HTTP 提供该端点（状态码 ${status}）。`,
      };
      return fail(seen, isLoopback ? { where, severity: 'low' } : { where });
    }
    if (answer === 'redirected' && location?.toLowerCase().startsWith('https://') !== true) {
      const seen = {
        en: `Port ${port} redirects plain HTTP to ${location}, which is not https.`,
        zh: `端口 ${port} 将明文 HTTP 重定向到 ${location}，并非 https。`,
      };
      return warn(seen, { where, severity: 'medium' });
    }
    const seen = {
      closed: { en: `Port ${port} does not answer plain HTTP.`, zh: `端口 ${port} 不应答明文 HTTP。` },
      refused: {
        en: `Port ${port} refuses plain HTTP (status ${status}).`,
        zh: `端口 ${port} 拒绝明文 HTTP（状态码 ${status}）。`,
      },
      redirected: {
        en: `Port ${port} redirects plain HTTP to ${location}.`,
        zh: `端口 ${port} 将明文 HTTP 重定向到 ${location}。`,
      },
    };
    return pass(seen[answer], { where });
  },
});
