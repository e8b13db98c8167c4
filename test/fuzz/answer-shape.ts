import { type ErrorCode, errorTable } from '../../src/kernel/errors.ts';
import { isObject } from '../../src/kernel/jsonrpc.ts';

/** An HTTP answer of an MCP endpoint, read to its end. */
export interface WireAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

interface Facts {
  readonly todo: string;
  readonly http?: number;
  readonly rpc?: number;
}

/** What the table says of a code, if it has it. */
function factsOf(code: string): Facts | undefined {
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode] : undefined;
}

/** Nothing of the inside: no stack, no path of a file, no error of the language itself. */
const INSIDE = /\n\s+at |node:internal|file:\/\/|\b(Type|Range|Reference|Syntax)Error\b|\/src\/[a-z]+\//;

/** One event of a stream, as a client reads it. */
export interface WireEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** The whole events of a stream, in order; comments and torn ends are none. */
export function eventsIn(text: string): WireEvent[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const lines = block.split('\n');
    const valueOf = (name: string): string | undefined =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = valueOf('data') ?? '';
    return lines.some((line) => !line.startsWith(':')) ? [{ id: valueOf('id'), data }] : [];
  });
}

/** The JSON-RPC messages of an answer. */
export function messagesIn({ type, text }: WireAnswer): unknown[] {
  if (text === '') return [];
  if (type?.startsWith('text/event-stream') !== true) return [JSON.parse(text)];
  // What only tells where to go on has no data.
  return eventsIn(text).flatMap(({ data }) => (data === '' ? [] : [JSON.parse(data) as unknown]));
}

/** What is wrong with the answer to one POST, whatever was posted; nothing for an answer that a client can make sense of. */
export function faultsIn(answer: WireAnswer): string[] {
  const { status, type, text } = answer;
  if (INSIDE.test(text)) return [`tells of the inside: ${text.slice(0, 500)}`];
  if (status === 202 || status === 204) return text === '' ? [] : [`${status} with a body`];
  let messages: unknown[];
  try {
    messages = messagesIn(answer);
  } catch {
    return [`${status} ${type}, no JSON: ${text.slice(0, 500)}`];
  }
  const last = messages.at(-1);
  const isStream = type?.startsWith('text/event-stream') === true;
  // A request that was cancelled gets no answer: its stream just ends (MCP 2025-11-25, "Cancellation").
  if (isStream && (last === undefined || (isObject(last) && 'method' in last))) return [];
  if (last === undefined) return [`${status} with nothing`];
  return faultsOf(status, last).map((fault) => `${fault} in ${status} ${text.slice(0, 500)}`);
}

function faultsOf(status: number, message: unknown): string[] {
  if (!isObject(message) || message['jsonrpc'] !== '2.0') return ['no JSON-RPC'];
  const { id, result, error } = message;
  const faults: string[] = [];
  if (id !== null && typeof id !== 'string' && !Number.isSafeInteger(id)) faults.push('an id that is none');
  if ((result === undefined) === (error === undefined)) return [...faults, 'not one of result and error'];
  if (result !== undefined) return isObject(result) && status === 200 ? faults : [...faults, 'a strange result'];
  if (!isObject(error)) return [...faults, 'a strange error'];
  const { code, message: sentence, data } = error;
  if (!Number.isSafeInteger(code) || typeof sentence !== 'string' || sentence === '') faults.push('a strange error');
  const name = isObject(data) ? data['code'] : undefined;
  // An upstream's own errors pass as they are.
  if (typeof name !== 'string') return status === 200 || status === 404 ? faults : [...faults, 'an error without code'];
  const facts = factsOf(name);
  if (facts === undefined) return [...faults, 'an unknown code'];
  if (name === 'INTERNAL') faults.push('something unforeseen');
  if ((facts.rpc ?? -32603) !== code) faults.push('another number than its code has');
  if (status !== 200 && status !== (facts.http ?? 500)) faults.push('another status than its code has');
  return faults;
}
