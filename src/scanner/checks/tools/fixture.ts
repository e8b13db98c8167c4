import type { ToolFacts, ToolsFacts } from '../../facts/tools.ts';

/** A tool of a fixture; its schema takes one text unless another is given. */
export function tool(name: string, description: string, more: Partial<ToolFacts> = {}): ToolFacts {
  const inputSchema = { type: 'object', properties: { query: { type: 'string', description: 'What to look for.' } } };
  return { name, title: undefined, description, inputSchema, annotations: {}, ...more };
}

/** A schema of an object with these properties. */
export function takes(properties: Readonly<Record<string, unknown>>): object {
  return { type: 'object', properties };
}

/** A server of a fixture, called `example`. */
export function server(tools: readonly ToolFacts[], more: Partial<ToolsFacts> = {}): ToolsFacts {
  return { server: 'example', instructions: undefined, tools, prompts: [], isCut: false, ...more };
}
