import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c03: Control = {
  id: 'C03',
  title: { en: 'Authentication is required', zh: '启用身份认证' },
  priority: 'critical',
  because: {
    en: 'Tools act on files, data and other systems. Without authentication everybody who reaches the address can use them, and no permission or record means anything.',
    zh: '工具会操作文件、数据和其他系统。没有身份认证，任何能访问该地址的人都能使用它们，权限和审计记录也就毫无意义。',
  },
  verification: 'automatic',
  rationale: {
    en: 'MCP leaves authentication to the deployment, and servers that answer anybody are found by scanning. A token that was issued for another service is as good as none.',
    zh: 'MCP 把身份认证交给部署方决定，而对任何人都应答的服务器很容易被扫描发现。为其他服务签发的令牌等同于没有令牌。',
  },
  remedy: {
    en: 'Answer 401 to every MCP and management request without a valid credential. Check signature, issuer, audience and expiry of tokens on each request, and never pass a token on to another service.',
    zh: '对没有有效凭据的所有 MCP 请求和管理请求一律返回 401。对每个请求都检查令牌的签名、签发者、受众和有效期，并且绝不把令牌转发给其他服务。',
  },
  gateway: {
    en: 'Required by default, for every MCP endpoint and for the management API except its public pages: API keys, JWT, OAuth 2 with discovery and audience checks. An address beyond this machine without it is refused, unless a flag accepts the risk. There is no second factor, no mTLS and no proof of possession yet.',
    zh: '默认必填，覆盖所有 MCP 端点以及除公开页面外的管理 API：支持 API key、JWT，以及带发现和受众检查的 OAuth 2。未启用认证时拒绝监听本机以外的地址，除非明确接受风险。目前没有第二因素、mTLS 和持有证明。',
  },
  limits: {
    en: 'It proves who sends a request, not that the sender, or the model behind it, means well. A stolen credential works until it expires or is revoked.',
    zh: '它只能证明请求由谁发送，不能证明发送者或其背后的模型是善意的。被盗的凭据在到期或被吊销之前一直有效。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP07'],
    'OWASP-AISVS': ['C10.2.1', 'C10.2.2', 'C10.2.7'],
    CoSAI: ['MCP-T1'],
    MCP: ['HTTP-05', 'BP-39', 'AUTHZ-41', 'AUTHZ-43', 'BP-24', 'SEC-30'],
    CSA: ['MCP-05'],
    'SAFE-MCP': ['SAFE-T1005', 'SAFE-T1706'],
  }),
};
