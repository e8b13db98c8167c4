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
  return countOf(a) === countOf(b) && holdsAll(a, b);
}

function countOf(value: object): number {
  let count = 0;
  for (const key of Object.keys(value)) if (Reflect.get(value, key) !== undefined) count += 1;
  return count;
}

/** True where every key of the one is a key of the other, with the same value. */
function holdsAll(a: object, b: object): boolean {
  for (const key of Object.keys(a)) {
    const value: unknown = Reflect.get(a, key);
    if (value === undefined) continue;
    if (!Object.hasOwn(b, key) || !isSameData(value, Reflect.get(b, key))) return false;
  }
  return true;
}
