import { defineCheck, fail, pass, unseen } from '../../../check.ts';

/** Asks whether TLS 1.2 or 1.3 is accepted. */
export const tlsModernOffered = defineCheck({
  id: 'tls-modern-offered',
  control: 'C02',
  part: 'transport',
  severity: 'high',
  title: {
    en: 'TLS 1.2 or 1.3 is accepted.',
    zh: '接受 TLS 1.2 或 1.3。',
  },
  remedy: {
    en: 'Turn TLS 1.3, or at least 1.2, on.',
    zh: '启用 TLS 1.3，至少启用 TLS 1.2。',
  },
  ask({ url, tls }) {
    const where = { url };
    if ('blind' in tls) return unseen(tls, { where });
    const { 'TLSv1.2': tls12, 'TLSv1.3': tls13 } = tls.saw.versions;
    for (const [version, look] of [
      ['TLS 1.3', tls13],
      ['TLS 1.2', tls12],
    ] as const) {
      if ('blind' in look || !look.saw.accepted) continue;
      const suite = look.saw.suite ?? '-';
      return pass({ en: `${version} is accepted (${suite}).`, zh: `接受 ${version}（${suite}）。` }, { where });
    }
    if ('blind' in tls13) return unseen(tls13, { where });
    if ('blind' in tls12) return unseen(tls12, { where });
    return fail({ en: 'Neither TLS 1.2 nor 1.3 is accepted.', zh: '既不接受 TLS 1.2 也不接受 TLS 1.3。' }, { where });
  },
});
