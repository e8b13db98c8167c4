import { type Characters, type Edge, type Expression, parsePattern, PatternRefused } from './parse.ts';

/** One state of the automaton. `next` and `other` are indexes of states. */
export type State =
  | { readonly kind: 'characters'; readonly set: Characters; readonly next: number }
  | { readonly kind: 'edge'; readonly edge: Edge; readonly next: number }
  | { readonly kind: 'fork'; readonly next: number; readonly other: number }
  | { readonly kind: 'found' };

/** A pattern as an automaton without backtracking: time is at most states times characters, whatever the text. */
export interface Pattern {
  readonly states: readonly State[];
  readonly start: number;
  readonly ignoresCase: boolean;
}

/** Most states of a pattern: what `((a{100}){100}){100}` would exceed. */
const MAX_STATES = 2_000;

const IGNORE_CASE = '(?i)';

/**
 * Compiles a pattern. `(?i)` at its beginning: upper and lower case are the same.
 * @throws PatternRefused
 */
export function compilePattern(source: string): Pattern {
  const ignoresCase = source.startsWith(IGNORE_CASE);
  const skipped = ignoresCase ? IGNORE_CASE.length : 0;
  try {
    const states: State[] = [{ kind: 'found' }];
    const start = build(parsePattern(source.slice(skipped)), 0, states);
    return { states, start, ignoresCase };
  } catch (error) {
    if (error instanceof PatternRefused) throw new PatternRefused(error.message, error.offset + skipped);
    throw error;
  }
}

/** Adds the states of an expression in front of `next` and says with which one it begins (Thompson's construction). */
function build(expression: Expression, next: number, states: State[]): number {
  if (expression.kind === 'characters') return add({ kind: 'characters', set: expression, next }, states);
  if (expression.kind === 'edge') return add({ kind: 'edge', edge: expression.edge, next }, states);
  if (expression.kind === 'repeat') return buildRepeat(expression, next, states);
  if (expression.kind === 'sequence') {
    return expression.items.reduceRight((after, item) => build(item, after, states), next);
  }
  return expression.options
    .map((option) => build(option, next, states))
    .reduceRight((other, option) => add({ kind: 'fork', next: option, other }, states));
}

function buildRepeat(
  { item, least, most }: Extract<Expression, { kind: 'repeat' }>,
  next: number,
  states: State[],
): number {
  let after = next;
  if (Number.isFinite(most)) {
    for (let count = least; count < most; count += 1) {
      after = add({ kind: 'fork', next: build(item, after, states), other: next }, states);
    }
  } else {
    const loop = add({ kind: 'fork', next, other: next }, states);
    states[loop] = { kind: 'fork', next: build(item, loop, states), other: next };
    after = loop;
  }
  for (let count = 0; count < least; count += 1) after = build(item, after, states);
  return after;
}

function add(state: State, states: State[]): number {
  if (states.length >= MAX_STATES) throw new PatternRefused('It repeats too much within repetitions.', 0);
  states.push(state);
  return states.length - 1;
}
