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
  let at = 0;
  let before = -1;
  let current: number[] = [];
  for (;;) {
    const code = text.codePointAt(at) ?? -1;
    const reached = new Set<number>();
    const isFound = follow([...current, start], states, { before, after: code }, reached, budget);
    spend(budget, 1);
    if (isFound) return true;
    if (code === -1) return false;
    current = step(reached, states, ignoresCase ? casesOf(code) : [code]);
    before = code;
    at += code > 0xffff ? 2 : 1;
  }
}

interface Around {
  /** Code points on either side; -1 where the text ends. */
  readonly before: number;
  readonly after: number;
}

/** Collects the states that are reached without a character; true where one of them is the end. */
function follow(
  from: readonly number[],
  states: readonly State[],
  around: Around,
  reached: Set<number>,
  budget: Budget,
): boolean {
  const waiting = [...from];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    const state = states[index];
    spend(budget, state?.kind === 'characters' ? state.set.ranges.length : 1);
    if (state === undefined || state.kind === 'characters') continue;
    if (state.kind === 'found') return true;
    if (state.kind === 'fork') waiting.push(state.next, state.other);
    else if (isAt(state.edge, around)) waiting.push(state.next);
  }
  return false;
}

function step(reached: ReadonlySet<number>, states: readonly State[], codes: readonly number[]): number[] {
  const next: number[] = [];
  for (const index of reached) {
    const state = states[index];
    if (state?.kind === 'characters' && isIn(state.set, codes)) next.push(state.next);
  }
  return next;
}

function isIn({ ranges, isNegated }: Characters, codes: readonly number[]): boolean {
  const isListed = codes.some((code) => ranges.some(([low, high]) => code >= low && code <= high));
  return isListed !== isNegated;
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
  const char = String.fromCodePoint(code);
  const others = [char.toLowerCase(), char.toUpperCase()].flatMap((one) => {
    const other = one.codePointAt(0) ?? code;
    return String.fromCodePoint(other) === one ? [other] : [];
  });
  return [...new Set([code, ...others])];
}
