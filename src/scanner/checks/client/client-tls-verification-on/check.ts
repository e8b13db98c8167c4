import { defineCheck } from '../../../check.ts';
import { about, eachEnabled, holds, noServers, seen } from '../each-server.ts';

export const clientTlsVerificationOn = defineCheck({
  id: 'client-tls-verification-on',
  control: 'C01',
  part: 'client',
  severity: 'high',
  title: { en: 'No server is told to accept any certificate.', zh: '没有服务器被设为接受任意证书。' },
  remedy: {
    en: 'Remove the setting. For a certificate of your own, name its authority, such as with NODE_EXTRA_CA_CERTS.',
    zh: '移除该设置。对于自有证书，请指定其颁发机构，例如使用 NODE_EXTRA_CA_CERTS。',
  },
  ask: (facts) =>
    eachEnabled(facts, noServers, ({ tlsOff = [], ...server }) => {
      if (tlsOff.length === 0) return holds(server, 'No setting switches verification off.', '没有设置关闭证书验证。');
      const evidence = tlsOff.map(({ what, where }) =>
        seen(`${what} switches the verification of certificates off.`, `${what} 关闭了证书验证。`, where),
      );
      return about(server, 'fail', evidence);
    }),
});
