import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { Constraint } from '../constraint/constraint.ts';
import type { Source, Sources } from '../provenance/source.ts';
import type { Effect, ToolProfile } from '../tool/tool-profile.ts';
import type { Budget, Charge, TaskGrant } from './task-grant.ts';

/** A call of a tool, as it would be sent. */
export interface ToolCall {
  /** `upstream/name`. */
  readonly tool: string;
  readonly args: JsonObject;
}

/** Why a grant does not cover a call. Only what the caller sent or may know anyway; never what somebody else has. */
export type Objection =
  | { readonly code: 'tool' }
  | { readonly code: 'tool_unknown' }
  | { readonly code: 'definition_changed' }
  | { readonly code: 'effect'; readonly missing: readonly Effect[] }
  | { readonly code: 'expired' }
  /** What stands there cannot be judged: an amount that is no number, arguments that nest too deep. */
  | { readonly code: 'malformed'; readonly path: string }
  | { readonly code: 'argument'; readonly path: string; readonly must: Constraint | 'absent' }
  | { readonly code: 'integrity'; readonly path: string; readonly source: Source; readonly must: readonly Source[] }
  | { readonly code: 'budget'; readonly budget: Budget; readonly left: number }
  | { readonly code: 'always_ask' }
  | { readonly code: 'guardrail'; readonly policy: string }
  | { readonly code: 'delegation'; readonly task: string; readonly because: readonly Objection[] };

/** What an approval made good: exact values at exact places of one tool, or one whole call. */
export interface Endorsed {
  /** True where a value (`sha256` of its canonical JSON) at a path was approved for the next call of this tool. */
  value(tool: string, path: string, valueHash: string): boolean;
  /** True where the whole call (`sha256` of its canonical arguments) was. */
  call(tool: string, argsHash: string): boolean;
}

/** What a decision depends on besides the grants and the call. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The tool as it is defined now; undefined for one that nobody has defined: a denial. */
  readonly profile: ToolProfile | undefined;
  readonly sources: Sources;
  readonly spent: Spent;
  readonly endorsed?: Endorsed | undefined;
}

/** What has been used of budgets. */
export interface Spent {
  /** Calls or sum so far; with a span, within it before `now`. */
  used(grant: string, budget: number, now: number, perSeconds: number | undefined): number;
  /** Values so far of a `distinct` budget. */
  values(grant: string, budget: number): ReadonlySet<string>;
}

/** May this call be made under these grants? */
export type CallDecision =
  | {
      readonly outcome: 'allow';
      readonly grant: TaskGrant;
      readonly charges: readonly Charge[];
      readonly usesEndorsement: boolean;
    }
  /** A person may allow it: what is to be endorsed stands in `because`. */
  | { readonly outcome: 'ask'; readonly grant: TaskGrant; readonly because: readonly Objection[] }
  | { readonly outcome: 'deny'; readonly because: readonly Objection[] };
