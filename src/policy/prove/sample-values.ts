import type { Json } from '../../kernel/jsonrpc.ts';
import type { Command, Constraint } from '../constraint/constraint.ts';

/** Longest text or list that is made up. */
const LONGEST = 10_000;

/** Values of each kind, for where a constraint says nothing. */
const anything: readonly Json[] = ['x', 'y', 1, 0, -1, true, [], {}, ['x'], ['x', 'y']];

/**
 * Values at and around the bounds of a constraint: some that fit, some that do not. They are guesses to be tried, so
 * nothing depends on their being complete.
 * @param count how many different ones to make up where there is no end of them
 */
export function sampleValues(constraint: Constraint, count = 2): readonly Json[] {
  const { oneOf = [], min, max, maxLength, subpath = [], origin = [], host = [], emailDomain = [] } = constraint;
  const bounds = [min, max].filter((bound) => bound !== undefined);
  const numbers = range(count).map((step) => (min ?? (max === undefined ? 0 : max - count)) + step);
  return [
    ...oneOf,
    ...bounds.flatMap((bound) => [bound, bound + 1, bound - 1, bound + 0.5]),
    ...(bounds.length > 0 || isBare(constraint) ? numbers : []),
    ...(maxLength === undefined ? [] : ofLength(maxLength)),
    ...(constraint.pattern === undefined ? [] : likePattern(constraint.pattern)),
    ...subpath.flatMap((folder) => [folder, ...range(count).map((n) => `${folder.replace(/\/+$/, '')}/x${n}`)]),
    ...origin.flatMap((one) => [one, ...range(count).map((n) => `${one.replace(/\/+$/, '')}/x${n}`)]),
    ...host.flatMap((one) => range(count).flatMap((n) => hosts(one, n))),
    ...emailDomain.flatMap((domain) => range(count).map((n) => `x${n}@${domain}`)),
    ...(constraint.argv ?? []).flatMap(commandLines),
    ...(constraint.each === undefined ? [] : lists(sampleValues(constraint.each, count))),
    ...anything,
    ...range(count).map((n) => `x${n}`),
  ];
}

function isBare(constraint: Constraint): boolean {
  return Object.keys(constraint).every((key) => key === 'optional');
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function ofLength(length: number): Json[] {
  return [length, length + 1].flatMap((one) => (one > LONGEST ? [] : ['x'.repeat(one), range(one)]));
}

/** The pattern as a text, once without what is only notation: many match themselves then. */
function likePattern(pattern: string): Json[] {
  const bare = pattern.replace(/^\^|\$$/g, '').replaceAll(/\\(.)/g, '$1');
  const simple = bare
    .replaceAll(/\\[dw]|\[0-9\]/g, '1')
    .replaceAll(/\[\^?(.)[^\]]*\]|\./g, (_, one?: string) => one ?? 'x')
    .replaceAll(/[*+?()]|\{[^}]*\}|\|.*/g, '');
  return [bare, simple, 'x', '1', 'a', 'A', ''];
}

function hosts(pattern: string, number: number): Json[] {
  const name = pattern.startsWith('*.') ? `x${number}${pattern.slice(1)}` : pattern;
  return [name, `x${number}.${name}`, `https://${name}/x${number}`, `http://${name}/`];
}

function commandLines({ program, words = [], rest }: Command): Json[] {
  const first = words.map((word) => sampleValues(word, 1).filter((one) => typeof one === 'string'));
  const plain = [program, ...first.map(([one = 'x']) => one)];
  const others = words.flatMap((_, at) =>
    (first[at] ?? []).map((word) => plain.map((one, index) => (index === at + 1 ? word : one))),
  );
  const more = rest === undefined ? [] : sampleValues(rest, 1).filter((one) => typeof one === 'string');
  return [plain, ...others, ...more.map((word) => [...plain, word]), plain.slice(0, 1), [...plain, 'x']];
}

function lists(items: readonly Json[]): Json[] {
  return [...items, ...items.map((item) => [item]), items.slice(0, 2), []];
}
