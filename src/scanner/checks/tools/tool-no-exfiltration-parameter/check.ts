import { asksForConversation } from '../../../../detect/asked-parameters.ts';
import { defineCheck, fail, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

/** Asks whether a tool has a parameter for what the model knows besides the task. */
export const toolNoExfiltrationParameter = defineCheck({
  id: 'tool-no-exfiltration-parameter',
  control: 'C15',
  part: 'tools',
  severity: 'high',
  title: {
    en: 'No tool asks for the conversation, the model’s instructions or its other tools.',
    zh: '没有工具索要对话、模型指令或其他工具的信息。',
  },
  remedy: {
    en: 'Remove the parameter, or have it ask for the one fact that the tool needs.',
    zh: '删除该参数,或只索取工具真正需要的那一项信息。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      (tool) => {
        const asked = asksForConversation(tool);
        if (asked.length === 0) return undefined;
        const names = asked
          .map(({ parameter }) => parameter)
          .slice(0, 5)
          .join(', ');
        const seen = {
          en: `It asks for what else the model knows: ${names}.`,
          zh: `它索要模型的其他信息:${names}。`,
        };
        return asked.some(({ how }) => how === 'certain') ? fail(seen) : warn(seen, { severity: 'medium' });
      },
      (count) => ({
        en: `None of ${count} tools has such a parameter.`,
        zh: `${count} 个工具都没有这样的参数。`,
      }),
    ),
});
