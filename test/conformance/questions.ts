import {
  type ElicitRequestFormParams,
  type InputRequest,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';

type Properties = ElicitRequestFormParams['requestedSchema']['properties'];

/** Asks the user for these fields. */
export function form(
  message: string,
  properties: Properties,
  required: string[] = Object.keys(properties),
): InputRequest {
  return inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required } });
}

/** Asks the client's model. */
export function prompt(line: string, maxTokens = 100): InputRequest {
  return inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: line } }],
    maxTokens,
  });
}

/** The answer of an elicitation, whatever the user did; undefined while there is none. */
export function answerOf(
  ctx: ServerContext,
  key: string,
): { action: string; content: Record<string, unknown> } | undefined {
  const view = inputResponse(ctx.mcpReq.inputResponses, key);
  return view.kind === 'elicit' ? { action: view.action, content: view.content ?? {} } : undefined;
}

/** What the client's model said; undefined while there is no answer. */
export function completionOf(ctx: ServerContext, key: string): string | undefined {
  const view = inputResponse(ctx.mcpReq.inputResponses, key);
  if (view.kind !== 'sampling') return undefined;
  const { content } = view.result;
  const block = Array.isArray(content) ? content[0] : content;
  return block?.type === 'text' ? block.text : '';
}

/** The URIs of the client's roots; undefined while there is no answer. */
export function rootsOf(ctx: ServerContext, key: string): readonly string[] | undefined {
  const view = inputResponse(ctx.mcpReq.inputResponses, key);
  return view.kind === 'roots' ? view.roots.map((root) => root.uri) : undefined;
}
