import { defineCheck, fail, pass, unseen, warn } from '../../../check.ts';

/** Asks what the server itself says of TLS. */
export const apiSecure = defineCheck({
  id: 'api-secure',
  control: 'C01',
  part: 'api',
  severity: 'high',
  basis: 'told',
  title: {
    en: 'The server says that TLS is on.',
    zh: '服务器自述已启用 TLS。',
  },
  remedy: {
    en: 'Turn TLS on (`server.secure: true`) and give it a certificate.',
    zh: '启用 TLS（`server.secure: true`）并配置证书。',
  },
  ask({ url, isLoopback, info }) {
    const where = { url: `${url}/api/v2/info` };
    if ('blind' in info) return unseen(info, { where });
    const { secure } = info.saw;
    if (secure === true) return pass({ en: 'It says secure: true.', zh: '自述 secure: true。' }, { where });
    if (secure === undefined) {
      return warn({ en: 'It does not say whether TLS is on.', zh: '未说明是否启用 TLS。' }, { where, severity: 'low' });
    }
    if (url.startsWith('https://')) {
      const seen = {
        en: 'It says secure: false, though its address is https: TLS ends in front of it.',
        zh: '自述 secure: false，但地址为 https:TLS 在其前方终止。',
      };
      return warn(seen, { where, severity: 'low' });
    }
    const seen = { en: 'It says secure: false.', zh: '自述 secure: false。' };
    return isLoopback ? warn(seen, { where, severity: 'low' }) : fail(seen, { where });
  },
});
