import { skeleton } from './plain-text.ts';

/** How two names of tools can be taken for each other. */
export type Nearness = 'same' | 'look-alike' | 'spelling' | 'embellished' | 'one-letter';

const LONGEST = 64;
/** Shorter names are a letter apart by chance. */
const LEAST_FOR_ONE_LETTER = 9;
const EMBELLISHMENTS =
  /^(?:best|better|new|secure|safe|official|premium|super|ultimate|enhanced|advanced|improved|fast)[_-]|[_-](?:enhanced|advanced|premium|secure|safe|official|new|pro|plus|improved|optimized|ultimate|v\d{1,2})$/;

/** A name and whose it is. */
export interface OwnedName {
  readonly owner: string;
  readonly name: string;
}

/** Two names of different owners that can be taken for each other. */
export interface NearPair {
  readonly one: OwnedName;
  readonly other: OwnedName;
  readonly how: Nearness;
}

/**
 * Pairs of names of different owners that are the same or nearly so, at most `most`. Each name is filed under a few keys
 * and compared with what lies there, so the work does not grow with the square of the names.
 */
export function findNearNames(names: readonly OwnedName[], most: number): readonly NearPair[] {
  const filed = new Map<string, OwnedName[]>();
  const pairs = new Map<string, NearPair>();
  for (const one of names) {
    for (const key of keysOf(one.name)) {
      const here = filed.get(key) ?? [];
      for (const other of here) {
        const how = other.owner === one.owner ? undefined : nearnessOf(other.name, one.name);
        if (how !== undefined) pairs.set(JSON.stringify([other, one]), { one: other, other: one, how });
        if (pairs.size >= most) return [...pairs.values()];
      }
      // The first few are enough to say that there are several.
      if (here.length < 8) filed.set(key, [...here, one]);
    }
  }
  return [...pairs.values()];
}

/** How two names can be taken for each other; undefined where they cannot. */
export function nearnessOf(a: string, b: string): Nearness | undefined {
  if (a === b) return 'same';
  if (skeleton(a) === skeleton(b)) return 'look-alike';
  const [one, other] = [fold(a), fold(b)];
  if (one === other) return 'spelling';
  if (fold(a.toLowerCase().replace(EMBELLISHMENTS, '')) === fold(b.toLowerCase().replace(EMBELLISHMENTS, '')))
    return 'embellished';
  const least = Math.min(one.length, other.length);
  return least >= LEAST_FOR_ONE_LETTER && isOneLetterOff(one, other) ? 'one-letter' : undefined;
}

function fold(name: string): string {
  return skeleton(name.slice(0, LONGEST))
    .toLowerCase()
    .replaceAll(/[\s_.-]/g, '');
}

function keysOf(name: string): readonly string[] {
  const whole = fold(name);
  const keys = new Set([whole, fold(name.toLowerCase().replace(EMBELLISHMENTS, ''))]);
  if (whole.length >= LEAST_FOR_ONE_LETTER)
    for (let at = 0; at < whole.length; at += 1) keys.add(whole.slice(0, at) + whole.slice(at + 1));
  return [...keys];
}

/** One letter exchanged or left out; a plural, or another number, is another thing. */
function isOneLetterOff(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  const isRest = short.slice(long.length === short.length ? at + 1 : at) === long.slice(at + 1);
  const differs = `${short[at] ?? ''}${long[at] ?? ''}`;
  return isRest && !/\d/.test(differs) && !(long.length > short.length && long[at] === 's');
}
