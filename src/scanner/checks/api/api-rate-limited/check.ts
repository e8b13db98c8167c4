import { defineCheck, pass, unseen, warn } from '../../../check.ts';

/** Asks whether a burst of requests is limited. */
export const apiRateLimited = defineCheck({
  id: 'api-rate-limited',
  control: 'C12',
  part: 'api',
  severity: 'medium',
  title: {
    en: 'Requests in quick succession are limited.',
    zh: '连续快速请求受到限制。',
  },
  remedy: {
    en: 'Turn rate limiting on and set it to what callers need.',
    zh: '启用速率限制并设为调用方所需的数值。',
  },
  ask({ url, burst, controls }, { thresholds }) {
    const where = { url: `${url}/api/v2/info`, probe: 'GET in quick succession' };
    if ('saw' in burst && burst.saw.limited > 0) {
      const { sent } = burst.saw;
      return pass(
        { en: `One of ${sent} requests was answered with 429.`, zh: `${sent} 个请求中有被应答 429 的。` },
        { where },
      );
    }
    const report = 'saw' in controls ? controls.saw.find(({ id }) => id === 'C12') : undefined;
    const limit = report?.facts['requests_per_minute'] ?? report?.facts['max_requests_per_minute'];
    if (typeof limit === 'number' && limit > 0) {
      const seen = {
        en: `The server says that it allows ${limit} requests a minute; a short burst stayed below that.`,
        zh: `服务器自述每分钟允许 ${limit} 个请求；短时突发未达到该值。`,
      };
      return limit <= thresholds.requests_per_minute ? pass(seen, { where }) : warn(seen, { where, severity: 'low' });
    }
    if ('blind' in burst) return unseen(burst, { where });
    const { sent } = burst.saw;
    const seen = {
      en: `None of ${sent} requests was limited: there is no limit, or a high one.`,
      zh: `${sent} 个请求均未受限：没有限制或阈值较高。`,
    };
    return warn(seen, { where, severity: 'low' });
  },
});
