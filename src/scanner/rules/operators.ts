import type { Tree } from '../../clients/tree.ts';
import type { Text } from '../../kernel/text.ts';
import { type Page, suggestion, wrong } from '../written/page.ts';
import { flag, listOf, mapOf, number, type Reader, text } from '../written/readers.ts';
import { kindOf } from './path.ts';
import { compilePattern } from '../../kernel/pattern/compile.ts';
import { type Budget, matches, spend } from '../../kernel/pattern/match.ts';
import { PatternRefused } from '../../kernel/pattern/parse.ts';
import type { Shape } from './shape.ts';

/** Whether a value meets what the operator asks, or why that cannot be said. */
export type Test = (value: unknown, budget: Budget) => boolean | Text;

type Kind = 'text' | 'number' | 'flag' | 'list' | 'map';

interface Operator {
  /** What it can be asked of. */
  readonly of: readonly Kind[];
  readonly read: (tree: Tree, page: Page, name: string, shape: Shape) => Test | undefined;
}

/** Longest text that a pattern is held against, in UTF-16 units; a longer one is not judged. */
const MAX_MATCHED = 65_536;

type Scalar = string | number | boolean;

const isNumber: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  less_than: (value, limit) => value < limit,
  at_most: (value, limit) => value <= limit,
  more_than: (value, limit) => value > limit,
  at_least: (value, limit) => value >= limit,
};

const limit = number(-Number.MAX_VALUE, Number.MAX_VALUE);

const numeric = Object.fromEntries(
  Object.entries(isNumber).map(([name, compare]): [string, Operator] => [
    name,
    {
      of: ['number'],
      read: (...at) => made(limit(...first(at)), (bound) => ofNumber((value) => compare(value, bound))),
    },
  ]),
);

const textual = Object.fromEntries(
  Object.entries({
    starts_with: (value: string, part: string) => value.startsWith(part),
    ends_with: (value: string, part: string) => value.endsWith(part),
  }).map(([name, compare]): [string, Operator] => [
    name,
    { of: ['text'], read: (...at) => made(text(...first(at)), (part) => ofText((value) => compare(value, part))) },
  ]),
);

const anyScalar: readonly Kind[] = ['text', 'number', 'flag'];

/** All operators but `exists`, by name. */
const operators: Readonly<Record<string, Operator>> = {
  equals: { of: anyScalar, read: (...at) => made(scalar(...at), (wanted) => (value) => value === wanted) },
  not_equals: { of: anyScalar, read: (...at) => made(scalar(...at), (wanted) => (value) => value !== wanted) },
  in: { of: anyScalar, read: (...at) => made(scalars(...at), (some) => (value) => some.some((one) => one === value)) },
  not_in: {
    of: anyScalar,
    read: (...at) => made(scalars(...at), (some) => (value) => !some.some((one) => one === value)),
  },
  contains: { of: ['text', 'list'], read: readContains },
  ...textual,
  matches: { of: ['text'], read: (...at) => made(pattern(...first(at)), (test) => test) },
  ...numeric,
  is_empty: {
    of: ['text', 'list', 'map'],
    read: (...at) => made(flag(...first(at)), (wanted) => ofLength((length) => (length === 0) === wanted)),
  },
  length: { of: ['text', 'list', 'map'], read: (...at) => made(lengths(...first(at)), ofLength) },
};

/** The names of all operators. */
export const operatorNames: readonly string[] = ['exists', ...Object.keys(operators)];

/** Reads what stands behind an operator, for values of the given shape. */
export function readOperator(key: string, tree: Tree, page: Page, name: string, shape: Shape): Test | undefined {
  const operator = Object.hasOwn(operators, key) ? operators[key] : undefined;
  if (operator === undefined) return wrong(page, tree, `${name} is no operator.`);
  const kind = kindIn(shape);
  if (kind !== undefined && !operator.of.includes(kind)) {
    return wrong(page, tree, `${name} cannot be asked of ${kindOf(shape)}.`, { code: 'RULE_INVALID' });
  }
  return operator.read(tree, page, name, shape);
}

/** Undefined where it may be anything: then the value itself has to show it. */
function kindIn(shape: Shape): Kind | undefined {
  if (shape === 'anything') return undefined;
  if (typeof shape === 'string') return shape;
  if ('oneOf' in shape) return 'text';
  if ('look' in shape) return kindIn(shape.look);
  return 'list' in shape ? 'list' : 'map';
}

