import type { Constraint } from '../constraint/constraint.ts';
import type { Source } from '../provenance/source.ts';
import type { Effect } from '../tool/tool-profile.ts';

/** A bound over all calls under one grant. `argument` is the path of a value in the arguments, as in {@link TaskGrant.args}. */
export type Budget =
  /** Calls, at most; with `perSeconds`, in any such span of time. `max`: a whole number of at least 0. */
  | { readonly kind: 'count'; readonly max: number; readonly perSeconds?: number }
  /** The sum of a number that each call carries; a negative or absent one is refused. */
  | { readonly kind: 'sum'; readonly argument: string; readonly max: number; readonly perSeconds?: number }
  /** Different values of an argument (each item of a list counts), at most. */
  | { readonly kind: 'distinct'; readonly argument: string; readonly max: number };

/** What one task may do with one tool. Plain data: it is written to disk, compared and shown. */
export interface TaskGrant {
  /** Unique within its task. */
  readonly id: string;
  /** `upstream/name`, exactly one tool. */
  readonly tool: string;
  /** The grant counts only while the tool is defined like this ({@link ToolProfile.hash}). Default: however it is defined. */
  readonly definition?: string;
  /** What the tool may do under this grant; a tool that can do anything else is not covered. */
  readonly effects: readonly Effect[];
  /** What arguments must be, by path: `recipients`, `attachments[].file_id`. */
  readonly args?: Readonly<Record<string, Constraint>>;
  /**
   * Arguments that `args` and `integrity` do not name. `plain`: allowed unless the tool's profile calls them sinks.
   * `any`: allowed. `none`: refused. Default `plain` when `args` or `integrity` is there, else `any`.
   */
  readonly otherArgs?: 'any' | 'plain' | 'none';
  /** Where values must come from, by path; each scalar under the path counts. Source `approved` always suffices. */
  readonly integrity?: Readonly<Record<string, readonly Source[]>>;
  /** Calls, at most; the same as a `count` budget. */
  readonly uses?: number;
  readonly budgets?: readonly Budget[];
  /** Milliseconds since the epoch. Default: as long as the task. */
  readonly expiresAt?: number;
  /** What happens to a call that the grant's own bounds refuse. Default `deny`. */
  readonly onDeny?: 'deny' | 'ask';
  /** True where every call has to be approved, however well it fits. Default false. */
  readonly alwaysAsk?: boolean;
  /** True where an approval needs a second factor. Default false. */
  readonly secondFactor?: boolean;
  /** The grant of the parent task that this one was cut from. */
  readonly parent?: string;
}

/** Stands for `uses` where the index of a budget stands: so it stays the same when budgets are added. */
export const USES = -1;

/**
 * What a call takes from the budgets of its task; made by the decision, recorded before the call leaves.
 * A budget is the id of its grant and its index there; whoever gives a grant another id starts its budgets anew.
 */
export interface Charge {
  /** Of which task, where a decision concerns several (a chain of them). Default: the task that calls. */
  readonly task?: string;
  readonly grant: string;
  /** Index in the grant's budgets, {@link USES} for `uses`. */
  readonly budget: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Calls, sum, or how many values are new. A sum that a double cannot say exactly is rounded up. */
  readonly amount: number;
  /** The budget's own `perSeconds`: after that time the amount may be forgotten. Default: never. */
  readonly perSeconds?: number;
  /** Of `distinct`: SHA-256 (hex, first 32 characters) of each canonical value that is new. */
  readonly values?: readonly string[];
}
