import { isExactNumber, MAX_DEPTH } from '../kernel/jsonrpc.ts';
import { isSecretKey } from './secret-keys.ts';
import { hintPattern, type SecretShape, secretShapes } from './secret-shapes.ts';

/** Replaces secrets by `[masked:KIND]`. */
export interface Mask {
  /** Masks within a text; the very text when there is no secret. JSON text stays JSON, but {@link value} finds more. */
  text(text: string): string;
  /** Masks every string, every field name, and whatever stands under a secret-looking field name; the very value when there is no secret. */
  value(value: unknown): unknown;
  /** Masks within a text the exact values alone, whatever they look like. */
  exact(text: string): string;
  /** Adds an exact value to look for; shorter than 6 characters it is ignored, since it would mask ordinary words. */
  addSecret(secret: string): void;
}

/** What {@link createMask} takes. */
export interface MaskOptions {
  /** Exact values known from the configuration; those shorter than 6 characters are ignored. */
  readonly secrets: readonly string[];
  /** Also mask what is assigned in text (`password=…`, `"token": "…"`); default true. Off where text is somebody's source code. */
  readonly assignments?: boolean;
}

const MIN_SECRET = 6;

/**
 * Makes a mask. Its cost is linear in the text whatever the text is, about 2 µs for 1 KB without secrets.
 * It finds secrets with a known value, a known shape or a telling name; a secret that is an ordinary word in an
 * ordinary place it cannot find.
 */
export function createMask(options: MaskOptions): Mask {
  const shapes = secretShapes.filter((shape) => options.assignments !== false || shape.kind !== 'assignment');
  const hint = hintPattern(shapes);
  const known = new Set<string>();
  let exact: RegExp | undefined;

  const maskExact = (input: string): string =>
    exact?.test(input) === true ? input.replaceAll(exactAll(exact), replacement('secret')) : input;
  const text = (input: string): string => {
    const rest = maskExact(input);
    return hint.test(rest) ? maskShapes(rest, shapes) : rest;
  };
  const addSecrets = (secrets: readonly string[]): void => {
    for (const secret of secrets) if (secret.length >= MIN_SECRET) for (const form of formsOf(secret)) known.add(form);
    const longestFirst = [...known].sort((a, b) => b.length - a.length);
    exact = known.size === 0 ? undefined : new RegExp(longestFirst.map(escape).join('|'));
  };
  addSecrets(options.secrets);
  return {
    text,
    value: (value) => maskValue(value, text, MAX_DEPTH),
    exact: maskExact,
    addSecret: (secret) => addSecrets([secret]),
  };
}

/** A secret as it is, within JSON text, within JSON text that is a string of another (a tool's usual reply), and within an address. */
function formsOf(secret: string): string[] {
  const inJson = escaped(secret);
  return [secret, inJson, escaped(inJson), encodeURIComponent(secret.toWellFormed())];
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function exactAll(pattern: RegExp): RegExp {
  return new RegExp(pattern, 'g');
}

function escape(literal: string): string {
  return literal.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function maskShapes(text: string, shapes: readonly SecretShape[]): string {
  let masked = text;
  for (const { kind, pattern } of shapes) masked = masked.replaceAll(pattern, replacement(kind));
  return masked;
}

/**
 * The replacement of a match. In JSON text a match can begin with the letters of an escape (`\npm_…`, `\uACCA…`): other
 * letters take their place, so that the text stays JSON and no letter of the secret stays.
 */
function replacement(kind: string) {
  return (...match: unknown[]): string => {
    const mark = `[masked:${kind}]`;
    const [, second] = match;
    if (typeof second === 'string') return second + mark;
    const [offset, whole] = match.slice(1);
    if (typeof offset !== 'number' || typeof whole !== 'string' || offset === 0) return mark;
    if (whole[offset - 1] === '\\') return `n${mark}`;
    return whole.startsWith('\\u', offset - 2) ? `0000${mark}` : mark;
  };
}

type MaskText = (text: string) => string;

function maskValue(value: unknown, text: MaskText, depth: number): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isExactNumber(value)) return value;
  if (depth === 0) return '[masked:too-deep]';
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const json: unknown = value.toJSON();
    const masked = maskValue(json, text, depth - 1);
    return masked === json ? value : masked;
  }
  if (Array.isArray(value)) return maskItems(value, (item) => maskValue(item, text, depth - 1));
  return maskFields(value, text, (item, key) =>
    isSecretKey(key) ? maskAll(item, text, depth - 1) : maskValue(item, text, depth - 1),
  );
}

/** Everything beneath a secret-looking field name: strings and numbers go, the structure stays. */
function maskAll(value: unknown, text: MaskText, depth: number): unknown {
  if (value === '' || value === null || value === undefined || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || isExactNumber(value) || 'toJSON' in value) return '[masked:field]';
  if (depth === 0) return '[masked:too-deep]';
  if (Array.isArray(value)) return maskItems(value, (item) => maskAll(item, text, depth - 1));
  return maskFields(value, text, (item) => maskAll(item, text, depth - 1));
}

function maskItems(items: readonly unknown[], mask: (item: unknown) => unknown): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const masked = mask(items[i]);
    if (masked === items[i]) continue;
    copy ??= [...items];
    copy[i] = masked;
  }
  return copy ?? items;
}

function maskFields(fields: object, text: MaskText, mask: (item: unknown, key: string) => unknown): object {
  const entries: [string, unknown][] = [];
  let isChanged = false;
  for (const key of Object.keys(fields)) {
    const item = (fields as Record<string, unknown>)[key];
    const name = key.length < MIN_SECRET ? key : text(key);
    const masked = mask(item, key);
    isChanged ||= name !== key || masked !== item;
    entries.push([name, masked]);
  }
  // fromEntries defines, never assigns: a field called __proto__ stays a field.
  return isChanged ? Object.fromEntries(distinct(entries)) : fields;
}

/** Two field names that became the same mask stay two fields. */
function distinct(entries: [string, unknown][]): [string, unknown][] {
  const seen = new Map<string, number>();
  for (const entry of entries) {
    const times = (seen.get(entry[0]) ?? 0) + 1;
    seen.set(entry[0], times);
    if (times > 1) entry[0] += `-${times}`;
  }
  return entries;
}
