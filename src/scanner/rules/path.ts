import type { Where } from '../check.ts';
import type { Blind } from '../look.ts';
import { suggestion } from '../written/page.ts';
import { type Budget, spend } from '../../kernel/pattern/match.ts';
import type { Shape } from './shape.ts';

type Step =
  /** `isMarked`: the map that holds the key may say where it stands. */
  | { readonly kind: 'field'; readonly key: string; readonly isMarked: boolean }
  | { readonly kind: 'each' }
  | { readonly kind: 'look' };

/** A way into facts, held against their shape. */
export interface Path {
  /** As written. */
  readonly text: string;
  readonly from: 'element' | 'root' | 'key';
  readonly steps: readonly Step[];
  /** What it leads to. */
  readonly shape: Shape;
}

/** What the paths of a condition start from: the facts, and within a list one of its elements. */
export interface Scope extends Element {
  readonly root: unknown;
}

/** A value with its key or index, and where it stands. */
export interface Element {
  readonly value: unknown;
  readonly key: string;
  readonly where: Where | undefined;
}

/** The shapes that belong to a {@link Scope}. */
export interface ScopeShape {
  readonly element: Shape;
  readonly root: Shape;
}

/** What a path led to. */
export type Spot =
  | { readonly kind: 'value'; readonly at: Element }
  | { readonly kind: 'missing' }
  | { readonly kind: 'blind'; readonly blind: Blind };

/** A path that cannot be, and what to do. */
export interface PathFault {
  readonly wrong: string;
  readonly todo?: string;
}

type Part = { readonly kind: 'key'; readonly key: string } | { readonly kind: 'each' };

/** Longest path, in UTF-16 units. */
const MAX_LENGTH = 500;

/**
 * Reads a path: keys with dots between, `['any key']`, `[*]` for every element. It starts at the element at hand; `$` is
 * the part's facts, `@` the element itself, `@key` its key or index.
 */
export function readPath(text: string, { element, root }: ScopeShape): Path | PathFault {
  if (text.length > MAX_LENGTH) return { wrong: `is a path of more than ${MAX_LENGTH} characters.` };
  if (text === '@key') return { text, from: 'key', steps: [], shape: 'text' };
  const isRoot = text.startsWith('$');
  const parts = partsOf(isRoot || text.startsWith('@') ? text.slice(1) : `.${text}`);
  if (parts === undefined) return { wrong: 'is no path.', todo: "Write keys with dots, ['any key'], or [*]." };
  return follow(parts, { text, from: isRoot ? 'root' : 'element', steps: [], shape: isRoot ? root : element });
}

/** As {@link readPath}, for the elements of a list or the values of a map; `[*]` at the end may be left out. */
export function readListPath(text: string, shapes: ScopeShape): Path | PathFault {
  const path = readPath(text, shapes);
  if ('wrong' in path || path.steps.findLast(({ kind }) => kind !== 'look')?.kind === 'each') return path;
  return follow([{ kind: 'each' }], path);
}

function partsOf(text: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  let rest = text;
  while (rest !== '') {
    const match = /^(?:\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\["([^"]+)"\]|(\[\*\])|\.(\[\*\]))/.exec(rest);
    if (match === null) return undefined;
    const key = match[1] ?? match[2] ?? match[3];
    // `.[*]` is only how a path begins that starts with `[*]`.
    if (match[5] !== undefined && parts.length > 0) return undefined;
    parts.push(key === undefined ? { kind: 'each' } : { kind: 'key', key });
    rest = rest.slice(match[0].length);
  }
  return parts;
}

function follow(parts: readonly Part[], start: Path): Path | PathFault {
  let path = seenThrough(start);
  for (const part of parts) {
    const next = part.kind === 'each' ? intoEach(path) : intoKey(path, part.key);
    if ('wrong' in next) return next;
    path = seenThrough(next);
  }
  return path;
}

/** Looks are opened where the shape has them, never where the data merely looks like one: a target may send anything. */
function seenThrough(path: Path): Path {
  const { shape, steps } = path;
  if (typeof shape === 'string' || !('look' in shape)) return path;
  return seenThrough({ ...path, shape: shape.look, steps: [...steps, { kind: 'look' }] });
}

