import { isObject, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { Heard } from './ask.ts';

/** What a server answered to one JSON-RPC request. */
export type RpcAnswer =
  | { readonly result: JsonObject; readonly error?: undefined }
  | { readonly result?: undefined; readonly error: { readonly code: number; readonly message: string } };

/** Looks for the answer to one request in what a server sends, which is attacker-controlled. */
export interface AnswerFinder {
  /** True once it is among the events of a stream of which `text` is the beginning, longer each time. */
  isIn(text: string): boolean;
  /** The answer in a body, plain or an event stream. */
  find(heard: Heard): RpcAnswer | undefined;
}

/** Makes a finder of the answer under `id`; an error may also come without id, from a server that could not read it. */
export function findAnswer(id: number): AnswerFinder {
  let found: RpcAnswer | undefined;
  let from = 0;
  let data: string[] = [];

  function line(text: string): void {
    if (text.startsWith('data:')) data.push(text.slice(text[5] === ' ' ? 6 : 5));
    if (text !== '') return;
    if (data.length > 0) found ??= answerIn(data.join('\n'), id);
    data = [];
  }

  function isIn(text: string): boolean {
    // Only what is new, or a stream of many small pieces would be read once for each of them.
    for (let end = text.indexOf('\n', from); end !== -1 && found === undefined; end = text.indexOf('\n', from)) {
      line(text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end));
      from = end + 1;
    }
    return found !== undefined;
  }

  return {
    isIn,
    find(heard) {
      if (isEventStream(heard)) isIn(heard.body);
      else found = answerIn(heard.body, id);
      return found;
    },
  };
}

/** True for an answer that is an event stream. */
export function isEventStream({ headers }: Heard): boolean {
  return (headers['content-type'] ?? '').trimStart().toLowerCase().startsWith('text/event-stream');
}

function answerIn(text: string, id: number): RpcAnswer | undefined {
  const value = parsed(text);
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const { result, error } = value;
  if (value['id'] === id && isObject(result)) return { result };
  if (value['id'] !== id && value['id'] !== null && value['id'] !== undefined) return undefined;
  if (!isObject(error) || typeof error['code'] !== 'number') return undefined;
  const message = typeof error['message'] === 'string' ? error['message'] : '';
  return { error: { code: error['code'], message: message.slice(0, MAX_MESSAGE) } };
}

/** Characters of an error's message that are kept. */
const MAX_MESSAGE = 1_024;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
