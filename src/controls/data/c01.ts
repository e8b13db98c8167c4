import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c01: Control = {
  id: 'C01',
  title: { en: 'HTTPS is enabled', zh: '启用 HTTPS' },
  priority: 'critical',
  because: {
    en: 'Credentials are bearer tokens: whoever reads one request in the clear has the access of its sender, and every other control stands on that credential.',
    zh: '凭据都是持有者令牌：只要有人读到一次明文请求，就拥有发送者的全部权限，而其他所有控制都建立在该凭据之上。',
  },
  verification: 'automatic',
  rationale: {
    en: 'Over plain HTTP anybody on the path reads tokens, arguments and results, and can change what a tool is asked or answers.',
    zh: '使用明文 HTTP 时，链路上的任何人都能读取令牌、参数和结果，并能篡改发给工具的请求或工具的应答。',
  },
  remedy: {
    en: 'Serve every MCP and management address over TLS with a certificate that clients verify. Answer plain HTTP with a redirect and nothing else, send HSTS, and reach remote upstreams by https.',
    zh: '所有 MCP 地址和管理地址都通过 TLS 提供，并使用客户端能够验证的证书。对明文 HTTP 只回复重定向，发送 HSTS；远程上游也通过 https 访问。',
  },
  gateway: {
    en: 'TLS is on by default. Plain HTTP on the same port gets a redirect to https only. An address beyond this machine without TLS is refused, unless a flag accepts the risk. Upstreams reached in the clear on other machines are named in a warning.',
    zh: '默认启用 TLS。同一端口上的明文 HTTP 只会被重定向到 https。未启用 TLS 时拒绝监听本机以外的地址，除非用命令行参数明确接受风险。以明文访问其他机器上的上游时会给出警告。',
  },
  limits: {
    en: 'TLS protects the way, not its ends: a malicious server or client, or a proxy that ends TLS, still sees everything.',
    zh: 'TLS 保护的是传输过程，而不是两端：恶意的服务器或客户端，以及终结 TLS 的代理，仍能看到全部内容。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP01', 'MCP07'],
    'OWASP-AISVS': ['C10.3.1'],
    CoSAI: ['MCP-T7'],
    MCP: ['SEC-08', 'SEC-09', 'SEC-10', 'ELIC-34'],
    CSA: ['MCP-10'],
    'SAFE-MCP': ['SAFE-T1506'],
  }),
};
