import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { firstOf, numberOf, said, sentence, settingOf, switchOf, unresolved, whereOf } from '../setting.ts';

const ON = 'security.rate_limiting';
const LIMITS = ['security.max_requests_per_minute', 'security.rate_limit_per_minute', 'security.requests_per_minute'];

/** C12: one caller cannot take all there is. */
export const configRateLimited = defineCheck<'config'>({
  id: 'config-rate-limited',
  control: 'C12',
  part: 'config',
  severity: 'medium',
  title: { en: 'Requests are bounded for each caller.', zh: '对每个调用方的请求速率有限制。' },
  remedy: {
    en: 'Set `security.rate_limiting: true` and `security.max_requests_per_minute`.',
    zh: '设置 `security.rate_limiting: true` 与 `security.max_requests_per_minute`。',
  },
  ask(facts, { thresholds }) {
    const elsewhere = unresolved(facts, [ON]);
    if (elsewhere !== undefined) return elsewhere;
    const where = whereOf(facts, ON);
    const limit = firstOf(facts, LIMITS);
    const isOn = switchOf(facts, ON);
    if (isOn === false || (isOn === undefined && settingOf(facts, ON) === undefined && limit === undefined)) {
      return fail(sentence(said(facts, ON)), { where });
    }
    const perMinute = limit === undefined ? undefined : numberOf(facts, limit.path);
    const seen = sentence(said(facts, ON), said(facts, limit?.path ?? 'security.max_requests_per_minute'));
    if (perMinute === undefined) return warn(seen, { where, severity: 'low' });
    if (perMinute <= 0) return fail(seen, { where: limit?.setting.where ?? where });
    return perMinute > thresholds.requests_per_minute
      ? warn(seen, { where: limit?.setting.where ?? where })
      : pass(seen, { where });
  },
});
