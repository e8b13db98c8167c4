/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same items in a random order. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

/** What is learned from, and what it is tried on; the items of one group stand on one side. */
export interface Split<Item> {
  readonly train: readonly Item[];
  readonly test: readonly Item[];
}

/** Splits items by group. @param share of the groups that are learned from, 0 to 1 */
export function splitByGroup<Item>(
  items: readonly Item[],
  groupOf: (item: Item) => string,
  share: number,
  random: () => number,
): Split<Item> {
  const groups = shuffled([...new Set(items.map(groupOf))], random);
  const chosen = new Set(groups.slice(0, Math.round(share * groups.length)));
  return {
    train: items.filter((item) => chosen.has(groupOf(item))),
    test: items.filter((item) => !chosen.has(groupOf(item))),
  };
}
