import type { Text } from '../../../kernel/text.ts';
import { type Answer, notApplicable, pass } from '../../check.ts';
import type { ToolFacts, ToolsFacts } from '../../facts/tools.ts';

/** Most tools that one check speaks of; a hostile server may have thousands. */
const MAX_ANSWERS = 50;

/**
 * Asks about each tool of a server. Answers for those of which something is to be said, or that nothing is; `holds` says
 * what that shows.
 */
export function askEachTool(
  { tools }: ToolsFacts,
  ask: (tool: ToolFacts) => Answer | undefined,
  holds: (count: number) => Text,
): readonly Answer[] {
  if (tools.length === 0) return [notApplicable({ en: 'The server offers no tools.', zh: '该服务器没有提供工具。' })];
  const answers = new Map<string, Answer>();
  for (const tool of tools) {
    const answer = ask(tool);
    // Of tools with one name the first counts: it is one subject to whoever reads about it.
    if (answer !== undefined && !answers.has(tool.name)) answers.set(tool.name, { ...answer, subject: tool.name });
    if (answers.size >= MAX_ANSWERS) break;
  }
  return answers.size === 0 ? [pass(holds(tools.length))] : [...answers.values()];
}

/** `inputSchema.properties.path` in words: where in a tool something stands. */
export function placeOf(at: string): string {
  return at.replaceAll('.properties', '').replace(/^inputSchema\./, 'parameter ');
}
