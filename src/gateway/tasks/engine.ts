import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { CallDecision, Circumstances, Spent, ToolCall } from '../../policy/grant/call-decision.ts';
import { type CompiledGrants, compileGrants } from '../../policy/grant/compile-grants.ts';
import { type ChainLink, decideChain } from '../../policy/grant/decide-chain.ts';
import { createLedger, type Ledger } from '../../policy/grant/ledger.ts';
import type { LedgerState } from '../../policy/grant/ledger-state.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import { mayCallSomehow } from '../../policy/grant/visible-tools.ts';
import type { Sources } from '../../policy/provenance/source.ts';
import { isNarrower } from '../../policy/prove/is-narrower.ts';
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
  /** Milliseconds since the epoch, as is the next. */
  readonly now: number;
  readonly expiresAt: number;
  /** The task that the new one is a part of. */
  readonly parent: Task | undefined;
}

/** Where values of one task come from; it remembers a bounded number. */
export interface TaskMemory extends Sources {
  learn(profile: ToolProfile, args: JsonObject, result: JsonObject): void;
}

/** A task of a chain, the one that calls first, then the one that it is a part of, and so on. */
export interface Stage {
  readonly task: Task;
  readonly spent: Spent;
}

/** Grants, and the tools that were asked for or meant and did not come in. */
export interface Minted {
  readonly grants: readonly TaskGrant[];
  readonly leftOut: readonly { readonly tool: string; readonly why: string }[];
}

/** What a registry of tasks cannot work out by itself. */
export interface EngineParts {
  /** The least that the task needs and its type allows. The registry gives the grants ids of its own. */
  mint(wanted: Wanted): Minted;
  /** @param exposed whether the task has seen strangers' text that is not remembered any more */
  memory(request: string | undefined, exposed: boolean): TaskMemory;
  /** All tools that are known, as they are defined now. */
  profiles(): readonly ToolProfile[];
}

/** The pure parts that a registry of tasks asks: none of them keeps anything or looks at a clock. */
export interface TaskEngine extends Pick<EngineParts, 'mint' | 'memory'> {
  /** @throws MerlonError CONFIG_INVALID on grants that cannot be decided with */
  check(grants: readonly TaskGrant[]): void;
  /** True only where it is proven, budgets counted on. */
  isNarrower(after: readonly TaskGrant[], before: readonly TaskGrant[]): boolean;
  decide(chain: readonly Stage[], call: ToolCall, circumstances: Omit<Circumstances, 'spent'>): CallDecision;
  /** Whether some call of the tool could be allowed, or asked about, now: whether it stands in the task's list of tools. */
  shows(chain: readonly Stage[], tool: string, profile: ToolProfile | undefined, now: number): boolean;
  ledger(state?: LedgerState): Ledger;
}

/** The engine that Merlon's own policy makes. */
export function createTaskEngine(parts: EngineParts): TaskEngine {
  // By the list itself: the grants of a task are never changed, only replaced.
  const compiled = new WeakMap<readonly TaskGrant[], CompiledGrants>();

  function grantsOf({ grants }: Task): CompiledGrants {
    const known = compiled.get(grants) ?? compileGrants(grants);
    compiled.set(grants, known);
    return known;
  }

  function linkOf({ task, spent }: Stage): ChainLink {
    return { task: task.id, grants: grantsOf(task), spent };
  }

  return {
    mint: (wanted) => parts.mint(wanted),
    memory: (request, exposed) => parts.memory(request, exposed),
    check: (grants) => void compileGrants(grants),
    isNarrower: (after, before) => isNarrower(after, before, { profiles: parts.profiles() }),
    decide: (chain, call, circumstances) => decideChain(chain.map(linkOf), call, circumstances),
    shows: (chain, tool, profile, now) =>
      chain.every(({ task, spent }) => mayCallSomehow(grantsOf(task), tool, profile, now, spent)),
    ledger: (state) => createLedger(state),
  };
}