function made<T>(value: T | undefined, make: (value: T) => Test): Test | undefined {
  return value === undefined ? undefined : make(value);
}

function first([tree, page, name]: readonly [Tree, Page, string, ...unknown[]]): [Tree, Page, string] {
  return [tree, page, name];
}

function scalar(tree: Tree, page: Page, name: string, shape: Shape): Scalar | undefined {
  const value = tree.kind === 'scalar' ? tree.value : null;
  if (value === null) return wrong(page, tree, `${name} must be text, a number, true or false.`);
  const kind = kindIn(shape);
  if (kind === 'number' && typeof value !== 'number') return wrong(page, tree, `${name} must be a number.`);
  if (kind === 'flag' && typeof value !== 'boolean') return wrong(page, tree, `${name} must be true or false.`);
  if (kind === 'text' && typeof value !== 'string') {
    return wrong(page, tree, `${name} must be text.`, { todo: 'Put it in quotes.' });
  }
  if (typeof shape === 'string' || !('oneOf' in shape)) return value;
  if (Object.hasOwn(shape.oneOf, String(value))) return value;
  const words = Object.keys(shape.oneOf);
  return wrong(page, tree, `${name} can never be: it is one of ${words.join(', ')}.`, {
    code: 'RULE_INVALID',
    ...suggestion(String(value), words),
  });
}

function scalars(tree: Tree, page: Page, name: string, shape: Shape): readonly Scalar[] | undefined {
  return listOf((one, on, label) => scalar(one, on, label, shape), 1)(tree, page, name);
}

function readContains(tree: Tree, page: Page, name: string, shape: Shape): Test | undefined {
  const items = typeof shape === 'string' || !('list' in shape) ? undefined : shape.list;
  const wanted = items === undefined ? text(tree, page, name) : scalar(tree, page, name, items);
  return made<Scalar>(wanted, (one) => (value, budget) => {
    if (Array.isArray(value)) {
      spend(budget, value.length);
      return value.includes(one);
    }
    if (typeof value !== 'string' || typeof one !== 'string')
      return is('neither text nor a list', '既不是文本也不是列表');
    spend(budget, Math.ceil(value.length / 100));
    return value.includes(one);
  });
}

const pattern: Reader<Test> = (tree, page, name) => {
  const source = text(tree, page, name);
  if (source === undefined) return undefined;
  try {
    const compiled = compilePattern(source);
    return (value, budget) => {
      if (typeof value !== 'string') return is('no text', '不是文本');
      if (value.length > MAX_MATCHED) return is(`longer than ${MAX_MATCHED} characters`, `超过 ${MAX_MATCHED} 个字符`);
      return matches(compiled, value, budget);
    };
  } catch (error) {
    if (!(error instanceof PatternRefused)) throw error;
    return wrong(page, tree, `${name}, character ${error.offset + 1}: ${error.message}`, {
      code: 'RULE_PATTERN_REFUSED',
    });
  }
};

function ofNumber(test: (value: number) => boolean): Test {
  return (value) => (typeof value === 'number' ? test(value) : is('no number', '不是数字'));
}

function ofText(test: (value: string) => boolean): Test {
  return (value) => (typeof value === 'string' ? test(value) : is('no text', '不是文本'));
}

function ofLength(test: (length: number) => boolean): Test {
  return (value) => {
    if (typeof value === 'string' || Array.isArray(value)) return test(value.length);
    if (typeof value === 'object' && value !== null) return test(Object.keys(value).length);
    return is('neither text, nor a list, nor a map', '不是文本、列表或映射');
  };
}

const lengthWords = ['equals', ...Object.keys(isNumber)];

const lengths: Reader<(length: number) => boolean> = (tree, page, name) => {
  const read = mapOf(number(0, Number.MAX_SAFE_INTEGER), lengthWords)(tree, page, name);
  if (read === undefined) return undefined;
  if (read.size === 0)
    return wrong(page, tree, `${name} compares with nothing.`, { todo: `Known: ${lengthWords.join(', ')}.` });
  return (length) =>
    [...read].every(([key, bound]) =>
      key === 'equals' ? length === bound : (isNumber[key]?.(length, bound) ?? false),
    );
};

function is(en: string, zh: string): Text {
  return { en: `is ${en}`, zh };
}
