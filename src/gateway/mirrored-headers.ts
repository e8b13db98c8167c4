import { MerlonError } from '../kernel/errors.ts';
import type { JsonObject, Notification, Request } from '../kernel/jsonrpc.ts';
import { decodeHeaderValue, encodeHeaderValue } from './header-value.ts';
import { mirroredText, saysSame, valueAt } from './mirrored-value.ts';
import type { ParamHeader } from './param-headers.ts';

export { type ParamHeader, paramHeadersOf } from './param-headers.ts';

/** The headers that repeat what the body says, so that something on the way can act on it without reading the body. */
export interface Mirrored {
  /** MCP-Protocol-Version. */
  readonly version: string | undefined;
  /** Mcp-Method. */
  readonly method: string | undefined;
  /** Mcp-Name, still encoded. */
  readonly name: string | undefined;
  /** All Mcp-Param-* headers as they came: name, value, name, value. */
  readonly params: readonly string[];
}

const PARAM = 'mcp-param-';
const PARAM_NAME = /^mcp-param-[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// What HTTP lets a field value hold (RFC 9110, 5.5), in node's reading of one byte a character.
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const NONE: readonly string[] = Object.freeze([]);

/**
 * Reads node's attacker-controlled `rawHeaders` (name, value, name, value) once. Names count whatever their case (HTTP-64).
 * @throws MerlonError HEADER_MISMATCH when one of these headers stands twice: another reader may have kept the other one
 */
export function readMirrored(rawHeaders: readonly string[]): Mirrored {
  let version: string | undefined;
  let method: string | undefined;
  let name: string | undefined;
  let params: string[] | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] ?? '';
    if (!startsLikeMcp(field)) continue;
    const value = withoutBlanks(rawHeaders[i + 1] ?? '');
    const lower = field.toLowerCase();
    if (lower === 'mcp-protocol-version') version = once(version, value, 'MCP-Protocol-Version');
    else if (lower === 'mcp-method') method = once(method, value, 'Mcp-Method');
    else if (lower === 'mcp-name') name = once(name, value, 'Mcp-Name');
    else if (lower.startsWith(PARAM)) (params ??= []).push(field, value);
  }
  if (params !== undefined && params.length > 2) valuesByName(params);
  return { version, method, name, params: params ?? NONE };
}

function once(before: string | undefined, value: string, header: string): string {
  if (before !== undefined) throw mismatch(header, 'was sent more than once');
  return value;
}

// The cheap question first: it is asked of every header of every request.
function startsLikeMcp(field: string): boolean {
  return (field.charCodeAt(0) | 0x20) === 0x6d && field.charCodeAt(3) === 0x2d;
}

/** Without the blanks around it, which are no part of a field value (RFC 9110, 5.5). */
function withoutBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * Holds MCP-Protocol-Version, Mcp-Method and Mcp-Name against a modern request (HTTP-22 to HTTP-24, HTTP-65, TASK-37).
 * Mcp-Name on a method that has no such header says nothing about the body and is ignored.
 * @throws MerlonError HEADER_MISMATCH
 */
export function checkMirrored(headers: Mirrored, version: string, request: Request): void {
  checkEqual('MCP-Protocol-Version', headers.version, version);
  checkEqual('Mcp-Method', headers.method, request.method);
  const field = nameFieldOf(request.method);
  if (field === undefined) return;
  const inBody = valueAt(request.params, [field]);
  const inHeader = headers.name === undefined ? undefined : decoded('Mcp-Name', headers.name);
  // Where the body names nothing there is nothing to mirror; that the name is missing is for its reader to say.
  checkEqual('Mcp-Name', inHeader, typeof inBody === 'string' ? inBody : undefined);
}

function checkEqual(header: string, actual: string | undefined, expected: string | undefined): void {
  if (actual === expected) return;
  throw mismatch(header, actual === undefined ? 'is missing' : 'does not say what the body says');
}

/**
 * Holds the declared Mcp-Param-* headers of a tools/call against its arguments. Others are ignored (HTTP-56).
 *
 * A header without a value in the body is refused, though HTTP-61 and HTTP-62 only say that none is to be expected: a
 * client must not send it, and whoever routed by it acted on something that the call does not contain (HTTP-65). The
 * same goes for a value that cannot be mirrored: an object, or an integer beyond 2^53-1.
 * @throws MerlonError HEADER_MISMATCH
 */
