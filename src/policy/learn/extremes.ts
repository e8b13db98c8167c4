import type { At } from './vocabulary.ts';

/** The largest numbers of two different voices: what a bound would be without the one that stretched it most. */
export interface Extremes {
  highest: number;
  voice: number;
  /** Largest of all others; undefined while there is one voice. */
  next: number | undefined;
  /** The call that had the largest. */
  call: number;
}

/** Takes note of a number. @returns the same object, or a new one at first */
export function stretch(before: Extremes | undefined, value: number, { voice, call }: At): Extremes {
  if (before === undefined) return { highest: value, voice, next: undefined, call };
  if (voice === before.voice) {
    if (value > before.highest) Object.assign(before, { highest: value, call });
  } else if (value > before.highest) Object.assign(before, { highest: value, voice, next: before.highest, call });
  else if (before.next === undefined || value > before.next) before.next = value;
  return before;
}

/**
 * By how much a bound lies above the largest number that was seen: the less was seen, the more. Where large numbers thin
 * out exponentially, one in 1,000 lies above `ln 1000 / ln n` times the largest of `n`; at least 1.25, at most 4.
 */
export function headroom(voices: number): number {
  return Math.min(4, Math.max(1.25, Math.log(1_000) / Math.log(Math.max(2, voices))));
}

/** A bound in whole numbers is never below this: that nobody needed two of something says little. */
const SMALL = 10;

/** The bound that is proposed where the largest number was `highest`; 0 for none above 0, unless they are counted. */
export function boundOf(highest: number, voices: number, isCounted: boolean): number {
  const bound = Math.max(0, highest) * headroom(voices);
  return isCounted ? Math.max(SMALL, Math.ceil(bound)) : Math.ceil(bound * 100) / 100;
}

/** How often a tool may be used in a task where at most `highest` uses were seen: at least 3 times. */
export function usesOf(highest: number, voices: number): number {
  return Math.max(3, Math.ceil(highest * headroom(voices)));
}

/** True where the largest number would be beyond a bound drawn without its voice. */
export function isLonely({ highest, next }: Extremes, bound: (highest: number) => number): boolean {
  return next === undefined || highest > bound(next);
}
