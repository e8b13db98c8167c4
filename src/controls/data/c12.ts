import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c12: Control = {
  id: 'C12',
  title: { en: 'A firewall is active', zh: '启用防火墙规则' },
  priority: 'medium',
  because: {
    en: 'It is the second barrier: it counts when a service listens more widely than intended, which C03 and C11 should prevent.',
    zh: '它是第二道屏障：当服务的监听范围超出预期时才起作用，而这本应由 C03 和 C11 避免。',
  },
  verification: 'automatic',
  rationale: {
    en: 'Development servers, debug ports and newly installed services open ports that nobody meant to offer. A firewall that denies by default keeps them inside.',
    zh: '开发服务器、调试端口和新安装的服务会打开无人打算提供的端口。默认拒绝的防火墙能把它们挡在内部。',
  },
  remedy: {
    en: 'Deny incoming connections by default and allow the port of the gateway only, from where it is needed. Restrict outgoing connections of the machine that runs tools.',
    zh: '默认拒绝传入连接，只从需要的来源放行网关端口。限制运行工具的机器的传出连接。',
  },
  gateway: {
    en: 'Uses one port and bounds connections in all and for each address. It neither sets nor reads firewall rules; `merlon scan` looks at those of the host.',
    zh: '只使用一个端口，并限制总连接数和每个地址的连接数。它既不设置也不读取防火墙规则；`merlon scan` 会检查主机的规则。',
  },
  limits: {
    en: 'It does not look into what it lets through, and does not keep programs of the same machine apart.',
    zh: '它不检查放行的内容，也不能把同一台机器上的程序相互隔开。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP09'],
    CoSAI: ['MCP-T8'],
    MCP: ['HTTP-04', 'BP-38'],
    NSA: ['R2', 'R9'],
    CSA: ['MCP-05'],
    'SAFE-MCP': ['SAFE-T1005', 'SAFE-T1601'],
  }),
};
