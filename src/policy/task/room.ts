import type { Constraint } from '../constraint/constraint.ts';
import type { Effect, ToolProfile } from '../tool/tool-profile.ts';
import { parseScopeOf, type Scope, type ScopeAction, scopesInBoth } from './scope.ts';
import type { Scopes } from './task.ts';

/** Scopes per action; an action that is absent is not bounded. */
export type Room = Readonly<Partial<Record<ScopeAction, readonly Scope[]>>>;

/** Scopes as they are written, understood. */
export function roomOf(scopes: Partial<Scopes>): Room {
  const entries = Object.entries(scopes) as [ScopeAction, readonly string[] | undefined][];
  return Object.fromEntries(
    entries.flatMap(([action, texts]) =>
      texts === undefined ? [] : [[action, texts.map((text) => parseScopeOf(action, text))]],
    ),
  );
}

/**
 * What a tool's arguments must be so that it stays within a room: its paths under the folders, its addresses at the origins.
 * Undefined where nothing can keep it inside: there is no folder or origin for it, or it runs code outside the sandbox.
 */
export function argsWithin(room: Room, profile: ToolProfile): Readonly<Record<string, Constraint>> | undefined {
  if (profile.effects.includes('execute') && !mayExecute(room, profile)) return undefined;
  const args = new Map<string, Constraint>();
  for (const [path, kind] of Object.entries(profile.sinks)) {
    const must = kind === 'path' ? filesWithin(room, profile.effects) : kind === 'url' ? originsWithin(room) : {};
    if (must === undefined) return undefined;
    if (must.each !== undefined) args.set(path, must);
  }
  return Object.fromEntries(args);
}

/** True where the room lets code run, and the tool runs it where the gateway keeps it. */
export function mayExecute({ execute }: Room, { sandboxed }: Pick<ToolProfile, 'sandboxed'>): boolean {
  return execute === undefined || (sandboxed && execute.some(({ kind }) => kind === 'sandboxed_code'));
}

/** A tool that reads and writes has to stay where both are allowed: which of its paths it writes to is not known. */
function filesWithin({ read, write }: Room, effects: readonly Effect[]): Constraint | undefined {
  const writes = effects.includes('write');
  const bounds = [...(effects.includes('read') || !writes ? [read] : []), ...(writes ? [write] : [])];
  const lists = bounds.filter((one) => one !== undefined);
  const [first, second] = lists;
  if (first === undefined) return {};
  const folders = scopesInBoth(first, second ?? first).flatMap((one) => (one.kind === 'files' ? [one.folder] : []));
  return folders.length === 0 ? undefined : { each: { subpath: folders } };
}

function originsWithin({ execute }: Room): Constraint | undefined {
  if (execute === undefined) return {};
  const origins = execute.flatMap((one) => (one.kind === 'network' ? [one.origin] : []));
  return origins.length === 0 ? undefined : { each: { origin: origins } };
}
