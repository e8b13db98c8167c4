import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c14: Control = {
  id: 'C14',
  title: { en: 'Tools have the least permissions', zh: '配置工具权限最小化' },
  priority: 'high',
  because: {
    en: 'What a tool may do is what an injected instruction can do with it; this is the bound that holds when a model has been misled.',
    zh: '工具能做什么，被注入的指令就能借它做什么；当模型已被误导时，这就是仍然有效的边界。',
  },
  verification: 'both',
  rationale: {
    en: 'A tool with wide scopes, free-form arguments or the credentials of an administrator turns a small task into access to everything. Tools that are harmless alone add up: one reads private data, one sees untrusted text, one sends.',
    zh: '权限范围过宽、参数不受约束或持有管理员凭据的工具，会把一个小任务变成对一切的访问。单独无害的工具组合起来也会有害：一个读取私有数据，一个接触不可信文本，一个能向外发送。',
  },
  remedy: {
    en: 'Give each tool the narrowest scopes, folders and credentials that work, and strict input schemas. Leave out tools nobody needs, do not approve calls automatically, and keep reading, seeing untrusted text and sending apart.',
    zh: '给每个工具可用的最小权限范围、目录和凭据，并使用严格的输入 schema。去掉没人需要的工具，不自动批准调用，把读取私有数据、接触不可信文本和向外发送三种能力分开。',
  },
  gateway: {
    en: 'A permission names single tools of single upstreams; what it does not name is neither shown nor called. An upstream gets only its own variables and credentials, never a caller’s token. Under a task, arguments are held to constraints and to where their values come from, calls to budgets, and what does not fit can wait for a person; outside of tasks only the organisation’s guardrails look at arguments.',
    zh: '权限精确到单个上游的单个工具；未列出的既不显示也不能调用。上游只得到自己的环境变量和凭据，绝不会得到调用者的令牌。在任务中，参数受约束并须来自允许的来源，调用受额度限制，不符合的可等待人工批准；任务之外只有组织护栏检查参数。',
  },
  limits: {
    en: 'What a tool declares of itself is only its word. Within what it needs, it can still be misused.',
    zh: '工具对自身的声明只是一面之词。在它所需的权限之内，仍可能被滥用。',
  },
  question: {
    en: 'For each tool: which rights and credentials does it have, which of them does it need, and which calls need a person’s consent?',
    zh: '对每个工具：它有哪些权限和凭据？其中哪些是必需的？哪些调用需要人工批准？',
  },
  evidence: {
    en: 'A list of tools with their rights, credentials and reasons, and the dated review of it.',
    zh: '工具清单，列出权限、凭据及理由，并附带日期的审查记录。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP02', 'MCP05'],
    'OWASP-AISVS': ['C10.2.5', 'C10.4.3', 'C10.4.4'],
    CoSAI: ['MCP-T3', 'MCP-T9'],
    MCP: ['TOOL-01', 'TOOL-23', 'TOOL-24', 'BP-75'],
    NSA: ['R3', 'R4'],
    CSA: ['MCP-07', 'MCP-08'],
    'SAFE-MCP': ['SAFE-T1104', 'SAFE-T1302', 'SAFE-T1703'],
  }),
};
