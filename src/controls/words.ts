import type { Text } from '../kernel/text.ts';
import type { Priority, Scheme, Verification } from './control.ts';

/** How people are told of a priority. */
export const priorityWords: Readonly<Record<Priority, Text>> = {
  critical: { en: 'critical', zh: '关键' },
  high: { en: 'high', zh: '高' },
  medium: { en: 'medium', zh: '中' },
};

/** How people are told of a way to verify. */
export const verificationWords: Readonly<Record<Verification, Text>> = {
  automatic: { en: 'automatic', zh: '自动' },
  manual: { en: 'manual', zh: '人工' },
  both: { en: 'automatic and manual', zh: '自动和人工' },
};

/** The schemes by their full names. */
export const schemeWords: Readonly<Record<Scheme, string>> = {
  'OWASP-MCP': 'OWASP MCP Top 10 (2025)',
  'OWASP-AISVS': 'OWASP AISVS 1.0',
  CoSAI: 'CoSAI MCP Security',
  MCP: 'MCP specification',
  NSA: 'NSA CSI, May 2026',
  CSA: 'CSA MCP Server Top 10',
  'SAFE-MCP': 'SAFE-MCP',
};
