import { isExactNumber } from '../../kernel/jsonrpc.ts';

/** True where two values of plain data mean the same: keys in any order, `undefined` like a key that is not there. */
export function isSameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  // A number kept as its source text shows no key; two of them would always look alike.
  if (isExactNumber(a) || isExactNumber(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, at) => isSameData(one, b[at]))
    );
  }
  const [mine, theirs] = [new Map(present(a)), new Map(present(b))];
  if (mine.size !== theirs.size) return false;
  for (const [key, value] of mine) if (!theirs.has(key) || !isSameData(value, theirs.get(key))) return false;
  return true;
}

function present(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}
