import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c16: Control = {
  id: 'C16',
  title: { en: 'The deployment is monitored', zh: '启用实时监控' },
  priority: 'medium',
  because: {
    en: 'It shortens the time until an attack is seen; it does not stop the attack.',
    zh: '它缩短发现攻击所需的时间，但并不阻止攻击。',
  },
  verification: 'automatic',
  rationale: {
    en: 'A model that loops, a caller that harvests data or a server that fails shows in rates and errors long before anybody reads the logs.',
    zh: '陷入循环的模型、批量抓取数据的调用者或出故障的服务器，早在有人阅读日志之前就会反映在速率和错误上。',
  },
  remedy: {
    en: 'Measure calls, refusals, errors and latency by tool and caller, watch health from outside, and bound what any caller can use.',
    zh: '按工具和调用者度量调用、拒绝、错误和延迟，从外部监视健康状态，并限制每个调用者的用量。',
  },
  gateway: {
    en: 'Offers `/health` and `/ready`, a structured server log and a complete audit record that other systems can read. Rates of callers are bounded. There are no metrics and no detection of anomalies yet.',
    zh: '提供 `/health` 和 `/ready`、结构化的服务器日志，以及可供其他系统读取的完整审计记录。调用者的速率受限。目前没有指标，也没有异常检测。',
  },
  limits: {
    en: 'It shows what is measured; a slow attack that stays within the usual looks usual.',
    zh: '它只能显示被度量的内容；缓慢且不偏离常态的攻击看起来也一切正常。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP08'],
    'OWASP-AISVS': ['C10.4.5'],
    CoSAI: ['MCP-T10', 'MCP-T12'],
    MCP: ['TOOL-25', 'CANC-11', 'PROG-08', 'LOG-17'],
    NSA: ['R7'],
    'SAFE-MCP': ['SAFE-T1106', 'SAFE-T1801'],
  }),
};
