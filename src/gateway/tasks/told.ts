import { isFailure, isObject, type Json, type JsonObject, type Response } from '../../kernel/jsonrpc.ts';
import type { Announcement } from '../link.ts';

/**
 * What the (attacker-controlled) answer to a request tells a model, in the form of a tool's result; undefined where it
 * tells nothing but what there is. Errors tell as much as results do. What is no tool's own word on a thing says that it
 * failed, so that nothing in it counts as a record.
 */
export function toldBy(method: string, reply: Response): JsonObject | undefined {
  if (isFailure(reply)) return quoted(reply.error as unknown as JsonObject);
  const { result } = reply;
  switch (method) {
    case 'tools/call':
    case 'tasks/result':
      return result['resultType'] === 'input_required' ? quoted(result) : result;
    case 'resources/read':
      return { content: itemsOf(result['contents']).map((resource) => ({ type: 'resource', resource })) };
    case 'prompts/get':
      return { content: itemsOf(result['messages']).flatMap(({ content }) => content ?? []) };
    case 'tasks/get':
    case 'completion/complete':
    case 'resources/list':
      return quoted(result);
    default:
      return undefined;
  }
}

/** What an upstream tells beside its answers: log messages, progress, questions. Undefined where that is no text. */
export function toldIn({ params = {} }: Announcement): JsonObject | undefined {
  const { progressToken: _token, requestId: _id, level: _level, _meta, ...rest } = params;
  return quoted(rest);
}

function quoted(value: JsonObject): JsonObject | undefined {
  const texts: string[] = [];
  collect(value, texts);
  if (texts.length === 0) return undefined;
  return { content: [{ type: 'text', text: texts.join('\n') }], isError: true };
}

/** Keys as well: whoever writes an object writes them. */
function collect(value: Json | undefined, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, texts);
  else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!PLAIN_KEY.test(key)) texts.push(key);
      collect(item, texts);
    }
  }
}

const PLAIN_KEY = /^[A-Za-z_]{1,32}$/;

function itemsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isObject(item)) : [];
}