function intoEach(path: Path): Path | PathFault {
  const { shape } = path;
  const steps: readonly Step[] = [...path.steps, { kind: 'each' }];
  if (shape === 'anything') return { ...path, steps };
  if (typeof shape !== 'string' && 'list' in shape) return { ...path, steps, shape: shape.list };
  if (typeof shape !== 'string' && 'map' in shape) return { ...path, steps, shape: shape.map };
  return { wrong: `asks for every element of what is ${kindOf(shape)}.` };
}

function intoKey(path: Path, key: string): Path | PathFault {
  const { shape } = path;
  const steps: readonly Step[] = [...path.steps, { kind: 'field', key, isMarked: isMarked(shape) }];
  if (shape === 'anything') return { ...path, steps };
  if (typeof shape !== 'string' && 'map' in shape) return { ...path, steps, shape: shape.map };
  if (typeof shape === 'string' || !('fields' in shape)) {
    return { wrong: `asks for a key of what is ${kindOf(shape)}.`, todo: 'merlon rules facts shows the paths.' };
  }
  const next = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
  if (next !== undefined) return { ...path, steps, shape: next };
  const { todo } = suggestion(key, Object.keys(shape.fields));
  return { wrong: 'leads to nothing that the facts have.', ...(todo === undefined ? {} : { todo }) };
}

/** True for maps that say where they stand. What a target sent may look like one; its shape is `anything`. */
export function isMarked(shape: Shape): boolean {
  return typeof shape !== 'string' && 'fields' in shape && Object.hasOwn(shape.fields, 'where');
}

/** What a shape is, in a word for people. */
export function kindOf(shape: Shape): string {
  if (typeof shape === 'string')
    return { text: 'text', number: 'a number', flag: 'true or false', anything: 'anything' }[shape];
  if ('look' in shape) return kindOf(shape.look);
  if ('oneOf' in shape) return 'text';
  return 'list' in shape ? 'a list' : 'a map';
}

/** What following a path and taking an element cost beside the steps of a pattern, by the time that they take. */
const PER_PATH = 20;
const PER_ELEMENT = 10;

/** Follows a path. Nothing comes of it where `[*]` met an empty list. @throws BudgetSpent */
export function resolve({ from, steps }: Path, scope: Scope, budget: Budget): readonly Spot[] {
  spend(budget, PER_PATH);
  if (from === 'key') return [found({ value: scope.key, key: scope.key, where: scope.where })];
  const start: Element = from === 'root' ? { value: scope.root, key: '', where: undefined } : scope;
  let spots: readonly Spot[] = [found(start)];
  for (const step of steps) spots = spots.flatMap((spot) => advance(spot, step, budget));
  return spots;
}

function advance(spot: Spot, step: Step, budget: Budget): Spot | readonly Spot[] {
  if (spot.kind !== 'value') return spot;
  const { value, where } = spot.at;
  if (step.kind === 'look') return throughLook(spot.at);
  if (typeof value !== 'object' || value === null) return MISSING;
  if (step.kind === 'each') {
    const entries = Object.entries(value);
    spend(budget, entries.length * PER_ELEMENT);
    return entries.map(([key, one]) => found({ value: one, key, where }));
  }
  if (Array.isArray(value) || !Object.hasOwn(value, step.key)) return MISSING;
  const map = value as Readonly<Record<string, unknown>>;
  const near = step.isMarked ? (map['where'] as Where | undefined) : undefined;
  return found({ value: map[step.key], key: step.key, where: near ?? where });
}

function throughLook(at: Element): Spot {
  const { value } = at;
  if (typeof value !== 'object' || value === null) return MISSING;
  if ('blind' in value) return { kind: 'blind', blind: value as Blind };
  return 'saw' in value ? found({ ...at, value: value.saw }) : MISSING;
}

function found(at: Element): Spot {
  return at.value === undefined || at.value === null ? MISSING : { kind: 'value', at };
}

const MISSING: Spot = { kind: 'missing' };
