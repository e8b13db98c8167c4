import type { Text } from '../kernel/text.ts';

/** What the parts of a control are called, where one is explained to people. */
export const partWords = {
  priority: { en: 'Priority', zh: '优先级' },
  verification: { en: 'Verified', zh: '验证方式' },
  rationale: { en: 'Why', zh: '原因' },
  remedy: { en: 'What to do', zh: '怎么做' },
  gateway: { en: 'What the gateway does', zh: '网关做了什么' },
  limits: { en: 'What it does not stop', zh: '挡不住什么' },
  question: { en: 'Question for a person', zh: '需要人工回答的问题' },
  evidence: { en: 'What proves the answer', zh: '可作证据的材料' },
} as const satisfies Record<string, Text>;

/** The parts that are prose, in the order in which they are told. */
export const proseParts = ['rationale', 'remedy', 'gateway', 'limits', 'question', 'evidence'] as const;
