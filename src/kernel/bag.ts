/** What can lie in a {@link Bag}: it remembers its place there. An object lies in one bag at a time. */
export interface Bagged {
  /** Owned by the bag; -1 outside. */
  slot: number;
}

/**
 * An unordered collection for things that come and go with every call. V8's Map and Set are no good for that: when
 * their table fills up with deleted entries, a new one is made, and the old one keeps a pointer to it together with
 * its contents. One dead table that has reached the old generation then keeps the whole chain of later ones, and all
 * that passed through them, alive until the next full collection (seen here: 12 MB of every 40 survived).
 */
export class Bag<T extends Bagged> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.slot = this.#items.length;
    this.#items.push(item);
  }

  /** Takes an item out; false when it is not in. */
  remove(item: T): boolean {
    const { slot } = item;
    if (this.#items[slot] !== item) return false;
    const last = this.#items.pop();
    if (last !== undefined && last !== item) {
      this.#items[slot] = last;
      last.slot = slot;
    }
    item.slot = -1;
    return true;
  }

  find(isMeant: (item: T) => boolean): T | undefined {
    return this.#items.find(isMeant);
  }

  /** The items now; the bag may change while they are looked at. */
  all(): readonly T[] {
    return [...this.#items];
  }
}
