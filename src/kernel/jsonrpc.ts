import { MerlonError } from './errors.ts';

/** Any JSON value. Numbers that a double cannot hold exactly are {@link JSON.rawJSON} objects, so that they pass unharmed. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** JSON-RPC ids as MCP allows them: a string or an integer, never null. */
export type Id = string | number;

export interface Request {
  readonly jsonrpc: '2.0';
  readonly id: Id;
  readonly method: string;
  readonly params?: JsonObject;
}
export interface Notification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: JsonObject;
}
export interface Success {
  readonly jsonrpc: '2.0';
  readonly id: Id;
  readonly result: JsonObject;
}
export interface Failure {
  readonly jsonrpc: '2.0';
  readonly id: Id | null;
  readonly error: RpcError;
}
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: Json;
}
export type Response = Success | Failure;
export type Message = Request | Notification | Response;

/** How deep JSON may nest before it is refused; real MCP traffic stays below 20. */
export const MAX_DEPTH = 100;

// A literal with 16 or more digits, or with an exponent, may not survive a trip through a double.
const RISKY_NUMBER = /[0-9][0-9.]{15}|[0-9][eE][+-]?[0-9]/;

/**
 * Parses attacker-controlled JSON text. What is returned is what will be forwarded, so a body in which two parsers
 * could see different things (duplicate keys) reaches the upstream with only the reading that was judged.
 * @throws MerlonError RPC_PARSE on text that is no JSON
 */
export function parseJson(text: string): unknown {
  try {
    if (!RISKY_NUMBER.test(text)) return JSON.parse(text);
    return JSON.parse(text, keepExact);
  } catch {
    throw new MerlonError('RPC_PARSE', 'The body is not valid JSON.');
  }
}

function keepExact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return String(value) === context.source ? value : rawJson(context.source);
}

/** True for a number kept as its source text because a double would change it. */
export function isExactNumber(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isRawJson(value);
}

// Node 22 has both; the types of lib.es2024 do not know them yet.
const { rawJSON: rawJson, isRawJSON: isRawJson } = JSON as unknown as {
  rawJSON(this: void, text: string): unknown;
  isRawJSON(this: void, value: unknown): boolean;
};

/**
 * Turns a parsed value into one JSON-RPC message. Arrays are refused: MCP dropped batches in 2025-06-18.
 * @throws MerlonError RPC_INVALID or RPC_TOO_DEEP
 */
export function toMessage(value: unknown): Message {
  if (Array.isArray(value)) throw invalid('JSON-RPC batches are not accepted.');
  if (!isObject(value)) throw invalid('A JSON-RPC message is an object.');
  if (value['jsonrpc'] !== '2.0') throw invalid('"jsonrpc" must be "2.0".');
  checkDepth(value, MAX_DEPTH);
  return 'method' in value ? callFrom(value) : replyFrom(value);
}

function callFrom(value: JsonObject): Request | Notification {
  const { id, method, params } = value;
  if (typeof method !== 'string' || method === '') throw invalid('"method" must be a non-empty string.');
  if (params !== undefined && !isObject(params)) throw invalid('"params" must be an object.');
  if ('result' in value || 'error' in value) throw invalid('A message is either a call or a response.');
  const call = params === undefined ? { jsonrpc: '2.0' as const, method } : { jsonrpc: '2.0' as const, method, params };
  if (!('id' in value)) return call;
  if (!isId(id)) throw invalid('"id" must be a string or an integer.');
  return params === undefined ? { jsonrpc: '2.0', id, method } : { jsonrpc: '2.0', id, method, params };
}

function replyFrom(value: JsonObject): Response {
  const { id, result, error } = value;
  if (error !== undefined) {
    if (result !== undefined) throw invalid('A response has either "result" or "error".');
    if (!isObject(error) || !Number.isInteger(error['code']) || typeof error['message'] !== 'string') {
      throw invalid('"error" must have an integer "code" and a string "message".');
    }
    if (id !== undefined && id !== null && !isId(id)) throw invalid('"id" must be a string or an integer.');
    return { jsonrpc: '2.0', id: id ?? null, error: error as unknown as RpcError };
  }
  if (!isId(id)) throw invalid('"id" must be a string or an integer.');
  if (!isObject(result)) throw invalid('"result" must be an object.');
  return { jsonrpc: '2.0', id, result };
}

function invalid(message: string): MerlonError {
  return new MerlonError('RPC_INVALID', message);
}

function isId(value: unknown): value is Id {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

/** True for a plain JSON object (no array, no null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);
}

/** @throws MerlonError RPC_TOO_DEEP when `value` nests deeper than `depth` levels */
export function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth === 0) throw new MerlonError('RPC_TOO_DEEP', `The message nests deeper than ${MAX_DEPTH} levels.`);
  if (Array.isArray(value)) for (const item of value) checkDepth(item, depth - 1);
  else for (const key in value) checkDepth((value as Record<string, unknown>)[key], depth - 1);
}

export function isRequest(message: Message): message is Request {
  return 'method' in message && 'id' in message;
}
export function isResponse(message: Message): message is Response {
  return !('method' in message);
}
export function isFailure(message: Response): message is Failure {
  return 'error' in message;
}

/** The JSON-RPC answer to a call that went well. */
export function success(id: Id, result: JsonObject): Success {
  return { jsonrpc: '2.0', id, result };
}

/** The JSON-RPC answer to a call that failed here; an unknown error shows only its id. */
export function failure(id: Id | null, error: MerlonError): Failure {
  const data = { code: error.code, todo: error.todo, ...error.data } as JsonObject;
  return { jsonrpc: '2.0', id, error: { code: error.rpc, message: error.message, data } };
}
