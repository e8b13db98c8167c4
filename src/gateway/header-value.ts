import { isUtf8 } from 'node:buffer';

const PREFIX = '=?base64?';
const SUFFIX = '?=';
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
// A horizontal tab inside is legal in a field value (RFC 9110, 5.5), and some clients send it as it is.
const LITERAL = /^[\t\x20-\x7e]*$/;

/**
 * A value as MCP writes it into a header (HTTP-44, HTTP-49): plain visible ASCII as it is, anything else in Base64.
 * `undefined` for text with half a surrogate pair, which no UTF-8 can say.
 */
export function encodeHeaderValue(value: string): string | undefined {
  if (PLAIN.test(value) && !looksEncoded(value)) return value;
  if (!value.isWellFormed()) return undefined;
  return `${PREFIX}${Buffer.from(value).toString('base64')}${SUFFIX}`;
}

/**
 * The value that an attacker-controlled header means; `undefined` when it is none (HTTP-57): bytes beyond ASCII, or
 * Base64 or UTF-8 in a form that two readers could read differently.
 */
export function decodeHeaderValue(value: string): string | undefined {
  if (!LITERAL.test(value)) return undefined;
  if (!looksEncoded(value)) return value;
  const base64 = value.slice(PREFIX.length, -SUFFIX.length);
  const bytes = Buffer.from(base64, 'base64');
  // Node skips what is not Base64 and takes missing padding; only the canonical form comes out as it went in. The
  // length tells `=?base64?=`, whose one question mark would have to be both.
  if (value.length < PREFIX.length + SUFFIX.length || bytes.toString('base64') !== base64) return undefined;
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

function looksEncoded(value: string): boolean {
  return value.startsWith(PREFIX) && value.endsWith(SUFFIX);
}
