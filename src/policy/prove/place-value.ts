import type { Json, JsonObject } from '../../kernel/jsonrpc.ts';
import { parsePath } from '../constraint/argument-path.ts';

/** What stands at one path of arguments that are made up; undefined: nothing. */
export type Placed = ReadonlyMap<string, Json | undefined>;

/**
 * Arguments with these values at these paths, lists with one item where a path says `[]`. Undefined where two paths want
 * different things of one place.
 */
export function placeValues(values: Placed): JsonObject | undefined {
  const root: Node = { inside: new Map() };
  for (const [path, value] of values) {
    const steps = parsePath(path)?.steps;
    if (steps === undefined) return undefined;
    if (value !== undefined && !place(root, steps, value)) return undefined;
  }
  const made = toJson(root);
  return typeof made === 'object' && !Array.isArray(made) ? (made as JsonObject) : undefined;
}

/** A value, or what is inside; the key `undefined` stands for the one item of a list. */
interface Node {
  value?: Json;
  readonly inside: Map<string | undefined, Node>;
}

function place(root: Node, steps: readonly (string | undefined)[], value: Json): boolean {
  let node = root;
  for (const step of steps) {
    if (node.value !== undefined) return false;
    const next: Node = node.inside.get(step) ?? { inside: new Map() };
    node.inside.set(step, next);
    node = next;
  }
  if (node.inside.size > 0) return false;
  node.value = value;
  return true;
}

function toJson({ value, inside }: Node): Json {
  if (value !== undefined) return value;
  const item = inside.get(undefined);
  if (item !== undefined) return [toJson(item)];
  // Defined one by one: a name may be `__proto__`.
  return Object.fromEntries([...inside].map(([key, node]) => [String(key), toJson(node)]));
}
