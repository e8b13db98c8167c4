import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c09: Control = {
  id: 'C09',
  title: { en: 'An audit log is kept', zh: '启用审计日志' },
  priority: 'high',
  because: {
    en: 'Without a record nobody can say what a model did, for whom, and what an attacker reached; no other control makes up for that afterwards.',
    zh: '没有记录，就没有人能说清模型为谁做了什么、攻击者触及了什么；事后没有任何其他控制可以弥补。',
  },
  verification: 'automatic',
  rationale: {
    en: 'A model decides by itself which tools to call. Only a complete record of calls, refusals and changes lets people see that and investigate it.',
    zh: '模型自行决定调用哪些工具。只有完整记录调用、拒绝和变更，人们才能看清并调查。',
  },
  remedy: {
    en: 'Record each call with caller, tool, arguments, decision and outcome before its effect, and refusals and changes of configuration too. Refuse calls that cannot be recorded. Ship the record to another machine.',
    zh: '在产生效果之前记录每次调用的调用者、工具、参数、判定和结果，同时记录拒绝和配置变更。无法记录的调用应予拒绝。把记录传送到另一台机器。',
  },
  gateway: {
    en: 'On by default. Each call is on the disk before it leaves and its outcome before the answer is released; where that cannot be done, the gate closes. Refusals, sessions and changes of configuration are recorded too. The log is not tamper-evident yet.',
    zh: '默认启用。每次调用在发出之前、其结果在应答放行之前都已写入磁盘；无法写入时关闭闸门。拒绝、会话和配置变更同样有记录。日志目前还不具备防篡改证据。',
  },
  limits: {
    en: 'It shows what happened, it prevents nothing. Whoever can write the file can change it, unless a copy lies elsewhere.',
    zh: '它说明发生过什么，但不能阻止任何事。能写入该文件的人就能修改它，除非别处另有副本。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP08'],
    CoSAI: ['MCP-T12'],
    MCP: ['BP-74', 'TOOL-32', 'GUIDE-11', 'LOG-16'],
    NSA: ['R7'],
  }),
};
