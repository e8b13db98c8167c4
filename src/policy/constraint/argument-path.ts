import { MerlonError } from '../../kernel/errors.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';

/** The path of an argument, read: `attachments[].file_id` is `attachments`, each item, `file_id`. */
export interface ArgumentPath {
  readonly text: string;
  readonly steps: readonly Step[];
}

/** The name of a property; `undefined`: each item of a list. */
export type Step = string | undefined;

/** A value and where it stands: `attachments[0].file_id`. */
export interface ArgumentValue {
  readonly at: string;
  readonly value: Json;
}

/** What stands at an argument path. */
export interface Argument {
  readonly values: readonly ArgumentValue[];
  /** True where the argument is missing, or missing in at least one item of a list. An empty list misses nothing. */
  readonly absent: boolean;
  /** True where `[]` meets what is no list, or there are more than {@link MAX_VALUES} values: not to be relied on, so a denial. */
  readonly malformed: boolean;
}

/** Most values that {@link readArgument} collects and most arguments that are listed; a call with more is refused. */
export const MAX_VALUES = 10_000;

/** Longest argument path, in UTF-16 units, and most steps. */
const MAX_LENGTH = 512;
const MAX_STEPS = 32;

// oxlint-disable-next-line no-control-regex -- control characters are refused
const PATH = /^[^.[\]\u0000-\u001f\u007f]+(?:\[\])*(?:\.[^.[\]\u0000-\u001f\u007f]+(?:\[\])*)*$/;

/** Reads an argument path: names joined by dots, `[]` for each item of a list. Undefined for what is none. */
export function parsePath(text: string): ArgumentPath | undefined {
  if (text.length > MAX_LENGTH || !PATH.test(text)) return undefined;
  const steps = text.split('.').flatMap((part): Step[] => {
    const [name = '', ...items] = part.split('[]');
    return [name, ...items.map(() => undefined)];
  });
  return steps.length > MAX_STEPS ? undefined : { text, steps };
}

/**
 * Like {@link parsePath}, for what an operator wrote.
 * @throws MerlonError CONFIG_INVALID
 */
export function compilePath(text: string): ArgumentPath {
  const path = parsePath(text);
  if (path !== undefined) return path;
  throw new MerlonError('CONFIG_INVALID', 'An argument path is not written as one.', {
    todo: 'Join names by dots and write [] for each item of a list: recipients, attachments[].file_id.',
  });
}

/**
 * What stands at a path of (attacker-controlled) arguments. Only an object's own properties count. What crosses a value
 * that is no object, a number kept exactly among them, is absent; so is `null` where more would have to follow.
 * @throws MerlonError CONFIG_INVALID for a text that is no path
 */
export function readArgument(args: JsonObject, path: ArgumentPath | string): Argument {
  const { steps } = typeof path === 'string' ? compilePath(path) : path;
  const found: Found = { values: [], absent: false, malformed: false };
  collect(args, steps, 0, '', found);
  return found.malformed ? { values: [], absent: found.absent, malformed: true } : found;
}

interface Found {
  readonly values: ArgumentValue[];
  absent: boolean;
  malformed: boolean;
}

function collect(value: Json | undefined, steps: readonly Step[], index: number, at: string, found: Found): void {
  if (found.malformed) return;
  const step = steps[index];
  if (index === steps.length) {
    if (value === undefined) found.absent = true;
    else if (found.values.length >= MAX_VALUES) found.malformed = true;
    else found.values.push({ at, value });
  } else if (value === undefined || value === null) found.absent = true;
  else if (step === undefined) collectItems(value, steps, index, at, found);
  else if (!isObject(value) || !Object.hasOwn(value, step)) found.absent = true;
  else collect(value[step], steps, index + 1, at === '' ? step : `${at}.${step}`, found);
}

function collectItems(value: Json, steps: readonly Step[], index: number, at: string, found: Found): void {
  if (!Array.isArray(value) || value.length > MAX_VALUES) {
    found.malformed = true;
    return;
  }
  for (let item = 0; item < value.length; item += 1) collect(value[item], steps, index + 1, `${at}[${item}]`, found);
}
