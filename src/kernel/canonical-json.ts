import { exactNumber } from './exact-number.ts';
import { isExactNumber, type Json, type JsonObject } from './jsonrpc.ts';

/**
 * One text for all messages that mean the same, and never one for two that do not: keys sorted, numbers by their exact
 * value. To compare and to hash, not to send: a number is written in the form of {@link exactNumber}. That matters, as
 * the parser keeps `42.0` as its source text or as 42, depending on what else stands in the message.
 */
export function canonicalJson(value: Json | undefined): string {
  if (typeof value === 'number') return numberText(String(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join()}]`;
  if (isExactNumber(value)) return numberText(JSON.stringify(value));
  return canonicalObject(value as JsonObject);
}

/** The same for an object of which some keys do not count; those further inside always do. */
export function canonicalObject(value: JsonObject, isLeftOut: (key: string) => boolean = () => false): string {
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item === undefined || isLeftOut(key)) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}

function numberText(source: string): string {
  return exactNumber(source) ?? source;
}
