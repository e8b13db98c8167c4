import { defineCheck, fail, pass, unseen } from '../../../check.ts';
import { blind } from '../../../look.ts';
import { certificateOf } from '../certificate-of.ts';

/** Asks whether key and signature of the certificate withstand attacks of today. */
export const certificateKeyStrong = defineCheck({
  id: 'certificate-key-strong',
  control: 'C02',
  part: 'transport',
  severity: 'high',
  title: {
    en: 'The key and the signature of the certificate are strong.',
    zh: '证书的密钥与签名足够强。',
  },
  remedy: {
    en: 'Get a certificate with an EC P-256 or RSA 2048 key (or more), signed with SHA-256 or better.',
    zh: '换用 EC P-256 或 RSA 2048 位以上密钥、以 SHA-256 或更强算法签名的证书。',
  },
  ask(facts, { thresholds }) {
    const where = { url: facts.url };
    const look = certificateOf(facts);
    if ('blind' in look) return unseen(look, { where });
    const { key, signatureAlgorithm = '-', selfSigned } = look.saw;
    const name = key.bits === undefined ? key.type : `${key.type} ${key.bits}`;
    const least = LEAST_BITS.get(key.type) ?? (key.type.startsWith('rsa') ? thresholds.rsa_bits : undefined);
    if (key.type === 'dsa') return fail({ en: 'The key is DSA.', zh: '密钥为 DSA。' }, { where });
    if (least === undefined || key.bits === undefined) {
      const why = blind('unreadable', `The key (${name}) is of a kind that is not known.`, `密钥（${name}）类型未知。`);
      return unseen(why, { where });
    }
    if (key.bits < least) {
      return fail(
        { en: `The key is ${name}; at least ${least} bits are needed.`, zh: `密钥为 ${name}；至少需要 ${least} 位。` },
        { where },
      );
    }
    // Nobody checks the signature of a certificate that is trusted for itself.
    if (!selfSigned && OLD_HASH.test(signatureAlgorithm)) {
      return fail(
        { en: `It is signed with ${signatureAlgorithm}.`, zh: `签名算法为 ${signatureAlgorithm}。` },
        { where },
      );
    }
    return pass(
      { en: `Key ${name}, signature ${signatureAlgorithm}.`, zh: `密钥 ${name}，签名 ${signatureAlgorithm}。` },
      { where },
    );
  },
});

/** Besides RSA, whose least is a threshold. 256 bits of a curve are worth 3072 of RSA. */
const LEAST_BITS: ReadonlyMap<string, number> = new Map([
  ['ec', 256],
  ['ed25519', 256],
  ['ed448', 256],
]);
/** Hashes for which two certificates with the same signature can be made. */
const OLD_HASH = /^(?:md2|md5|sha1|dsa-with-sha1|ecdsa-with-SHA1)/;
