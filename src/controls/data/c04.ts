import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c04: Control = {
  id: 'C04',
  title: { en: 'Permissions are fine-grained', zh: '实现细粒度权限控制' },
  priority: 'high',
  because: {
    en: 'It bounds what any one stolen credential or misled model can do; an attacker first needs one of these.',
    zh: '它限定了单个被盗凭据或被误导的模型所能造成的影响；攻击者必须先得到其中之一。',
  },
  verification: 'both',
  rationale: {
    en: 'Where everybody may call everything, the least trusted caller has the rights of the most trusted, and one prompt injection reaches every tool.',
    zh: '如果任何人都能调用任何工具，最不可信的调用者就拥有最可信者的权限，一次提示词注入就能触及所有工具。',
  },
  remedy: {
    en: 'Define at least two roles, name the tools, prompts and resources that each may use, and deny the rest. Check each call on the server, and show in lists only what the caller may use.',
    zh: '至少定义两个角色，逐一写明各角色可以使用的工具、提示词和资源，其余一律拒绝。在服务器端检查每次调用，列表中只显示调用者有权使用的内容。',
  },
  gateway: {
    en: 'Roles with permissions down to one tool, prompt or resource of one upstream; what no permission allows is denied. The same decision judges calls and cuts lists. Arguments are not judged yet.',
    zh: '角色的权限可以细化到某个上游的单个工具、提示词或资源；没有权限允许的一律拒绝。调用和列表由同一个判定函数裁决。目前还不判定参数。',
  },
  limits: {
    en: 'Who may call a tool may call it with any argument, and what the tool does with its own rights is up to the tool.',
    zh: '有权调用某个工具的人可以传入任何参数，而工具用它自身的权限做什么取决于工具。',
  },
  question: {
    en: 'Does each role hold only what its holders need for their work, and who has reviewed that, when?',
    zh: '每个角色是否只拥有其成员工作所需的权限？由谁、在何时审查过？',
  },
  evidence: {
    en: 'The list of roles and their permissions, with the owner of each, and a dated record of the last review.',
    zh: '角色及其权限清单、各角色的负责人，以及最近一次带日期的审查记录。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP02', 'MCP07'],
    'OWASP-AISVS': ['C10.2.4', 'C10.2.5'],
    CoSAI: ['MCP-T2'],
    MCP: ['TOOL-24', 'RES-09', 'CACHE-24', 'TASK-52'],
    CSA: ['MCP-02', 'MCP-07'],
    'SAFE-MCP': ['SAFE-T1302', 'SAFE-T1307'],
  }),
};
