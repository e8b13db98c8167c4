/** Credentials that are moved out of a file, by the variable that takes each; undefined for what was never one. */
export type MovedValues = ReadonlyMap<string, string | undefined>;

/** Names a variable for a value that is moved out of a file; undefined where it cannot be kept in one. */
export type NameVariable = (wanted: string, value: string | undefined) => string | undefined;

/** What decides which names are free. */
export interface Naming {
  /** The text that the values are moved out of: a variable that it refers to already means something else. */
  readonly text: string;
  /** Variables that are set already, in the environment or in the file that variables are written to. */
  readonly taken?: ReadonlyMap<string, string>;
  /** Whether the place that variables are written to can hold a value. Default: all. */
  readonly canHold?: (value: string) => boolean;
}

/** Most names that are tried for one value: `NAME`, `NAME_2`, … */
const MAX_TRIES = 1_000;

/** Gives every value a name of its own, so that no reference comes to mean another secret than the one it replaced. */
export function variableNames({ text, taken = new Map(), canHold = () => true }: Naming): {
  readonly nameFor: NameVariable;
  readonly moved: MovedValues;
} {
  const moved = new Map<string, string | undefined>();
  const isFree = (name: string, value: string | undefined): boolean => {
    if (moved.has(name)) return value !== undefined && moved.get(name) === value;
    const set = taken.get(name);
    // A stand-in is no value: whatever is set is what belongs there.
    if (set !== undefined) return value === undefined || set === value;
    return value === undefined || !isReferredTo(text, name);
  };
  const nameFor: NameVariable = (wanted, value) => {
    if (value !== undefined && !canHold(value)) return undefined;
    for (let count = 1; count <= MAX_TRIES; count += 1) {
      const name = count === 1 ? wanted : `${wanted}_${count}`;
      if (!isFree(name, value)) continue;
      moved.set(name, value);
      return name;
    }
    return undefined;
  };
  return { nameFor, moved };
}

function isReferredTo(text: string, name: string): boolean {
  return [`:${name}}`, `{${name}}`].some((end) => text.includes(end));
}
