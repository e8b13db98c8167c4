import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c20: Control = {
  id: 'C20',
  title: { en: 'Development follows a secure process', zh: '实施安全开发流程' },
  priority: 'high',
  because: {
    en: 'MCP servers are installed from registries and started with their user’s rights; a package that is taken over runs everywhere at once.',
    zh: 'MCP 服务器从包仓库安装并以用户权限启动；一个软件包被劫持，就会同时在所有地方运行。',
  },
  verification: 'manual',
  rationale: {
    en: 'Typosquats, hijacked packages and updates nobody reviewed are how malicious servers arrive. Unpinned dependencies and open pipelines let them in by themselves.',
    zh: '名称仿冒、软件包被劫持以及无人审查的更新，是恶意服务器进入的途径。未固定版本的依赖和缺乏约束的流水线会让它们自动进入。',
  },
  remedy: {
    en: 'Pin dependencies and build steps, keep a lock file and an SBOM, scan code and dependencies in CI, review changes, sign releases, and say in SECURITY.md how vulnerabilities are reported and how fast they are answered.',
    zh: '固定依赖和构建步骤的版本，保留锁文件和 SBOM，在 CI 中扫描代码和依赖，审查变更，为发布签名，并在 SECURITY.md 中说明漏洞的报告方式和答复时限。',
  },
  gateway: {
    en: 'It starts the programs that the configuration names and does not verify where they come from. `merlon scan` looks at repositories, manifests and client configurations for pinned versions, lock files and known look-alikes.',
    zh: '网关启动配置所指定的程序，不验证其来源。`merlon scan` 会检查代码仓库、清单和客户端配置中的版本固定、锁文件以及已知的仿冒名称。',
  },
  limits: {
    en: 'A pinned dependency can be malicious from the start, and a signature says who released it, not that it is good.',
    zh: '固定版本的依赖可能从一开始就是恶意的；签名说明由谁发布，不说明内容可靠。',
  },
  question: {
    en: 'How are changes and dependencies of the servers in use reviewed, scanned, built and released, and who is told of vulnerabilities?',
    zh: '在用服务器的变更和依赖如何审查、扫描、构建和发布？漏洞会通知到谁？',
  },
  evidence: {
    en: 'The CI configuration with its scans, the SBOM of a release, a signed release, and the record of a reviewed change.',
    zh: '含扫描步骤的 CI 配置、某次发布的 SBOM、已签名的发布，以及一次变更审查记录。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP04'],
    'OWASP-AISVS': ['C10.1.1'],
    CoSAI: ['MCP-T6', 'MCP-T11'],
    NSA: ['R1', 'R8'],
    CSA: ['MCP-06'],
    'SAFE-MCP': ['SAFE-T1002', 'SAFE-T1003', 'SAFE-T1207'],
  }),
};
