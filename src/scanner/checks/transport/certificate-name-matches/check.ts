import { defineCheck, fail, pass, unseen, warn } from '../../../check.ts';
import { certificateOf } from '../certificate-of.ts';

/** Asks whether the certificate is for the name in the address. */
export const certificateNameMatches = defineCheck({
  id: 'certificate-name-matches',
  control: 'C01',
  part: 'transport',
  severity: 'high',
  title: {
    en: 'The certificate is for the name in the address.',
    zh: '证书与地址中的名称相符。',
  },
  remedy: {
    en: 'Get a certificate with this name among its subject alternative names.',
    zh: '换用主题备用名称中包含该名称的证书。',
  },
  ask(facts) {
    const where = { url: facts.url };
    const look = certificateOf(facts);
    if ('blind' in look) return unseen(look, { where });
    const { nameMatches, names } = look.saw;
    if (nameMatches) return pass({ en: `It is for ${facts.host}.`, zh: `证书适用于 ${facts.host}。` }, { where });
    const list = names.length === 0 ? '-' : names.slice(0, MOST_NAMES).join(', ');
    const seen = {
      en: `It is not for ${facts.host}, but for: ${list}.`,
      zh: `证书不适用于 ${facts.host}，而是：${list}。`,
    };
    return facts.isLoopback ? warn(seen, { where, severity: 'low' }) : fail(seen, { where });
  },
});

/** Names that are quoted. */
const MOST_NAMES = 10;
