import { defineCheck, pass, unseen, warn } from '../../../check.ts';

/** TOOL-25: servers limit how often they are called. */
export const requestsLimited = defineCheck({
  id: 'requests-limited',
  control: 'C12',
  part: 'door',
  severity: 'medium',
  title: { en: 'A burst of requests meets a limit.', zh: '突发的大量请求会受到限制。' },
  remedy: {
    en: 'Limit how often one caller may ask, with a small burst, and answer 429 with `Retry-After` beyond it.',
    zh: '限制每个调用者的请求频率并只允许小幅突发，超出时返回 429 和 `Retry-After`。',
  },
  ask: ({ burst, url }) => {
    const where = { url, probe: 'requests at once' };
    if ('blind' in burst) return unseen(burst, { where });
    const { sent, limited, retryAfter } = burst.saw;
    if (limited === 0) {
      return warn(
        {
          en: `None of ${sent} requests at once was limited; a limit above that would not show.`,
          zh: `同时发出的 ${sent} 个请求都没有被限制；更高的限制不会显现。`,
        },
        { where, severity: 'low' },
      );
    }
    const en = retryAfter ? 'with Retry-After' : 'without Retry-After';
    const zh = retryAfter ? '带有 Retry-After' : '没有 Retry-After';
    return pass(
      {
        en: `${limited} of ${sent} requests at once were limited, ${en}.`,
        zh: `同时发出的 ${sent} 个请求中有 ${limited} 个被限制，${zh}。`,
      },
      { where },
    );
  },
});
