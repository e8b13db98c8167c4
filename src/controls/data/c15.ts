import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c15: Control = {
  id: 'C15',
  title: { en: 'Malicious tools are detected', zh: '实施恶意工具检测' },
  priority: 'high',
  because: {
    en: 'A poisoned definition acts on the model before any tool is called, so permissions and records come too late.',
    zh: '被投毒的工具定义在任何调用之前就已影响模型，此时权限和记录都为时已晚。',
  },
  verification: 'manual',
  rationale: {
    en: 'Descriptions, schemas and results are read by models as if they were instructions. A server can hide orders in them, imitate another server’s tools, or change a tool after it was approved.',
    zh: '模型会把描述、schema 和结果当作指令来读。服务器可以在其中隐藏命令、仿冒其他服务器的工具，或者在获批之后更改工具。',
  },
  remedy: {
    en: 'Take servers from known publishers only, review tool definitions before use, pin them by hash, and block a tool whose definition changes until somebody has looked. Inspect results for instructions.',
    zh: '只使用来自已知发布者的服务器，使用前审查工具定义并以散列固定；定义发生变化的工具在有人审查之前应被阻止。检查结果中是否含有指令。',
  },
  gateway: {
    en: 'Not there yet: no detectors, no pinned definitions, no quarantine; definitions and results pass unjudged. `merlon scan` looks at definitions when it is run.',
    zh: '目前没有：没有检测器，不固定定义，没有隔离；定义和结果未经判定即通过。`merlon scan` 在运行时会检查工具定义。',
  },
  limits: {
    en: 'Detection finds what is known or conspicuous. A patient attacker writes harmless-looking text, or changes only what the tool does.',
    zh: '检测只能发现已知的或显眼的问题。有耐心的攻击者会写出看似无害的文本，或者只改变工具的行为。',
  },
  question: {
    en: 'Who reviews and approves the tools of a server before its use and after each change, and what happens to a tool that was not approved?',
    zh: '服务器的工具在启用前以及每次变更后由谁审查和批准？未获批准的工具会怎样处理？',
  },
  evidence: {
    en: 'The approved definitions with their hashes, the dates and names of their approval, and a dated test with a poisoned tool.',
    zh: '已批准的工具定义及其散列、批准日期和批准人，以及一次带日期的投毒工具测试。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP03', 'MCP06'],
    'OWASP-AISVS': ['C10.1.1', 'C10.1.2', 'C10.4.1', 'C10.4.7'],
    CoSAI: ['MCP-T4', 'MCP-T6'],
    MCP: ['TOOL-07', 'IDX-08', 'TOOL-26', 'PROMPT-07'],
    NSA: ['R5', 'R6'],
    CSA: ['MCP-01', 'MCP-03', 'MCP-09'],
    'SAFE-MCP': ['SAFE-T1001', 'SAFE-T1102', 'SAFE-T1201', 'SAFE-T1301', 'SAFE-T1402', 'SAFE-T1501'],
  }),
};
