import { countOf, createVoices, hear, type Voices } from './voices.ts';

/** How often something was seen, and by which calls while only one voice had it. */
export interface Seen {
  readonly voices: Voices;
  /** Numbers of the calls, kept while there is one voice: what Good and Turing count. */
  calls: number[];
}

/** Different things that were seen in one place, a bounded number of them. */
export interface Vocabulary<Key> {
  readonly items: Map<Key, Seen>;
  /** Calls whose thing found no room any more. */
  crowdedOut: number;
}

/** Which call is being looked at. */
export interface At {
  /** Whose evidence it is: traces of one group are one voice. */
  readonly voice: number;
  /** Its number; numbers go up. */
  readonly call: number;
}

const MAX_CALLS_KEPT = 1_000;
/** Only few voices and many voices have to be told apart. */
const VOICES = 16;

/** An empty one. */
export function createVocabulary<Key>(): Vocabulary<Key> {
  return { items: new Map(), crowdedOut: 0 };
}

/** Takes note of a thing. @param room how many different ones are told apart */
export function note<Key>(vocabulary: Vocabulary<Key>, key: Key, { voice, call }: At, room: number): void {
  let seen = vocabulary.items.get(key);
  if (seen === undefined) {
    if (vocabulary.items.size >= room) {
      vocabulary.crowdedOut += 1;
      return;
    }
    vocabulary.items.set(key, (seen = { voices: createVoices(), calls: [] }));
  }
  hear(seen.voices, voice, VOICES);
  if (countOf(seen.voices) > 1) seen.calls = [];
  else if (seen.calls.length < MAX_CALLS_KEPT && seen.calls.at(-1) !== call) seen.calls.push(call);
}

/** What a vocabulary comes to. */
export interface Settled<Key> {
  /** Seen by enough voices. */
  readonly common: readonly Key[];
  /** Calls with something that only their own voice had. */
  readonly lonely: readonly number[];
  /** Good–Turing: how likely the next voice brings something that is not common, 0 to 1. */
  readonly missing: number;
}

/**
 * Splits what many share from what few had.
 * @param voices how many had anything here
 * @param enough voices from which on a thing is common, at least 2
 */
export function settle<Key>({ items, crowdedOut }: Vocabulary<Key>, voices: number, enough = 2): Settled<Key> {
  const common: Key[] = [];
  const lonely: number[] = [];
  let rare = crowdedOut;
  for (const [key, seen] of items) {
    if (countOf(seen.voices) >= enough) common.push(key);
    else {
      rare += 1;
      lonely.push(...seen.calls);
    }
  }
  return { common, lonely, missing: voices === 0 ? 1 : Math.min(1, rare / voices) };
}