export function checkParamHeaders(
  headers: Mirrored,
  declared: readonly ParamHeader[],
  args: JsonObject | undefined,
): void {
  if (declared.length === 0) return;
  const sent = valuesByName(headers.params);
  for (const { header, path, type } of declared) {
    const label = `Mcp-Param-${header}`;
    const raw = sent.get(label.toLowerCase());
    const value = valueAt(args, path);
    const text = mirroredText(value);
    if (raw === undefined) {
      if (text !== undefined) throw mismatch(label, 'is missing');
    } else if (text === undefined || !saysSame(decoded(label, raw), text, type, value)) {
      throw mismatch(label, 'does not say what the body says');
    }
  }
}

function valuesByName(params: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (let i = 0; i < params.length; i += 2) {
    const name = (params[i] ?? '').toLowerCase();
    if (values.has(name)) throw mismatch('Mcp-Param-*', 'was sent more than once');
    values.set(name, params[i + 1] ?? '');
  }
  return values;
}

function decoded(header: string, value: string): string {
  const text = decodeHeaderValue(value);
  if (text === undefined) throw mismatch(header, 'has characters or a Base64 form that are not allowed');
  return text;
}

function mismatch(header: string, what: string): MerlonError {
  return new MerlonError('HEADER_MISMATCH', `The header ${header} ${what}.`, { data: { header } });
}

/** The parameter that Mcp-Name repeats, for the methods that have that header. */
function nameFieldOf(method: string): 'name' | 'uri' | 'taskId' | undefined {
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return 'name';
    case 'resources/read':
      return 'uri';
    case 'tasks/get':
    case 'tasks/update':
    case 'tasks/cancel':
      return 'taskId';
    default:
      return undefined;
  }
}

/**
 * The headers of an outgoing request: name in lower case, value, name, value. Of `declared` those are there whose value
 * can be mirrored. `forwarded` are a client's Mcp-Param-* headers (HTTP-56); those that are declared are made anew from
 * the body, whatever the client said.
 * @throws MerlonError METHOD_UNKNOWN when the method has characters that no header can hold, so no modern server has it
 */
export function mirroredHeaders(
  version: string,
  request: Request | Notification,
  declared: readonly ParamHeader[] = [],
  forwarded: readonly string[] = NONE,
): string[] {
  const { method, params } = request;
  // Mcp-Method has no encoded form (HTTP-68), and a line break in it would be a header of the caller's choice.
  if (encodeHeaderValue(method) !== method)
    throw new MerlonError('METHOD_UNKNOWN', 'The method has characters that an MCP header cannot hold.');
  const headers = ['mcp-protocol-version', version, 'mcp-method', method];
  const field = nameFieldOf(method);
  if (field !== undefined) addValue(headers, 'mcp-name', nameText(params, field));
  if (declared.length > 0) addDeclared(headers, declared, params);
  addForwarded(headers, declared, forwarded);
  return headers;
}

function nameText(params: JsonObject | undefined, field: string): string | undefined {
  const value = valueAt(params, [field]);
  return typeof value === 'string' ? value : undefined;
}

function addValue(headers: string[], name: string, text: string | undefined): void {
  const value = text === undefined ? undefined : encodeHeaderValue(text);
  if (value !== undefined) headers.push(name, value);
}

function addDeclared(headers: string[], declared: readonly ParamHeader[], params: JsonObject | undefined): void {
  for (const { header, path } of declared)
    addValue(headers, `${PARAM}${header.toLowerCase()}`, mirroredText(valueAt(params, ['arguments', ...path])));
}

function addForwarded(headers: string[], declared: readonly ParamHeader[], forwarded: readonly string[]): void {
  for (let i = 0; i < forwarded.length; i += 2) {
    const name = (forwarded[i] ?? '').toLowerCase();
    const value = forwarded[i + 1] ?? '';
    // Node's parser lets nothing else through; should another one come before it, no header is born here all the same.
    if (!PARAM_NAME.test(name) || !FIELD_VALUE.test(value)) continue;
    if (!declared.some(({ header }) => name === `${PARAM}${header.toLowerCase()}`)) headers.push(name, value);
  }
}
