import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import { defineCheck, fail, notApplicable, pass } from '../../../check.ts';

export const manifestRemotesHttps = defineCheck({
  id: 'manifest-remotes-https',
  control: 'C01',
  part: 'manifest',
  severity: 'high',
  title: { en: 'Addresses of the manifest are HTTPS.', zh: '清单中的地址使用 HTTPS。' },
  remedy: { en: 'Write the https:// address.', zh: '写 https:// 地址。' },
  ask: ({ remotes, file }) =>
    remotes.length === 0
      ? notApplicable({ en: 'The manifest names no address.', zh: '清单未列出地址。' }, { where: { file } })
      : remotes.map(({ url, where }) =>
          isPlain(url)
            ? fail({ en: `${url} is plain HTTP.`, zh: `${url} 是明文 HTTP。` }, { subject: url, where })
            : pass(
                { en: `${url} is encrypted or on this machine.`, zh: `${url} 已加密或位于本机。` },
                { subject: url, where },
              ),
        ),
});

function isPlain(url: string): boolean {
  const [authority = ''] = url.slice(url.indexOf('://') + 3).split(/[/?#]/, 1);
  const host = authority.startsWith('[')
    ? authority.slice(0, authority.indexOf(']') + 1)
    : (authority.split(':', 1)[0] ?? '');
  return /^(http|ws):\/\//i.test(url) && !isLoopbackHost(host) && host !== '0.0.0.0' && !host.startsWith('{');
}
