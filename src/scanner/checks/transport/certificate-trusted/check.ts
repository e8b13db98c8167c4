import { defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { certificateOf } from '../certificate-of.ts';

/** Asks whether the chain of certificates ends at an authority that is trusted. */
export const certificateTrusted = defineCheck({
  id: 'certificate-trusted',
  control: 'C01',
  part: 'transport',
  severity: 'high',
  title: {
    en: 'The certificate is trusted.',
    zh: '证书受信任。',
  },
  remedy: {
    en: 'Use a certificate of an authority that clients trust, with its intermediates; name your own authority with `ca`.',
    zh: '使用客户端信任的机构签发的证书并附带中间证书；自有机构请用 `ca` 指明。',
  },
  ask(facts) {
    const where = { url: facts.url };
    const look = certificateOf(facts);
    if ('blind' in look) return unseen(look, { where });
    const { untrusted, issuer, selfSigned } = look.saw;
    if (untrusted === undefined) return pass({ en: `Issued by ${issuer}.`, zh: `由 ${issuer} 签发。` }, { where });
    if (OF_TIME.has(untrusted)) {
      const seen = {
        en: 'Its time is not now; see certificate-not-expiring.',
        zh: '证书不在有效期内；见 certificate-not-expiring。',
      };
      return notApplicable(seen, { where });
    }
    const seen = selfSigned
      ? { en: `The certificate signs itself (${untrusted}).`, zh: `证书为自签名（${untrusted}）。` }
      : {
          en: `Nobody who is trusted vouches for it (${untrusted}); issuer: ${issuer}.`,
          zh: `没有受信任的机构为其担保（${untrusted}）；签发者：${issuer}。`,
        };
    return facts.isLoopback ? warn(seen, { where, severity: 'low' }) : fail(seen, { where });
  },
});

const OF_TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
