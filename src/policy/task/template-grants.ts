import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { type Bounds, bothBounds } from './bounds.ts';
import { argsWithin, type Room } from './room.ts';
import type { GrantTemplate } from './task-type.ts';

/** A grant that is still to get its id. */
export type Draft = Omit<TaskGrant, 'id'>;

/** What the user's request makes of a tool: where values must come from, and whether each call has to be approved. */
export type Pinned = Bounds & Pick<TaskGrant, 'alwaysAsk' | 'onDeny'>;

/** Why a tool is left out. */
export type WhyLeftOut =
  /** No such tool, or none that the role may use. */
  | 'unknown'
  /** It can do what the role may never do. */
  | 'role'
  /** The task's type gives nothing of it. */
  | 'type'
  /** It can do more than the type's grant lets it do. */
  | 'effects'
  /** Nothing can keep it within the scopes that were asked for. */
  | 'scopes'
  /** Two bounds of its arguments cannot be put together. */
  | 'arguments'
  /** The parent task has nothing that wide. */
  | 'parent';

/** True for the tools that a template means: exactly one, all of an upstream, or all. */
export function isMeantBy({ tool }: Pick<GrantTemplate, 'tool'>, name: string): boolean {
  if (tool === '*' || tool === name) return true;
  return tool.endsWith('/*') && name.slice(0, name.indexOf('/') + 1) === tool.slice(0, -1);
}

/**
 * A template made out for one tool. What it says itself of where an argument comes from, and of whether every call is
 * asked about, takes the place of what `pinned` says; all else holds beside each other.
 * @param asked scopes to stay within, where the task asked for some
 */
export function draftOf(
  template: GrantTemplate,
  profile: ToolProfile,
  { asked, pinned }: { readonly asked: Room; readonly pinned: Pinned },
): Draft | WhyLeftOut {
  const { tool: _, effects: allowed, args, integrity, otherArgs, ...rest } = template;
  const { tool, hash, effects } = profile;
  if (allowed !== undefined && effects.some((effect) => !allowed.includes(effect))) return 'effects';
  const within = argsWithin(asked, profile);
  if (within === undefined) return 'scopes';
  const said: Bounds = {
    ...(args === undefined ? {} : { args }),
    ...(integrity === undefined ? {} : { integrity }),
    ...(otherArgs === undefined ? {} : { otherArgs }),
  };
  const kept = Object.keys(within).length === 0 ? said : bothBounds(said, { args: within, otherArgs: 'any' }, profile);
  const bounds = kept && bothBounds(kept, beside(said, pinned), profile);
  if (bounds === undefined) return 'arguments';
  const asks = rest.alwaysAsk ?? pinned.alwaysAsk;
  const draft = { ...rest, tool, definition: hash, effects: [...effects], ...bounds };
  return asks === undefined ? draft : { ...draft, alwaysAsk: asks };
}

/**
 * What pinning says beside a template: of an argument whose sources the template states, what that states; nothing of the
 * others that it names, or the silence of `pinned` would refuse them as sinks that nobody named.
 */
function beside(said: Bounds, { args, integrity, otherArgs }: Bounds): Bounds {
  const others = otherArgs === undefined ? {} : { otherArgs };
  if (args === undefined && integrity === undefined) return others;
  const named = [...Object.keys(said.args ?? {}), ...Object.keys(said.integrity ?? {})];
  const free = named.map((path) => [path, ANYTHING] as const);
  const stated = Object.entries(said.integrity ?? {});
  return {
    ...others,
    args: { ...Object.fromEntries(free), ...args },
    integrity: { ...integrity, ...Object.fromEntries(stated) },
  };
}

const ANYTHING = { optional: true } as const;
