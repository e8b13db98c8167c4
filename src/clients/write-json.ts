import type { Value } from './client.ts';

/** How pretty JSON is laid out. */
export interface Layout {
  /** White space before the line on which the value begins. */
  readonly indent: string;
  /** One level more. */
  readonly unit: string;
  readonly lineEnd: string;
}

/** Longest list of texts that is kept on one line, in characters. */
const LINE = 100;

/** JSON as people write it: maps on lines of their own, short lists on one. */
export function prettyJson(value: Value, layout: Layout): string {
  const inner = { ...layout, indent: layout.indent + layout.unit };
  const lines = (open: string, parts: readonly string[], close: string): string =>
    [open, parts.map((part) => inner.indent + part).join(`,${layout.lineEnd}`), layout.indent + close].join(
      layout.lineEnd,
    );
  if (isList(value)) {
    const line = inlineJson(value);
    const isShort = line.length <= LINE && value.every((item) => typeof item !== 'object' || item === null);
    return isShort
      ? line
      : lines(
          '[',
          value.map((item) => prettyJson(item, inner)),
          ']',
        );
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return lines(
    '{',
    entries.map(([key, item]) => `${JSON.stringify(key)}: ${prettyJson(item, inner)}`),
    '}',
  );
}

/** JSON on one line. It is YAML too. */
export function inlineJson(value: Value): string {
  if (isList(value)) return `[${value.map(inlineJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inlineJson(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** True for a list; `Array.isArray` does not tell a readonly one. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
