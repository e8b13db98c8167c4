import { defineCheck, fail, pass, unseen, warn } from '../../../check.ts';

/** Asks whether TLS 1.2 takes weak cipher suites when nothing better is offered. */
export const tlsSuitesStrong = defineCheck({
  id: 'tls-suites-strong',
  control: 'C02',
  part: 'transport',
  severity: 'medium',
  title: {
    en: 'TLS 1.2 accepts no weak cipher suites.',
    zh: 'TLS 1.2 不接受弱密码套件。',
  },
  remedy: {
    en: 'Accept only ECDHE suites with AES-GCM or ChaCha20-Poly1305 in TLS 1.2.',
    zh: '在 TLS 1.2 中只接受使用 AES-GCM 或 ChaCha20-Poly1305 的 ECDHE 套件。',
  },
  ask({ url, tls }) {
    const where = { url };
    if ('blind' in tls) return unseen(tls, { where });
    const { weakSuites, versions } = tls.saw;
    if ('blind' in weakSuites) {
      const tls13 = versions['TLSv1.3'];
      if (weakSuites.blind === 'not-offered' && 'saw' in tls13 && tls13.saw.accepted) {
        return pass(
          { en: 'Only TLS 1.3 is offered, which has no weak suites.', zh: '只提供没有弱套件的 TLS 1.3。' },
          { where },
        );
      }
      return unseen(weakSuites, { where });
    }
    const found = weakSuites.saw;
    if (found.length === 0) return pass({ en: 'None of them was accepted.', zh: '弱套件均未被接受。' }, { where });
    const list = found.map(({ suite }) => suite).join(', ');
    const seen = { en: `Accepted when nothing better was offered: ${list}.`, zh: `在没有更好选择时被接受：${list}。` };
    if (found.some(({ kind }) => kind === 'broken')) return fail(seen, { where });
    const isMinor = found.every(({ kind }) => kind === 'cbc-sha1');
    return warn(seen, { where, severity: isMinor ? 'low' : 'medium' });
  },
});
