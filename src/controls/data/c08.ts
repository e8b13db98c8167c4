import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c08: Control = {
  id: 'C08',
  title: { en: 'Sensitive data is masked', zh: '实现数据脱敏' },
  priority: 'medium',
  because: {
    en: 'It limits what leaks through logs and replies after other controls let something through.',
    zh: '在其他控制失守之后，它限制通过日志和应答泄露的内容。',
  },
  verification: 'manual',
  rationale: {
    en: 'Tool arguments and results carry passwords, tokens and personal data. Written to logs or given to a model, they reach many more readers than they were meant for.',
    zh: '工具的参数和结果中会有密码、令牌和个人数据。写入日志或交给模型后，读者会远远超出原定范围。',
  },
  remedy: {
    en: 'Mask credentials and personal data before they are logged, and in results before a model sees them unless the task needs them. Test the masking with planted values.',
    zh: '在写入日志之前对凭据和个人数据脱敏；除非任务确实需要，结果在交给模型之前也要脱敏。用预先植入的值测试脱敏效果。',
  },
  gateway: {
    en: 'Masks secrets in the server log and in the arguments of the audit log: those that the configuration knows, known shapes of keys, telling field names. Replies are cleared of the configuration’s own secrets only; personal data is not masked yet.',
    zh: '对服务器日志和审计日志中的参数脱敏：包括配置中已知的密钥、具有已知格式的密钥，以及名称可疑的字段。应答中只清除配置自身的密钥；目前还不对个人数据脱敏。',
  },
  limits: {
    en: 'A secret that is an ordinary word in an ordinary place cannot be recognised, nor one that somebody has encoded.',
    zh: '如果密钥只是普通位置上的普通单词，或者已被编码，就无法识别。',
  },
  question: {
    en: 'Which kinds of sensitive data pass through the tools, and where is each masked: in logs, in records, in results?',
    zh: '有哪些类型的敏感数据会经过工具？它们分别在哪里脱敏：日志、审计记录，还是结果？',
  },
  evidence: {
    en: 'The rules of masking, and a dated test in which planted secrets and personal data did not appear in logs, records and results.',
    zh: '脱敏规则，以及一次带日期的测试：植入的密钥和个人数据未出现在日志、记录和结果中。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP01', 'MCP10'],
    CoSAI: ['MCP-T5'],
    MCP: ['LOG-11', 'LOG-12', 'LOG-13', 'TOOL-17', 'TOOL-26'],
    NSA: ['R6'],
    CSA: ['MCP-04', 'MCP-08'],
    'SAFE-MCP': ['SAFE-T1506'],
  }),
};
