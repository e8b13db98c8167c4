import { defineCheck, fail, pass, unseen, warn } from '../../../check.ts';

/** Asks which TLS version the server says it accepts at least. */
export const apiTlsVersion = defineCheck({
  id: 'api-tls-version',
  control: 'C02',
  part: 'api',
  severity: 'high',
  basis: 'told',
  title: {
    en: 'The server says that it accepts nothing below TLS 1.2.',
    zh: '服务器自述不接受低于 TLS 1.2 的版本。',
  },
  remedy: {
    en: 'Set the least TLS version to `TLSv1.2` or `TLSv1.3`.',
    zh: '将最低 TLS 版本设为 `TLSv1.2` 或 `TLSv1.3`。',
  },
  ask({ url, isLoopback, info }) {
    const where = { url: `${url}/api/v2/info` };
    if ('blind' in info) return unseen(info, { where });
    const { tls_version: version } = info.saw;
    if (version === undefined) {
      return warn({ en: 'It names no TLS version.', zh: '未说明 TLS 版本。' }, { where, severity: 'low' });
    }
    const seen = { en: `It says tls_version: ${version}.`, zh: `自述 tls_version: ${version}。` };
    if (version !== null && url.startsWith('http://')) {
      const otherwise = {
        en: `It says tls_version: ${version}, but was asked over plain HTTP and answered.`,
        zh: `自述 tls_version: ${version}，但以明文 HTTP 访问时仍有应答。`,
      };
      return warn(otherwise, isLoopback ? { where, severity: 'low' } : { where });
    }
    if (version === 'TLSv1.2' || version === 'TLSv1.3') return pass(seen, { where });
    const mayDoWithout = version === null && (isLoopback || url.startsWith('https://'));
    return mayDoWithout ? warn(seen, { where, severity: 'low' }) : fail(seen, { where });
  },
});
