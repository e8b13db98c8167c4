import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c18: Control = {
  id: 'C18',
  title: { en: 'Security incidents are responded to', zh: '建立安全事件响应机制' },
  priority: 'medium',
  because: {
    en: 'It decides how much damage an incident does, not whether there is one.',
    zh: '它决定事件造成多大损失，而不是事件是否发生。',
  },
  verification: 'manual',
  rationale: {
    en: 'Without levels, roles and steps that were agreed before, the first hour goes into finding out who may switch what off, while the model keeps calling tools.',
    zh: '如果事先没有约定级别、角色和步骤，最初的一小时就会耗在弄清谁可以关闭什么上，而模型仍在调用工具。',
  },
  remedy: {
    en: 'Write down levels with response times (such as 15 minutes, 1 hour, 4 hours, 24 hours), who decides, how a tool, a server or a caller is cut off, how evidence is kept and whom to inform. Practise it, and review every incident.',
    zh: '写明事件级别及响应时间（例如 15 分钟、1 小时、4 小时、24 小时）、由谁决定、如何切断工具、服务器或调用者、如何保全证据、需要通知谁。定期演练，并对每次事件做复盘。',
  },
  gateway: {
    en: 'No incidents or playbooks yet. It gives what a response needs: keys that are refused within a second of being revoked, upstreams that can be disabled while it runs, and a record that tells what was sent from what was withheld.',
    zh: '目前没有事件管理和处置手册。它提供响应所需的手段：吊销后一秒内即被拒绝的密钥、可在运行中停用的上游，以及能区分“已发出”与“被扣留”的审计记录。',
  },
  limits: {
    en: 'A plan that was never practised fails when it is needed; what has left the house cannot be called back.',
    zh: '从未演练的预案在需要时会失灵；已经流出的数据无法收回。',
  },
  question: {
    en: 'What are the levels, response times, roles and steps of an incident, how is a compromised tool cut off, and when was that practised?',
    zh: '事件的级别、响应时间、角色和步骤是什么？如何切断被攻陷的工具？上次演练是什么时候？',
  },
  evidence: {
    en: 'The incident response plan, a list of contacts, and the dated record of an exercise or of an incident with its review.',
    zh: '事件响应预案、联系人清单，以及一次带日期的演练记录或事件复盘记录。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP08'],
    CoSAI: ['MCP-T12'],
    NSA: ['R7', 'R8'],
  }),
};
