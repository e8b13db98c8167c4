import type { Characters } from './parse.ts';
import type { Pattern, State } from './compile.ts';

/** What may still be spent on looking, in steps; shared by all that one rule looks at. */
export interface Budget {
  left: number;
}

/** Thrown when a {@link Budget} is used up: the text is not judged then. */
export class BudgetSpent extends Error {}

/** Takes steps from a budget. @throws BudgetSpent */
export function spend(budget: Budget, steps: number): void {
  budget.left -= steps;
  if (budget.left < 0) throw new BudgetSpent();
}

/**
 * True where the pattern is found anywhere in the text, which anybody may have written. All ways through the automaton are
 * taken at once, so a text cannot make it try one after another.
 * @throws BudgetSpent
 */
export function matches({ states, start, ignoresCase }: Pattern, text: string, budget: Budget): boolean {
  const walk: Walk = { states, reachedAt: new Int32Array(states.length).fill(-1), waiting: [], budget };
  let before = -1;
  let current: number[] = [];
  for (let at = 0; ; at += before > 0xffff ? 2 : 1) {
    const after = text.codePointAt(at) ?? -1;
    current.push(start);
    const reached = follow(current, walk, { at, before, after });
    if (reached === undefined) return true;
    if (after === -1) return false;
    current = step(reached, ignoresCase ? casesOf(after) : [after]);
    before = after;
  }
}

interface Walk {
  readonly states: readonly State[];
  /** Where in the text each state was last reached, so that none is taken twice at one place. */
  readonly reachedAt: Int32Array;
  readonly waiting: number[];
  readonly budget: Budget;
}

interface Around {
  readonly at: number;
  /** Code points on either side; -1 where the text ends. */
  readonly before: number;
  readonly after: number;
}

type Wanting = Extract<State, { kind: 'characters' }>;

/** The states that want a character now, reached without taking one; undefined where the end is among them. */
function follow(
  from: readonly number[],
  { states, reachedAt, waiting, budget }: Walk,
  around: Around,
): Wanting[] | undefined {
  const wanting: Wanting[] = [];
  let steps = 1;
  waiting.length = 0;
  for (const index of from) waiting.push(index);
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const state = states[index];
    if (state === undefined || reachedAt[index] === around.at) continue;
    reachedAt[index] = around.at;
    steps += 1;
    if (state.kind === 'found') return undefined;
    if (state.kind === 'characters') {
      steps += state.set.ranges.length;
      wanting.push(state);
    } else if (state.kind === 'fork') waiting.push(state.next, state.other);
    else if (isAt(state.edge, around)) waiting.push(state.next);
  }
  spend(budget, steps);
  return wanting;
}

function step(wanting: readonly Wanting[], codes: readonly number[]): number[] {
  const next: number[] = [];
  for (const { set, next: after } of wanting) if (isIn(set, codes)) next.push(after);
  return next;
}

function isIn({ ranges, isNegated }: Characters, codes: readonly number[]): boolean {
  for (const code of codes) {
    for (const [low, high] of ranges) if (code >= low && code <= high) return !isNegated;
  }
  return isNegated;
}

function isAt(edge: 'start' | 'end' | 'word' | 'no-word', { before, after }: Around): boolean {
  if (edge === 'start') return before === -1;
  if (edge === 'end') return after === -1;
  return (isWord(before) !== isWord(after)) === (edge === 'word');
}

function isWord(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || (code >= 0x61 && code <= 0x7a)
  );
}

/** A character in the cases that it has, where each is one character. */
function casesOf(code: number): readonly number[] {
  if (code < 0x80) return isWord(code) && code > 0x40 && code !== 0x5f ? [code, code ^ 0x20] : [code];
  const char = String.fromCodePoint(code);
  const others = [char.toLowerCase(), char.toUpperCase()].flatMap((one) => {
    const other = one.codePointAt(0) ?? code;
    return String.fromCodePoint(other) === one ? [other] : [];
  });
  return [...new Set([code, ...others])];
}
