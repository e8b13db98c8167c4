import type { ToolProfile } from '../tool/tool-profile.ts';
import { type Bounds, touchesSink } from './bounds.ts';
import { argsWithin, mayExecute, type Room } from './room.ts';

/**
 * What scopes let a tool do: its paths and addresses kept inside, and every other sink only with values that `pinned` lets
 * pass, since a scope says nothing of recipients, amounts or permissions. Undefined for a tool that they do not give.
 * @param room all three actions
 * @param pinned what it says of sinks that it does not name decides by its `otherArgs`, which is `plain` where it has none
 */
export function boundsByScopes(room: Room, profile: ToolProfile, pinned: Bounds): Bounds | undefined {
  if (!isMeant(profile)) return undefined;
  const runsInside = profile.effects.includes('execute') && mayExecute(room, profile);
  // Whatever paths it names are those of the sandbox.
  const args = argsWithin(runsInside ? { execute: room.execute ?? [] } : room, profile);
  if (args === undefined) return undefined;
  const free = runsInside
    ? Object.entries(profile.sinks).filter(([, kind]) => kind === 'command' || kind === 'path')
    : [];
  const covered = { ...args, ...Object.fromEntries(free.map(([path]) => [path, { optional: true }])) };
  const integrity = Object.entries(pinned.integrity ?? {}).filter(([path]) => !isCovered(path, covered));
  return {
    args: covered,
    ...(integrity.length === 0 ? {} : { integrity: Object.fromEntries(integrity) }),
    otherArgs: pinned.otherArgs ?? 'plain',
  };
}

/** Scopes speak of code, of files and of addresses: a tool that sends things elsewhere, or has neither path nor address, is not meant. */
function isMeant({ effects, sinks }: ToolProfile): boolean {
  const kinds = new Set(Object.values(sinks));
  if (effects.includes('egress') && !kinds.has('url')) return false;
  return effects.includes('execute') || kinds.has('path') || kinds.has('url');
}

function isCovered(path: string, covered: NonNullable<Bounds['args']>): boolean {
  return touchesSink(path, { sinks: Object.fromEntries(Object.keys(covered).map((one) => [one, 'path'])) });
}
