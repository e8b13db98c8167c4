import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c17: Control = {
  id: 'C17',
  title: { en: 'Security alerts are set up', zh: '配置安全告警' },
  priority: 'medium',
  because: {
    en: 'Monitoring (C16) that wakes nobody is a record; an alert makes it a reaction. It acts after the other controls.',
    zh: '不通知任何人的监控（C16）只是记录；告警使之变成响应。它在其他控制之后起作用。',
  },
  verification: 'both',
  rationale: {
    en: 'Attacks against tools take minutes, people look at dashboards in days. Without an alert, containment begins when the damage is reported by others.',
    zh: '针对工具的攻击以分钟计，而人查看仪表盘以天计。没有告警，遏制要等到他人报告损失时才开始。',
  },
  remedy: {
    en: 'Alert on failed sign-ins, bursts of refusals, changed tools, a closed gate and unusual rates. Give each alert levels, a receiver and a way that works at night, and try it regularly.',
    zh: '对登录失败、拒绝激增、工具变更、闸门关闭和异常速率发出告警。每条告警设定级别、接收人以及夜间也有效的通知渠道，并定期演练。',
  },
  gateway: {
    en: 'No alerts yet. What they would need is there to be watched from outside: `/ready`, the server log and the audit record.',
    zh: '目前没有告警。告警所需的信息可从外部监视：`/ready`、服务器日志和审计记录。',
  },
  limits: {
    en: 'An alert needs somebody who acts. Too many of them, and nobody does.',
    zh: '告警需要有人处理。告警过多，就没有人处理了。',
  },
  question: {
    en: 'Which events alert whom, in which way and how fast, and when did an alert last reach that person?',
    zh: '哪些事件通知谁、以何种方式、多快送达？上一次告警真正送达该人员是什么时候？',
  },
  evidence: {
    en: 'The rules of alerts with levels and receivers, and the dated record of a trial alert and of its acknowledgement.',
    zh: '带级别和接收人的告警规则，以及一次带日期的告警演练和确认记录。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP08'],
    CoSAI: ['MCP-T12'],
    MCP: ['LOG-17', 'BP-74'],
    NSA: ['R7'],
  }),
};
