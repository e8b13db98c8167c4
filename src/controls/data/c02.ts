import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c02: Control = {
  id: 'C02',
  title: { en: 'TLS 1.2 or newer is used', zh: '使用 TLS 1.2+' },
  priority: 'high',
  because: {
    en: 'Old versions have practical attacks, but these need a position on the path and effort; no TLS at all (C01) needs neither.',
    zh: '旧版本存在可行的攻击，但攻击者需要位于链路上并付出代价；完全没有 TLS（C01）则两者都不需要。',
  },
  verification: 'automatic',
  rationale: {
    en: 'TLS 1.0 and 1.1 rest on broken hashes and modes (RFC 8996 forbids them). A server that still accepts them lets an attacker on the path talk both ends down to them.',
    zh: 'TLS 1.0 和 1.1 依赖已被攻破的散列算法和加密模式（RFC 8996 已禁止）。仍接受它们的服务器使链路上的攻击者可以把双方降级到这些版本。',
  },
  remedy: {
    en: 'Set the least version to TLS 1.3, or to 1.2 where a client needs it. Use a certificate with an RSA key of 2048 bits or more, or an elliptic curve, and renew it before it expires.',
    zh: '把最低版本设为 TLS 1.3；个别客户端需要时设为 1.2。证书使用 2048 位以上的 RSA 密钥或椭圆曲线密钥，并在到期前更新。',
  },
  gateway: {
    en: 'Accepts TLS 1.3 only, or 1.2 as well where `server.tls_min_version` says so; older versions cannot be configured. A renewed certificate is taken on without a restart. Nothing warns of one that is about to expire.',
    zh: '默认只接受 TLS 1.3；`server.tls_min_version` 可以放宽到 1.2，更旧的版本无法配置。更新后的证书无需重启即可生效。证书即将到期时没有提醒。',
  },
  limits: {
    en: 'A current version does not make a wrong certificate right, and says nothing of clients that do not verify it.',
    zh: '版本再新，也不能让错误的证书变得正确，更无法约束不验证证书的客户端。',
  },
  references: referencesTo({
    'OWASP-AISVS': ['C10.3.1'],
    CoSAI: ['MCP-T7'],
    MCP: ['SEC-08'],
    CSA: ['MCP-10'],
  }),
};
