import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c19: Control = {
  id: 'C19',
  title: { en: 'Security is tested regularly', zh: '定期进行安全测试' },
  priority: 'medium',
  because: {
    en: 'It finds where the other controls have stopped holding; it protects nothing by itself.',
    zh: '它发现其他控制在哪里已经失效，但本身不提供保护。',
  },
  verification: 'manual',
  rationale: {
    en: 'Deployments drift: a flag for a test stays, a server is added, a certificate is replaced. What was secure at its release is not known to be so a month later.',
    zh: '部署会逐渐偏离：为测试打开的开关没有关、增加了服务器、更换了证书。发布时是安全的，一个月后未必如此。',
  },
  remedy: {
    en: 'Run the security tests after each change and at least every 30 days, from outside and with a weak credential, keep dated records, and have people attack it once a year.',
    zh: '每次变更后以及至少每 30 天运行一次安全测试，从外部并使用低权限凭据进行，保留带日期的记录；每年安排一次人工渗透测试。',
  },
  gateway: {
    en: 'It does not test itself. `merlon scan` and `merlon test` look at it from outside, and each run of `merlon test` leaves a dated record.',
    zh: '网关不会自行测试。`merlon scan` 和 `merlon test` 从外部对其进行检查，`merlon test` 每次运行都会留下带日期的记录。',
  },
  limits: {
    en: 'Tests show the faults they look for. A record proves that a test ran, not that somebody mended what it found.',
    zh: '测试只能发现它所寻找的缺陷。记录能证明测试运行过，不能证明发现的问题已被修复。',
  },
  question: {
    en: 'Which security tests run how often, by whom, when was the last one, and what became of its findings?',
    zh: '运行哪些安全测试、频率如何、由谁执行？最近一次是什么时候？发现的问题后来怎样处理？',
  },
  evidence: {
    en: 'Dated reports of scans and tests, the report of a penetration test, and the state of their findings.',
    zh: '带日期的扫描和测试报告、渗透测试报告，以及各项发现的处理状态。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP09'],
    CoSAI: ['MCP-T11'],
    NSA: ['R8', 'R9'],
  }),
};
