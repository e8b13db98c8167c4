import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c05: Control = {
  id: 'C05',
  title: { en: 'Permissions follow the task', zh: '实施动态权限调整' },
  priority: 'medium',
  because: {
    en: 'It narrows what roles (C04) already bound, for the time of a task. Without it a role is as wide as its widest task.',
    zh: '它在任务期间进一步收窄角色（C04）已经限定的权限。没有它，角色的权限就等于其最宽任务所需的权限。',
  },
  verification: 'manual',
  rationale: {
    en: 'Permissions that stand all the time are there when an injected instruction asks for them. Most tasks need few tools, for minutes.',
    zh: '长期存在的权限，在被注入的指令索取时也就随时可用。而大多数任务只需要少数工具，且只需几分钟。',
  },
  remedy: {
    en: 'Grant for one task what that task needs, for as long as it runs, and take it back at its end. Record every change of permissions with its reason.',
    zh: '按任务授予该任务所需的权限，只在任务运行期间有效，结束时收回。记录每次权限变更及其原因。',
  },
  gateway: {
    en: 'A task is opened with a type and what it asks for, and gets grants for the tools, arguments, amounts and time that it needs, never more than its role. A call cannot widen them: what does not fit is denied or waits for a person. Ending a task ends all of its parts. Every change is recorded with before, after and cause. Roles without a default task type hold for every task.',
    zh: '任务以类型和所需内容开启，只获得所需工具、参数、数额与时间的授权，且不超出其角色。调用无法扩大授权：不符合的调用会被拒绝，或等待人工批准。任务结束时其所有子任务随之结束。每次变更都记录变更前后与原因。没有默认任务类型的角色对所有任务都有效。',
  },
  limits: {
    en: 'What a task needs is somebody’s judgement; within it, a misled model still has everything that was granted.',
    zh: '任务需要哪些权限取决于人的判断；在授权范围内，被误导的模型仍拥有全部已授予的权限。',
  },
  question: {
    en: 'How are permissions narrowed to a task and taken back at its end, including in an emergency, and how long does that take?',
    zh: '如何把权限收窄到任务范围，并在任务结束时（以及紧急情况下）收回？需要多长时间？',
  },
  evidence: {
    en: 'A description of the procedure, and audit records of a permission that was granted for a task and taken back.',
    zh: '流程说明，以及一次按任务授予并收回权限的审计记录。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP02'],
    CoSAI: ['MCP-T2', 'MCP-T9'],
    MCP: ['AUTHZ-18', 'GUIDE-07', 'GUIDE-08', 'GUIDE-11'],
    CSA: ['MCP-07'],
    'SAFE-MCP': ['SAFE-T1104', 'SAFE-T1703'],
  }),
};
