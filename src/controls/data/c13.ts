import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c13: Control = {
  id: 'C13',
  title: { en: 'Tools run in a sandbox', zh: '实现工具沙箱隔离' },
  priority: 'high',
  because: {
    en: 'Tools are programs of others that models drive. Without a sandbox one bad tool has all that its user has, the keys of the gateway among them.',
    zh: '工具是由模型驱动的他人程序。没有沙箱，一个恶意工具就拥有其运行用户的一切，包括网关的密钥。',
  },
  verification: 'manual',
  rationale: {
    en: 'A tool that is malicious, compromised or tricked by its input runs commands, reads files and opens connections with the rights of the user who started it.',
    zh: '恶意的、被攻陷的或被输入欺骗的工具，会以启动它的用户的权限执行命令、读取文件和建立连接。',
  },
  remedy: {
    en: 'Run each tool server as a user of its own in a container or an operating system sandbox: only the folders it needs, no network unless it needs one, no new privileges, bounds on memory, processes and time.',
    zh: '每个工具服务器以独立用户在容器或操作系统沙箱中运行：只给所需的目录，不需要网络就不给网络，禁止提升权限，并限制内存、进程数和时间。',
  },
  gateway: {
    en: 'No sandbox yet: `security.sandbox_enabled` is read and not acted on, and the start says so. A started program gets a session of its own, no shell, and only the variables that the configuration names. Until then confine the whole service, as docs/deploy.md shows for systemd.',
    zh: '目前没有沙箱：`security.sandbox_enabled` 会被读取但不起作用，启动时会明确说明。被启动的程序有独立的进程会话，不经过 shell，只得到配置指定的环境变量。在沙箱可用之前，请按 docs/deploy.md 的 systemd 示例限制整个服务。',
  },
  limits: {
    en: 'A sandbox has holes by design: what a tool needs, it can misuse. Kernel faults break out of it, and it does not judge results.',
    zh: '沙箱按设计就留有通道：工具需要的东西，它就可能滥用。内核漏洞可以逃逸，沙箱也不判断工具的结果。',
  },
  question: {
    en: 'How is each tool server confined: which files, which network, which user, which bounds, and who tried to get out?',
    zh: '每个工具服务器如何受限：哪些文件、哪些网络、哪个用户、哪些资源上限？谁做过逃逸测试？',
  },
  evidence: {
    en: 'The definitions of containers or sandboxes in use, and a dated test in which a tool failed to read a file and to reach an address outside.',
    zh: '正在使用的容器或沙箱定义，以及一次带日期的测试：工具无法读取沙箱外的文件，也无法访问外部地址。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP05'],
    'OWASP-AISVS': ['C10.3.2'],
    CoSAI: ['MCP-T8', 'MCP-T9'],
    MCP: ['BP-51', 'BP-72', 'BP-73', 'RES-12', 'IDX-07'],
    NSA: ['R4'],
    'SAFE-MCP': ['SAFE-T1101', 'SAFE-T1105', 'SAFE-T1303', 'SAFE-T1305'],
  }),
};
