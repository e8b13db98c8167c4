import type { CallDecision, Objection, Spent, ToolCall } from '../grant/call-decision.ts';
import { compileGrants } from '../grant/compile-grants.ts';
import { decideCall } from '../grant/decide-call.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import type { Sources } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { exactArgs } from './exact-args.ts';
import { beyondCeiling, type CeilingEffect, ceilingOf } from './role-ceiling.ts';
import type { Task } from './task.ts';

/** What would have to change so that a call can be made. Nothing has changed. */
export type Adjustment =
  /** The call is allowed as it is. */
  | { readonly outcome: 'covered' }
  /** A person may give this grant, for this one call, to each of these tasks. */
  | {
      readonly outcome: 'proposal';
      readonly grant: TaskGrant;
      readonly to: readonly string[];
      readonly because: readonly Objection[];
    }
  /** No grant is to be proposed. */
  | { readonly outcome: 'none'; readonly why: WhyNone };

/**
 * `ended`: the task is over. `role`: the role may not use the tool, or nobody knows how it is defined. `forbidden`: the
 * organisation's own policies forbid the call. `arguments`: a grant cannot be bound to these values; the call itself can be approved.
 */
export type WhyNone = 'ended' | 'role' | 'forbidden' | 'arguments';

/** What a proposal depends on besides the call. */
export interface AdjustOptions {
  /** The tool as it is defined now. */
  readonly profile: ToolProfile | undefined;
  /** May the role call this tool at all? */
  readonly mayUse: (tool: string) => boolean;
  /** What the role may ever do. Default: as of a role with this name. */
  readonly ceiling?: readonly CeilingEffect[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly newId: () => string;
}

/**
 * Says which grant a refused call would need. It puts nothing in force: a call never widens what its own task may do. The
 * proposal is for one call with these very values of a tool defined as it is, and never for what the role may not do.
 * @param decision what `validateCall` said of the call
 */
export function adjustForCall(
  task: Task,
  call: ToolCall,
  decision: CallDecision,
  { profile, mayUse, ceiling = ceilingOf({ name: task.role }), now, newId }: AdjustOptions,
): Adjustment {
  if (decision.outcome === 'allow') return { outcome: 'covered' };
  if (task.status !== 'open' || !(now < task.expiresAt)) return { outcome: 'none', why: 'ended' };
  if (profile === undefined || profile.tool !== call.tool || !mayUse(call.tool))
    return { outcome: 'none', why: 'role' };
  if (beyondCeiling(ceiling, profile).length > 0) return { outcome: 'none', why: 'role' };
  if (decision.because.some(isForbidden)) return { outcome: 'none', why: 'forbidden' };
  const grant = grantFor(call, profile, newId);
  if (grant === undefined || !isCovered(call, grant, profile, now)) return { outcome: 'none', why: 'arguments' };
  return { outcome: 'proposal', grant, to: concerned(task, decision.because), because: decision.because };
}

function grantFor(
  { tool, args }: ToolCall,
  { hash, effects }: ToolProfile,
  newId: () => string,
): TaskGrant | undefined {
  const exact = exactArgs(args);
  if (exact === undefined) return undefined;
  return { id: newId(), tool, definition: hash, effects: [...effects], args: exact, otherArgs: 'none', uses: 1 };
}

function isForbidden(objection: Objection): boolean {
  return objection.code === 'guardrail' || (objection.code === 'delegation' && objection.because.some(isForbidden));
}

/** The task itself, unless only those above object; and those. */
function concerned({ id }: Task, because: readonly Objection[]): readonly string[] {
  const above = because.flatMap((objection) => (objection.code === 'delegation' ? [objection.task] : []));
  return [...(above.length === because.length ? [] : [id]), ...above];
}

const nothingKnown: Sources = { sourceOf: () => 'unknown', exposed: true };
const nothingSpent: Spent = { used: () => 0, values: () => new Set() };

/** A person who is asked to give a grant has to be sure that it is the one that helps. */
function isCovered(call: ToolCall, grant: TaskGrant, profile: ToolProfile, now: number): boolean {
  const circumstances = { now, profile, sources: nothingKnown, spent: nothingSpent };
  return decideCall(compileGrants([grant]), call, circumstances).outcome === 'allow';
}
