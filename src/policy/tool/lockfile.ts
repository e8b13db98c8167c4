import { z } from 'zod';
import { MerlonError } from '../../kernel/errors.ts';
import type { DeepReadonly } from '../../kernel/readonly.ts';
import { type LockEntry, lockEntryOf } from './lock-entry.ts';
import { effects, sinkKinds, type ToolProfile } from './tool-profile.ts';

/** The version of the format; another one is not read. */
export const LOCK_VERSION = 1;
/** Longest lockfile, bytes. */
export const MAX_LOCK_BYTES = 64 * 1024 * 1024;

const tool = z.strictObject({
  tool: z.string().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  effects: z.array(z.enum(effects)).min(1),
  // An argument called `__proto__` is lost on reading: a tool with such a sink never passes for unchanged.
  sinks: z.record(z.string(), z.enum(sinkKinds)),
  output: z.enum(['trusted', 'untrusted']),
});
const lockfile = z.strictObject({ version: z.literal(LOCK_VERSION), tools: z.array(tool) });

/** What the tools of a deployment are defined as and can do. */
export type Lockfile = DeepReadonly<z.output<typeof lockfile>>;

/** A difference between a lockfile and what there is. */
export type LockChange =
  | { readonly kind: 'added'; readonly tool: string; readonly now: LockEntry }
  | { readonly kind: 'removed'; readonly tool: string; readonly before: LockEntry }
  | { readonly kind: 'changed'; readonly tool: string; readonly before: LockEntry; readonly now: LockEntry };

/** The lockfile of these tools, in an order that does not depend on theirs. */
export function lockfileOf(profiles: readonly ToolProfile[]): Lockfile {
  const tools = profiles.map((profile) => ({ tool: profile.tool, ...lockEntryOf(profile) }));
  return { version: LOCK_VERSION, tools: tools.toSorted((one, other) => compare(one.tool, other.tool)) };
}

/** The text of a lockfile: the same for the same tools. */
export function lockText(lock: Lockfile): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** @throws MerlonError LOCK_UNUSABLE on anything but a lockfile of this version with each tool once */
export function parseLockfile(text: string): Lockfile {
  const parsed = lockfile.safeParse(jsonOf(text));
  if (!parsed.success) throw unusable('is no lockfile that this version can read');
  const { tools } = parsed.data;
  if (new Set(tools.map((one) => one.tool)).size !== tools.length) throw unusable('names a tool twice');
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable('is no JSON');
  }
}

function unusable(what: string): MerlonError {
  return new MerlonError('LOCK_UNUSABLE', `The lockfile ${what}.`);
}

/** What is different now: additions, removals, other definitions, other profiles. By name. */
export function lockChanges(before: Lockfile, now: Lockfile): readonly LockChange[] {
  const old = new Map(before.tools.map(({ tool: name, ...entry }) => [name, entry]));
  const fresh = new Map(now.tools.map(({ tool: name, ...entry }) => [name, entry]));
  const names = [...new Set([...old.keys(), ...fresh.keys()])].toSorted(compare);
  return names.flatMap((name): LockChange[] => {
    const was = old.get(name);
    const is = fresh.get(name);
    if (was === undefined) return is === undefined ? [] : [{ kind: 'added', tool: name, now: is }];
    if (is === undefined) return [{ kind: 'removed', tool: name, before: was }];
    return isSame(was, is) ? [] : [{ kind: 'changed', tool: name, before: was, now: is }];
  });
}

function isSame(one: LockEntry, other: LockEntry): boolean {
  return (
    one.hash === other.hash &&
    one.output === other.output &&
    [...one.effects].toSorted().join() === [...other.effects].toSorted().join() &&
    sinkLines(one).join('\n') === sinkLines(other).join('\n')
  );
}

function sinkLines({ sinks }: LockEntry): string[] {
  return Object.entries(sinks)
    .map((sink) => JSON.stringify(sink))
    .toSorted(compare);
}

// Not by the rules of a language, which differ from machine to machine.
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
