import { randomUUID } from 'node:crypto';
import { MerlonError } from '../kernel/errors.ts';
import { isExactNumber } from '../kernel/jsonrpc.ts';

/** How much a line tells, from most to least. */
export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
/** One JSON object a line, or one line for people. */
export type LogFormat = 'json' | 'text';
/** What a line says beside its message; values may be errors. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Replaces secrets; every line goes through it. */
export interface LineMask {
  text(text: string): string;
  value(value: unknown): unknown;
}

/** One line before it is text. */
export interface LogRecord {
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Characters of one string; longer ones are cut. */
const MAX_STRING = 8_192;
/** Values in one line, levels below it, and items of one list or object; what is beyond is left out. */
const MAX_VALUES = 1_000;
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

/** What an unknown error leaves: an id to show to a caller, and the details for who reads the log. */
interface ErrorNote {
  readonly id: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/**
 * Replaces the errors among the fields. A MerlonError's message may be shown to anybody; what an unknown error says may
 * hold anything, so only `notes` has it.
 */
export function describeErrors(fields: LogFields): {
  readonly fields: LogFields;
  readonly notes: readonly ErrorNote[];
} {
  const notes: ErrorNote[] = [];
  const entries = Object.entries(fields).map(([key, value]): [string, unknown] => {
    if (!(value instanceof Error)) return [key, value];
    if (value instanceof MerlonError) return [key, { code: value.code, message: value.message, todo: value.todo }];
    const note = { id: randomUUID(), name: value.name, message: value.message, stack: value.stack ?? '' };
    notes.push(note);
    return [key, { id: note.id, name: note.name }];
  });
  return { fields: Object.fromEntries(entries), notes };
}

/** The text of a line with its newline: masked, bounded, and without anything that a terminal would obey. */
export function formatLine(record: LogRecord, format: LogFormat, mask: LineMask): string {
  const time = new Date(record.time).toISOString();
  const message = printable(mask.text(record.message));
  const budget = { left: MAX_VALUES };
  const fields = Object.entries(record.fields).flatMap(([key, value]): [string, unknown][] => {
    const known = plain(value, MAX_DEPTH, budget);
    return known === undefined ? [] : [[key, known]];
  });
  const masked = mask.value(Object.fromEntries(fields)) as Record<string, unknown>;
  const shown = printableFields(masked);
  if (format === 'text') return `${time} ${record.level.padEnd(5)} ${oneLine(message)}${textFields(shown)}\n`;
  const own = { time, level: record.level, msg: message };
  const entries = Object.entries(shown).map(([key, value]) => [key in own ? `field_${key}` : key, value]);
  return `${JSON.stringify({ ...own, ...Object.fromEntries(entries) })}\n`;
}

/** A copy of plain data, bounded in every direction; a socket or another live object is named, not walked. */
function plain(value: unknown, depth: number, budget: { left: number }): unknown {
  budget.left -= 1;
  if (budget.left < 0) return undefined;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
  if (value instanceof Error) return { name: value.name };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (depth === 0) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => plain(item, depth - 1, budget) ?? null);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return Object.prototype.toString.call(value);
  const entries = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item, depth - 1, budget)]));
}

function printableFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [printable(key), printableValue(value)]));
}

function printableValue(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
  if (Array.isArray(value)) return value.map(printableValue);
  return printableFields(value as Record<string, unknown>);
}

// Control characters (C0 with ESC, DEL, C1), line and paragraph separators, and what reorders text on a screen.
const OBEYED = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Attacker-controlled text (a tool's stderr) must neither drive a terminal nor look like lines of ours. */
function printable(text: string): string {
  const cut = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}[cut: ${text.length} characters]` : text;
  return cut.replaceAll(OBEYED, (found) => {
    const code = found.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\t', '\\t').toWellFormed();
}

const WORD = /^[\w.:/@+-]+$/;

function textFields(fields: Record<string, unknown>): string {
  const parts = Object.entries(fields).map(([key, value]) => {
    const text = typeof value === 'string' && WORD.test(value) ? value : (JSON.stringify(value) ?? '');
    return ` ${WORD.test(key) ? key : JSON.stringify(key)}=${text}`;
  });
  return parts.join('');
}
