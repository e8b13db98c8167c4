import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c10: Control = {
  id: 'C10',
  title: { en: 'Logs are rotated', zh: '配置日志轮换' },
  priority: 'medium',
  because: {
    en: 'It keeps logging (C09) possible in the long run; its absence shows slowly, as a full disk or a missing past.',
    zh: '它使日志（C09）能够长期运行；缺少它的后果会慢慢显现：磁盘写满，或历史记录缺失。',
  },
  verification: 'automatic',
  rationale: {
    en: 'A log that only grows fills the disk, which stops either the service or its recording, and somebody who floods it can bring that about. A log that is cut too early has lost what an investigation needs.',
    zh: '只增不减的日志会写满磁盘，使服务或记录停止，而刷日志的攻击者可以促成这一点。过早删除的日志则丢失了调查所需的内容。',
  },
  remedy: {
    en: 'Begin new log files by time and by size, keep them for a set time that fits your duties, with mode 0600, and watch the free space.',
    zh: '按时间和大小切换日志文件，按合规要求设定保留期限，文件权限 0600，并监视剩余空间。',
  },
  gateway: {
    en: 'Rotates the audit log and the server log by day or hour and by size, and removes them after 365 and 30 days, all of which can be set. Files have mode 0600. It does not compress them or watch the free space.',
    zh: '审计日志和服务器日志按天或小时以及按大小轮换，分别保留 365 天和 30 天，均可配置。文件权限 0600。不压缩文件，也不监视剩余空间。',
  },
  limits: {
    en: 'Rotation does not protect what is in the files, and does not carry them anywhere else.',
    zh: '轮换既不保护文件中的内容，也不会把文件传送到别处。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP08'],
    CoSAI: ['MCP-T10', 'MCP-T12'],
    MCP: ['LOG-14', 'LOG-16'],
    NSA: ['R7'],
  }),
};
