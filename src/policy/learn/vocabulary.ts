/** How often something was seen, and by which calls while only one trace had it. */
export interface Seen {
  /** Different traces. */
  traces: number;
  last: number;
  /** Numbers of the calls, kept while `traces` is 1: what Good and Turing count. */
  calls: number[];
}

/** Different things that were seen in one place, a bounded number of them. */
export interface Vocabulary<Key> {
  readonly items: Map<Key, Seen>;
  /** Calls whose thing found no room any more. */
  crowdedOut: number;
}

/** Which call is being looked at: numbers that go up. */
export interface At {
  readonly trace: number;
  readonly call: number;
}

const MAX_CALLS_KEPT = 1_000;

/** An empty one. */
export function createVocabulary<Key>(): Vocabulary<Key> {
  return { items: new Map(), crowdedOut: 0 };
}

/** Takes note of a thing. @param room how many different ones are told apart */
export function note<Key>(vocabulary: Vocabulary<Key>, key: Key, { trace, call }: At, room: number): void {
  const seen = vocabulary.items.get(key);
  if (seen === undefined) {
    if (vocabulary.items.size >= room) vocabulary.crowdedOut += 1;
    else vocabulary.items.set(key, { traces: 1, last: trace, calls: [call] });
    return;
  }
  if (seen.last !== trace) {
    seen.traces += 1;
    seen.last = trace;
    seen.calls = [];
  } else if (seen.traces === 1 && seen.calls.length < MAX_CALLS_KEPT && seen.calls.at(-1) !== call)
    seen.calls.push(call);
}

/** What a vocabulary comes to. */
export interface Settled<Key> {
  /** Seen in at least two traces. */
  readonly common: readonly Key[];
  /** Calls with something that only their own trace had. */
  readonly lonely: readonly number[];
  /** Good–Turing: how likely the next trace brings something new, 0 to 1. */
  readonly missing: number;
}

/** Splits what many traces share from what only one had. @param traces how many traces had anything here */
export function settle<Key>({ items, crowdedOut }: Vocabulary<Key>, traces: number): Settled<Key> {
  const common: Key[] = [];
  const lonely: number[] = [];
  let once = crowdedOut;
  for (const [key, seen] of items) {
    if (seen.traces > 1) common.push(key);
    else {
      once += 1;
      lonely.push(...seen.calls);
    }
  }
  return { common, lonely, missing: traces === 0 ? 1 : Math.min(1, once / traces) };
}
