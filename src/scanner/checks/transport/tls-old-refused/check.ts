import { defineCheck, fail, pass, unseen } from '../../../check.ts';

/** Asks whether TLS 1.0 and 1.1 are refused. */
export const tlsOldRefused = defineCheck({
  id: 'tls-old-refused',
  control: 'C02',
  part: 'transport',
  severity: 'high',
  title: {
    en: 'TLS 1.0 and 1.1 are refused.',
    zh: '拒绝 TLS 1.0 和 1.1。',
  },
  remedy: {
    en: 'Set the least TLS version to 1.2 or 1.3.',
    zh: '将最低 TLS 版本设为 1.2 或 1.3。',
  },
  ask({ url, tls }) {
    const where = { url };
    if ('blind' in tls) return unseen(tls, { where });
    const { TLSv1: tls10, 'TLSv1.1': tls11 } = tls.saw.versions;
    const looks = [
      ['TLS 1.0', tls10],
      ['TLS 1.1', tls11],
    ] as const;
    const accepted = looks.flatMap(([version, look]) => ('saw' in look && look.saw.accepted ? [version] : []));
    if (accepted.length > 0) {
      return fail({ en: `Accepted: ${accepted.join(', ')}.`, zh: `被接受：${accepted.join('、')}。` }, { where });
    }
    for (const [, look] of looks) if ('blind' in look) return unseen(look, { where });
    return pass(
      { en: 'Both were refused when nothing else was offered.', zh: '仅提供这两个版本时均被拒绝。' },
      { where },
    );
  },
});
