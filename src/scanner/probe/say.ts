import type { JsonObject } from '../../kernel/jsonrpc.ts';
import { type Era, META, MODERN_VERSION } from '../../kernel/mcp-eras.ts';
import type { Exchange } from '../facts/door.ts';
import { type Look, saw } from '../look.ts';
import type { Heard } from './ask.ts';
import type { Line, Manner } from './line.ts';
import { findAnswer, type RpcAnswer } from './rpc-answer.ts';

/** One JSON-RPC message to an MCP endpoint. */
export interface Saying {
  readonly era: Era;
  readonly method: string;
  readonly params?: JsonObject;
  /** Besides what the transport asks for, and instead of it: credential, session, what a probe is about. */
  readonly headers: Readonly<Record<string, string>>;
  /** The protocol version that it names. Default: 2026-07-28 in the modern era, none in the legacy one. */
  readonly version?: string | undefined;
  /** Sent without an id: nobody answers. */
  readonly isNotification?: boolean;
  /** Sent instead of the message. */
  readonly text?: string;
  readonly promisedBytes?: number;
  /** Asked instead of the line's. */
  readonly url?: URL;
}

/** A message's answer. */
export interface Said {
  readonly heard: Heard;
  readonly answer: RpcAnswer | undefined;
}

/** Who the scanner says that it is. */
export const CLIENT_INFO = { name: 'merlon-scan', version: '1' } as const;

/** Sends one message and waits for its answer, plain or in an event stream. Never throws; blind as `ask` is. */
export async function say(line: Line, saying: Saying, manner: Manner = {}): Promise<Look<Said>> {
  const id = line.nextId();
  const finder = findAnswer(id);
  const { promisedBytes, url = line.url } = saying;
  const asked = {
    url,
    method: 'POST',
    headers: headersOf(saying),
    body: saying.text ?? JSON.stringify(messageOf(saying, id)),
    ...(promisedBytes === undefined ? {} : { promisedBytes }),
  };
  const look = await line.ask(asked, { ...manner, readUntil: (text) => finder.isIn(text) });
  return 'blind' in look ? look : saw({ heard: look.saw, answer: finder.find(look.saw) });
}

function messageOf(saying: Saying, id: number): JsonObject {
  const { method, isNotification } = saying;
  const params = paramsOf(saying);
  return {
    jsonrpc: '2.0',
    ...(isNotification === true ? {} : { id }),
    method,
    ...(params === undefined ? {} : { params }),
  };
}

/** In the modern era with the envelope that every request carries (BASE-35). */
function paramsOf({ era, params, version }: Saying): JsonObject | undefined {
  if (era === 'legacy') return params;
  const envelope = {
    [META.version]: version ?? MODERN_VERSION,
    [META.capabilities]: {},
    [META.clientInfo]: CLIENT_INFO,
  };
  return { ...params, _meta: envelope };
}

/** In the modern era with the headers that mirror the message (HTTP-22, HTTP-24). */
function headersOf({ era, method, params, headers, version }: Saying): Record<string, string> {
  const name = params?.['name'];
  const spoken = version ?? (era === 'modern' ? MODERN_VERSION : undefined);
  return {
    'user-agent': CLIENT_INFO.name,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...(spoken === undefined ? {} : { 'mcp-protocol-version': spoken }),
    ...(era === 'modern' ? { 'mcp-method': method } : {}),
    ...(era === 'modern' && typeof name === 'string' ? { 'mcp-name': name } : {}),
    ...headers,
  };
}

const MAX_HEADERS = 64;
const MAX_HEADER_CHARS = 2_048;
const MAX_BODY_CHARS = 4_096;

/** What is kept of an answer. */
export function exchangeOf({ heard, answer }: Said): Exchange {
  const { status, headers, body } = heard;
  const kept = Object.entries(headers)
    .slice(0, MAX_HEADERS)
    .map(([name, value]) => [name, (name === 'set-cookie' ? withoutValues(value) : value).slice(0, MAX_HEADER_CHARS)]);
  return {
    status,
    headers: Object.fromEntries(kept),
    body: body.slice(0, MAX_BODY_CHARS),
    ...(answer === undefined ? {} : { rpc: rpcOf(answer) }),
  };
}

/** The exchange in a look at an answer. */
export function exchanged(look: Look<Said>): Look<Exchange> {
  return 'blind' in look ? look : saw(exchangeOf(look.saw));
}

function rpcOf({ result, error }: RpcAnswer): NonNullable<Exchange['rpc']> {
  return error === undefined ? { result: result !== undefined } : { result: false, error };
}

/** Cookies with their names and attributes alone. A comma may also stand in a date, where nothing is cut off. */
function withoutValues(cookies: string): string {
  return cookies.replace(/(^|, )([^=;,]{1,256})=[^;,]*/g, '$1$2=');
}
