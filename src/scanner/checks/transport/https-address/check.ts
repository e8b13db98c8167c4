import { defineCheck, fail, pass, warn } from '../../../check.ts';

/** Asks whether the address that clients are given is https. */
export const httpsAddress = defineCheck({
  id: 'https-address',
  control: 'C01',
  part: 'transport',
  severity: 'critical',
  title: {
    en: 'The address is https.',
    zh: '地址使用 https。',
  },
  remedy: {
    en: 'Give the server a certificate and clients its https address.',
    zh: '为服务器配置证书，并让客户端使用其 https 地址。',
  },
  ask({ url, scheme, isLoopback, plainHttp }) {
    const where = { url };
    if (scheme === 'https') return pass({ en: 'The address begins with https.', zh: '地址以 https 开头。' }, { where });
    if (isLoopback) {
      const seen = {
        en: 'Plain HTTP on loopback: only programs of this machine can listen in.',
        zh: '本机回环上的明文 HTTP：只有本机程序能够窃听。',
      };
      return warn(seen, { where, severity: 'low' });
    }
    const location = 'saw' in plainHttp ? plainHttp.saw.location : undefined;
    if (location?.toLowerCase().startsWith('https://') === true) {
      const seen = {
        en: `The address is plain HTTP and leads to ${location}; the first request goes in the clear.`,
        zh: `地址使用明文 HTTP 并跳转到 ${location}；第一个请求以明文发送。`,
      };
      return warn(seen, { where, severity: 'medium' });
    }
    const seen = {
      en: 'Plain HTTP: credentials, requests and answers can be read and changed on the way.',
      zh: '明文 HTTP：凭据、请求和应答在途中可被读取和篡改。',
    };
    return fail(seen, { where });
  },
});
