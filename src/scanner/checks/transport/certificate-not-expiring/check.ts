import { DAY_MS } from '../../../../kernel/clock.ts';
import { defineCheck, fail, pass, unseen, warn } from '../../../check.ts';
import { blind } from '../../../look.ts';
import { dayOf } from '../../../written/day.ts';
import { certificateOf } from '../certificate-of.ts';

/** Asks whether the certificate is valid now and for a while yet. */
export const certificateNotExpiring = defineCheck({
  id: 'certificate-not-expiring',
  control: 'C01',
  part: 'transport',
  severity: 'critical',
  title: {
    en: 'The certificate is valid now and for some time to come.',
    zh: '证书当前有效且尚有余期。',
  },
  remedy: {
    en: 'Renew the certificate, and let a program do it from now on.',
    zh: '更新证书，并改为自动续期。',
  },
  ask(facts, { now, thresholds }) {
    const where = { url: facts.url };
    const look = certificateOf(facts);
    if ('blind' in look) return unseen(look, { where });
    const { validFrom, validTo } = look.saw;
    if (!isDate(validFrom) || !isDate(validTo)) {
      return unseen(blind('unreadable', 'Its dates cannot be read.', '无法读取证书的日期。'), { where });
    }
    const [from, to] = [dayOf(validFrom), dayOf(validTo)];
    const worse = facts.isLoopback ? { where, severity: 'medium' as const } : { where };
    if (now >= validTo) return fail({ en: `It expired on ${to}.`, zh: `证书已于 ${to} 过期。` }, worse);
    if (now < validFrom) return fail({ en: `It is not valid before ${from}.`, zh: `证书自 ${from} 起才有效。` }, worse);
    const days = Math.floor((validTo - now) / DAY_MS);
    // Certificates of a few days are renewed every few days: a third of their life is enough for them.
    const least = Math.min(thresholds.certificate_days * DAY_MS, (validTo - validFrom) / 3);
    const seen = { en: `It is valid until ${to}, for ${days} more days.`, zh: `证书有效期至 ${to}，还有 ${days} 天。` };
    return validTo - now < least ? warn(seen, { where, severity: 'medium' }) : pass(seen, { where });
  },
});

/** A certificate (attacker-controlled) may name days that a calendar cannot. */
function isDate(ms: number): boolean {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15;
}
