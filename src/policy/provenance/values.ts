import { isObject, type Json } from '../../kernel/jsonrpc.ts';
import type { SinkKind } from '../tool/tool-profile.ts';
import type { Record } from './records.ts';
import { fold } from './tokens.ts';
import { urlsIn } from './url-form.ts';

/** Numbers by their value: `25.0` is 25. */
export function keyOf(text: string): string {
  const value = fold(text.trim());
  return /^-?\d{1,15}\.\d{1,15}$/.test(value) ? String(Number(value)) : value;
}

/** The last name of an argument's path. */
export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Fields that hold an id. */
export function isIdKey(key: string): boolean {
  return /(?:^|_|[a-z](?=I))(?:id|Id|ID|uuid|handle|number|slug)_?$/.test(key);
}

/**
 * The thing that was looked up by one of these ids: the only one that came back, under its own id. A message that hangs on it
 * may have its id as well, and is somebody else's.
 */
export function pointedAt(lists: readonly (readonly Record[])[], ids: readonly string[]): Record | undefined {
  const [only, ...others] = lists.find((records) => records.some(({ own }) => own.length > 0)) ?? [];
  if (only === undefined || others.length > 0 || only.own.some(({ key }) => SAID.test(key))) return undefined;
  return only.own.some(({ key, text }) => isIdKey(key) && ids.includes(keyOf(text))) ? only : undefined;
}

const SAID = /^(?:from|sender|author|by|body|text|content|message|comment|reply)$/i;

/** Ids that other things have as well. */
export function isShort(value: string, kind: SinkKind | undefined): boolean {
  return /^\d{1,5}$/.test(value) || (value.length <= 3 && kind !== 'recipient');
}

/** A text around a link, rather than a link. */
export function hasLinkInside(text: string): boolean {
  return /\s/.test(text.trim()) && urlsIn(text, true, 1).length > 0;
}

/** The texts in arguments; numbers choose how many, hardly which. */
export function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap((item: Json) => textsIn(item));
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** What may say which thing is looked for. */
export function isLookup(value: Json | undefined): value is string | number {
  if (typeof value === 'number') return Number.isInteger(value) && value > 0;
  return typeof value === 'string' && value.trim().length > 1;
}
