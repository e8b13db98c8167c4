import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { CallDecision, Circumstances, Spent, ToolCall } from '../../policy/grant/call-decision.ts';
import type { Charge, TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Sources } from '../../policy/provenance/source.ts';
import type { Task, TaskContext } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';

/** What is to be worked out when a task opens. */
export interface Wanted {
  readonly type: TaskType;
  readonly role: string;
  readonly context: TaskContext;
  /** The tools that the role may use, as they are defined now. */
  readonly profiles: readonly ToolProfile[];
  readonly expiresAt: number;
  /** The task that the new one is a part of. */
  readonly parent: Task | undefined;
}

/** What one task has used of its budgets. */
export interface TaskLedger extends Spent {
  charge(charges: readonly Charge[]): void;
  /** All of it as plain JSON. */
  state(): readonly LedgerLine[];
}

/** One budget of a ledger, as plain JSON. */
export interface LedgerLine {
  readonly grant: string;
  readonly budget: number;
  /** All that was charged without a span of time, a decimal as text. */
  readonly total: string;
  /** What was charged within the last span, and when. */
  readonly recent?: readonly (readonly [at: number, amount: string])[];
  readonly values?: readonly string[];
}

/** Where values of one task come from; it remembers a bounded number. */
export interface TaskMemory extends Sources {
  learn(profile: ToolProfile, result: JsonObject): void;
}

/** A task of a chain, the one that calls first, then the one that it is a part of, and so on. */
export interface Stage {
  readonly task: Task;
  readonly spent: Spent;
}

/** The pure parts that a registry of tasks asks: none of them keeps anything or looks at a clock. */
export interface TaskEngine {
  /** The least that the task needs and its type allows. Ids of grants are given by the registry. */
  mint(wanted: Wanted): readonly TaskGrant[];
  /** @throws MerlonError on grants that cannot be decided with */
  check(grants: readonly TaskGrant[]): void;
  /** True only where it is proven, budgets counted on. */
  isNarrower(after: readonly TaskGrant[], before: readonly TaskGrant[]): boolean;
  decide(chain: readonly Stage[], call: ToolCall, circumstances: Omit<Circumstances, 'spent'>): CallDecision;
  /** Whether some call of the tool could be allowed, or asked about, now: whether it stands in the task's list of tools. */
  shows(chain: readonly Stage[], tool: string, profile: ToolProfile | undefined, now: number): boolean;
  /** @throws on a state that is none */
  ledger(state?: readonly LedgerLine[]): TaskLedger;
  memory(request: string | undefined): TaskMemory;
}
