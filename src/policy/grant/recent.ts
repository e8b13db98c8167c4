import { type Decimal, minus, plus, zero } from './decimal.ts';

/** An amount and when it was used: milliseconds since the epoch. */
export interface Used {
  readonly at: number;
  readonly amount: Decimal;
}

/** `upTo` is the sum of all until and with this one, so that a span is one subtraction. */
interface Moment extends Used {
  readonly upTo: Decimal;
}

/** What was used lately, by time; only {@link remember} changes it. */
export interface Recent {
  readonly moments: Moment[];
  /** What `upTo` of the first moment counts from. */
  before: Decimal;
  /** What the last answer was, until something changes: most decisions ask for the same. */
  last?: { readonly gone: number; readonly sum: Decimal } | undefined;
}

/** Most times that are remembered; beyond, neighbours count as one, at the later time. */
export const MOST_RECENT = 1_024;

export function nothingRecent(): Recent {
  return { moments: [], before: zero };
}

/** Adds an amount, and forgets what is older than the span. `at` in milliseconds since the epoch. */
export function remember(recent: Recent, at: number, amount: Decimal, perSeconds: number): void {
  const { moments } = recent;
  const gone = countOver(moments, at, perSeconds);
  recent.before = upToOf(recent, gone);
  moments.splice(0, gone);
  recent.last = undefined;
  if (moments.length === 0) recent.before = zero;
  const last = moments.at(-1);
  const isInOrder = last === undefined || last.at <= at;
  const moment = { at, amount, upTo: plus(upToOf(recent, moments.length), amount) };
  if (isInOrder && moments.length < MOST_RECENT) moments.push(moment);
  else rebuild(recent, [...moments, moment]);
}

/** The same as before a restart: nothing is forgotten that was not forgotten then. */
export function recall(recent: Recent, moments: readonly Used[]): void {
  rebuild(recent, moments);
}

/** What was used in the span before `now`. What was used later than now (a clock was set back) counts. */
export function usedWithin(recent: Recent, now: number, perSeconds: number): Decimal {
  const { moments, last } = recent;
  const gone = countOver(moments, now, perSeconds);
  if (last?.gone === gone) return last.sum;
  const sum = minus(upToOf(recent, moments.length), upToOf(recent, gone));
  recent.last = { gone, sum };
  return sum;
}

/** The sum of the first `count` moments and what came before them. */
function upToOf({ moments, before }: Recent, count: number): Decimal {
  return moments[count - 1]?.upTo ?? before;
}

/** How many of the moments, from the first, lie a whole span back. */
function countOver(moments: readonly Moment[], now: number, perSeconds: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const moment = moments[middle];
    if (moment !== undefined && now - moment.at >= perSeconds * 1_000) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rebuild(recent: Recent, all: readonly Used[]): void {
  const sorted = joined(all.toSorted((one, other) => one.at - other.at));
  recent.before = zero;
  recent.last = undefined;
  recent.moments.length = 0;
  for (const { at, amount } of sorted) {
    recent.moments.push({ at, amount, upTo: plus(upToOf(recent, recent.moments.length), amount) });
  }
}

/** Joining neighbours at the later time remembers them longer, never shorter. */
function joined(sorted: readonly Used[]): readonly Used[] {
  if (sorted.length <= MOST_RECENT) return sorted;
  return sorted.flatMap((one, index) => {
    const other = sorted[index + 1];
    if (index % 2 !== 0) return [];
    return other === undefined ? [one] : [{ ...other, amount: plus(one.amount, other.amount) }];
  });
}
