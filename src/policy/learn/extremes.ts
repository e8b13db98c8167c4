/** The largest numbers of two different traces: what a bound would be without the trace that stretched it most. */
export interface Extremes {
  highest: number;
  trace: number;
  /** Largest of all other traces; undefined while there is one trace. */
  next: number | undefined;
  /** The call that had the largest. */
  call: number;
}

/** Takes note of a number. @returns the same object, or a new one at first */
export function stretch(before: Extremes | undefined, value: number, trace: number, call: number): Extremes {
  if (before === undefined) return { highest: value, trace, next: undefined, call };
  if (trace === before.trace) {
    if (value > before.highest) Object.assign(before, { highest: value, call });
  } else if (value > before.highest) Object.assign(before, { highest: value, trace, next: before.highest, call });
  else if (before.next === undefined || value > before.next) before.next = value;
  return before;
}

/** The bound that is proposed where the largest number was `highest`: twice as much; 0 where none was above 0. */
export function withHeadroom(highest: number): number {
  return highest <= 0 ? 0 : tidy(2 * highest);
}

/** How often a tool may be used in a task that has seen at most `highest` uses: twice as often, at least 3 times. */
export function usesWithHeadroom(highest: number): number {
  return Math.max(3, 2 * highest);
}

/** True where the largest number would be beyond a bound drawn without its trace. */
export function isLonely({ highest, next }: Extremes, bound: (highest: number) => number): boolean {
  return next === undefined || highest > bound(next);
}

/** Sums of cents leave long fractions behind. */
function tidy(value: number): number {
  return Number.isInteger(value) ? value : Math.ceil(value * 100) / 100;
}
