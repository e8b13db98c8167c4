import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c11: Control = {
  id: 'C11',
  title: { en: 'The network is isolated', zh: '实施网络隔离' },
  priority: 'high',
  because: {
    en: 'It decides who can try at all, and where a compromised server can go next.',
    zh: '它决定谁有机会尝试攻击，以及被攻陷的服务器下一步能到达哪里。',
  },
  verification: 'manual',
  rationale: {
    en: 'A server that listens on every interface is open to the whole network, and through DNS rebinding to every web page. A server that may reach everything can carry data out and attack what is inside.',
    zh: '监听所有网络接口的服务器对整个网络开放，并可能通过 DNS 重绑定对任何网页开放。可以访问一切的服务器则能把数据带出，并攻击内部系统。',
  },
  remedy: {
    en: 'Bind local servers to loopback or use stdio. Put servers of different trust into networks of their own, let each reach only the addresses it needs, and check Host and Origin of every request.',
    zh: '本地服务器绑定到回环地址或使用 stdio。把不同信任级别的服务器放入各自的网络，只允许其访问所需的地址，并检查每个请求的 Host 和 Origin。',
  },
  gateway: {
    en: 'Listens on loopback by default, checks Host and Origin of every request, and can be the one way to its upstreams. It does not restrict where upstreams connect to, and a started HTTP upstream has a port that other programs of the machine reach.',
    zh: '默认只监听回环地址，检查每个请求的 Host 和 Origin，并可作为通往上游的唯一入口。它不限制上游向外连接，由它启动的 HTTP 上游的端口可被本机其他程序访问。',
  },
  limits: {
    en: 'What must be reachable can be misused through the way that is open; data also leaves through allowed addresses.',
    zh: '必须可达的对象仍可通过开放的通路被滥用；数据也能经由允许的地址流出。',
  },
  question: {
    en: 'Which networks can reach each MCP server, and which addresses can each of them reach? Who enforces that?',
    zh: '哪些网络可以访问各个 MCP 服务器？每个服务器又能访问哪些地址？由什么机制强制执行？',
  },
  evidence: {
    en: 'A diagram of networks, the rules or policies that enforce it, and a dated attempt from outside and from a server that failed.',
    zh: '网络拓扑图、强制执行的规则或策略，以及带日期的测试记录：从外部和从服务器内部发起的越界访问均失败。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP09'],
    'OWASP-AISVS': ['C10.3.2', 'C10.3.3'],
    CoSAI: ['MCP-T8'],
    MCP: ['HTTP-02', 'HTTP-04', 'BP-38', 'BP-56'],
    NSA: ['R2', 'R9'],
    CSA: ['MCP-05'],
    'SAFE-MCP': ['SAFE-T1704', 'SAFE-T1913'],
  }),
};
