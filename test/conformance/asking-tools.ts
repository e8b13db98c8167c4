import { inputRequired } from '@modelcontextprotocol/server';
import { answerOf, completionOf, form, prompt } from './questions.ts';
import { type FixtureTool, shown, text } from './tool.ts';

/**
 * Tools that ask one question in the middle of a call. The SDK sends it as a request of its own in sessions of
 * 2025-11-25 and earlier, and as `input_required` in the modern era.
 */
export const askingTools: readonly FixtureTool[] = [
  {
    name: 'test_sampling',
    description: "Asks the client's model.",
    inputSchema: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    call({ prompt: line }, ctx) {
      const answer = completionOf(ctx, 'sample');
      if (answer !== undefined) return text(`LLM response: ${answer}`);
      return inputRequired({ inputRequests: { sample: prompt(shown(line)) } });
    },
  },
  {
    name: 'test_elicitation',
    description: 'Asks the user for a name and an address.',
    inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    call({ message }, ctx) {
      const answer = answerOf(ctx, 'user');
      if (answer !== undefined) return text(`User response: ${describe(answer)}`);
      const user = form(shown(message), {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      });
      return inputRequired({ inputRequests: { user } });
    },
  },
  {
    name: 'test_elicitation_sep1034_defaults',
    description: 'Asks with a default for each primitive type.',
    call(_args, ctx) {
      const answer = answerOf(ctx, 'user');
      if (answer !== undefined) return text(`Elicitation completed: ${describe(answer)}`);
      const user = form(
        'Please review the defaults',
        {
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        },
        [],
      );
      return inputRequired({ inputRequests: { user } });
    },
  },
  {
    name: 'test_elicitation_sep1330_enums',
    description: 'Asks with each kind of choice.',
    call(_args, ctx) {
      const answer = answerOf(ctx, 'user');
      if (answer !== undefined) return text(`Elicitation completed: ${describe(answer)}`);
      const options = ['option1', 'option2', 'option3'];
      const user = form(
        'Please choose',
        {
          untitledSingle: { type: 'string', enum: options },
          titledSingle: { type: 'string', oneOf: titled('Option') },
          legacyEnum: { type: 'string', enum: options, enumNames: ['Option One', 'Option Two', 'Option Three'] },
          untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
          titledMulti: { type: 'array', items: { anyOf: titled('Choice') } },
        },
        [],
      );
      return inputRequired({ inputRequests: { user } });
    },
  },
  {
    name: 'test_missing_capability',
    description: 'Needs a client that can sample.',
    call(_args, ctx) {
      const answer = completionOf(ctx, 'sample');
      if (answer !== undefined) return text(`LLM response: ${answer}`);
      return inputRequired({ inputRequests: { sample: prompt('Say something') } });
    },
  },
  {
    name: 'test_streaming_elicitation',
    description: 'Asks the user.',
    async call(_args, ctx) {
      const answer = answerOf(ctx, 'user');
      if (answer !== undefined) return text(`User response: ${describe(answer)}`);
      return inputRequired({ inputRequests: { user: form('Go on?', { ok: { type: 'boolean' } }) } });
    },
  },
];

function titled(word: string): { const: string; title: string }[] {
  return ['First', 'Second', 'Third'].map((rank, index) => ({ const: `value${index + 1}`, title: `${rank} ${word}` }));
}

function describe({ action, content }: { action: string; content: Record<string, unknown> }): string {
  return `action=${action}, content=${JSON.stringify(content)}`;
}
