import { MerlonError } from '../../kernel/errors.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import { isNarrower } from '../prove/is-narrower.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { cutTo } from './cut-to-parent.ts';
import { givenScopes, type NotGiven, scopesOf } from './given-scopes.ts';
import { beyondCeiling, type CeilingEffect, ceilingOf } from './role-ceiling.ts';
import { type Room, roomOf } from './room.ts';
import { boundsByScopes } from './scope-grants.ts';
import type { Scopes, Task, TaskContext } from './task.ts';
import { parseTaskContext } from './task-context.ts';
import type { TaskType } from './task-type.ts';
import { type Draft, draftOf, isMeantBy, type Pinned, type WhyLeftOut } from './template-grants.ts';

/** What the permissions of a task are calculated from. */
export interface MintRequest {
  readonly type: TaskType;
  /** What the task says of itself, which can only narrow. */
  readonly context: TaskContext;
  readonly role: string;
  /** What the role may ever do. Default: everything; for the role `guest`: read, and execute in the sandbox. */
  readonly ceiling?: readonly CeilingEffect[];
  /** The tools as they are defined now, each name once. */
  readonly profiles: readonly ToolProfile[];
  /** May the role call this tool at all? */
  readonly mayUse: (tool: string) => boolean;
  /** Where the values of a tool's arguments must come from, for this request of the user's; see `pin` in pin.ts. */
  readonly pin: (profile: ToolProfile, request: string | undefined) => Pinned;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Ids of grants, unique within the task. */
  readonly newId: () => string;
  /** The task that this one is a part of. */
  readonly parent?: Task;
}

/** The least that a task needs, of what it may have. */
export interface MinimalPermissions {
  readonly grants: readonly TaskGrant[];
  /** The same in the mission's notation, as far as scopes gave it: what the task may read, write and execute. */
  readonly scopes: Scopes;
  /** Tools that were asked for or that the type speaks of, and did not come in; only such as the caller may know of. */
  readonly leftOut: readonly { readonly tool: string; readonly why: WhyLeftOut }[];
  /** Resources and scopes that were asked for and not given, or not all of them. */
  readonly notGiven: readonly NotGiven[];
  /** Milliseconds since the epoch: the type's time, less where the task asked for less, never beyond the parent's end. */
  readonly expiresAt: number;
}

/**
 * Calculates what a task may do: what its type gives, of the tools that the role may use, of those the ones that the task
 * asked for, with each argument held to what was asked. A task that is a part of another one gets nothing that it does not
 * ask for by name, and nothing that is wider than its parent's.
 * @throws MerlonError PARAMS_INVALID on a context that is none, FORBIDDEN where the role may not open tasks of the type
 */
export function calculateMinimalPermissions(request: MintRequest): MinimalPermissions {
  const { type, role, ceiling = ceilingOf({ name: role }), parent, now } = request;
  const context = parseTaskContext(request.context);
  if (!type.roles.includes(role)) {
    throw new MerlonError('FORBIDDEN', 'The role may not open tasks of this type.', {
      todo: 'Ask an administrator to add the role to the task type.',
    });
  }
  const { room, notGiven } = givenScopes(type, context, ceiling);
  const asked = roomOf(context.scopes ?? {});
  const makings = { ...request, context, ceiling, room, asked };
  const usable = request.profiles.filter(({ tool }) => request.mayUse(tool));
  const made = usable.filter(({ tool }) => context.tools?.includes(tool) ?? true).map((one) => make(one, makings));
  const known = new Set(usable.map(({ tool }) => tool));
  const unknown = [...new Set(context.tools ?? [])].filter((tool) => !known.has(tool));
  const grants = made.flatMap(({ drafts }) => drafts);
  return {
    grants: grants.map((draft) => ({ id: request.newId(), ...draft })),
    scopes: scopesOf(room),
    leftOut: [
      ...unknown.map((tool) => ({ tool, why: 'unknown' as const })),
      ...made.flatMap(({ tool, why }) => (why === undefined ? [] : [{ tool, why }])),
    ],
    notGiven,
    expiresAt: Math.min(
      now + Math.min(context.seconds ?? type.seconds, type.seconds) * 1_000,
      parent?.expiresAt ?? Number.POSITIVE_INFINITY,
    ),
  };
}

interface Makings extends MintRequest {
  readonly ceiling: readonly CeilingEffect[];
  readonly room: Required<Room>;
  readonly asked: Room;
}

interface Made {
  readonly tool: string;
  readonly drafts: readonly Draft[];
  /** Undefined for a tool that comes in, and for one that nobody spoke of. */
  readonly why?: WhyLeftOut | undefined;
}

function make(profile: ToolProfile, makings: Makings): Made {
  const { tool } = profile;
  const all = [...byTemplates(profile, makings), ...byScopes(profile, makings)];
  const drafts = all.filter((one) => typeof one !== 'string');
  const why = all.find((one) => typeof one === 'string');
  const isNamed = makings.context.tools?.includes(tool) === true;
  if (drafts.length === 0) return { tool, drafts, why: why ?? (isNamed ? 'type' : undefined) };
  if (beyondCeiling(makings.ceiling, profile).length > 0) return { tool, drafts: [], why: 'role' };
  if (makings.parent === undefined) return { tool, drafts };
  const cut = drafts.flatMap((draft) => cutToParent(draft, profile, makings));
  return { tool, drafts: cut, why: cut.length === 0 ? 'parent' : undefined };
}

function byTemplates(profile: ToolProfile, { type, context, asked, pin, parent }: Makings): (Draft | WhyLeftOut)[] {
  // A part of a task gets nothing that it does not ask for by name.
  if (parent !== undefined && context.tools === undefined) return [];
  const pinned = type.pinned ? pin(profile, context.request) : {};
  return type.grants
    .filter((template) => isMeantBy(template, profile.tool))
    .map((template) => draftOf({ onDeny: type.onDeny, ...template }, profile, { asked, pinned }));
}

function byScopes(profile: ToolProfile, { type, context, room, pin }: Makings): Draft[] {
  const bounds = boundsByScopes(room, profile, pin(profile, context.request));
  if (bounds === undefined) return [];
  const { tool, hash, effects } = profile;
  return [{ tool, definition: hash, effects: [...effects], ...bounds, onDeny: type.onDeny }];
}

/** The first grant of the parent that a draft can be cut to, with proof that it is then no wider. */
function cutToParent(draft: Draft, profile: ToolProfile, { parent, profiles, now }: Makings): Draft[] {
  if (parent === undefined || parent.status !== 'open' || parent.expiresAt <= now) return [];
  for (const grant of parent.grants) {
    const cut = cutTo(grant, draft, profile);
    if (cut === undefined) continue;
    if (isNarrower([{ id: 'part', ...cut }], [grant], { profiles, budgets: 'fresh' })) return [cut];
  }
  return [];
}
