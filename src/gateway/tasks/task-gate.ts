import type { Caller } from '../../identity/caller.ts';
import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { Task } from '../../policy/task/task.ts';
import type { CeilingEffect } from '../../policy/task/role-ceiling.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import type { Approvals, Tasks } from './tasks.ts';

/** What the data path needs of task grants. */
export interface TaskGate {
  readonly tasks: Tasks;
  readonly approvals: Approvals;
  /** A tool as its upstream defined it last; undefined where it was never listed, or is listed twice. */
  profileOf(upstream: string, name: string): ToolProfile | undefined;
  /**
   * Takes note of all tools that an upstream lists, or of one page of them; resolves when the tasks that this concerns
   * know it too.
   */
  learnTools(upstream: string, tools: readonly unknown[], of: 'list' | 'page'): Promise<void>;
  /** Asks the upstreams for their tools, at most every 30 seconds. */
  listTools(): Promise<void>;
  /** False for callers whom only their permissions bound: the quick answer for most calls. */
  concerns(caller: Caller): boolean;
  /** What the caller's role may ever do; undefined: everything. */
  ceilingOf(caller: Caller): readonly CeilingEffect[] | undefined;
  /** Which of the organisation's own policies forbids a call; undefined: none does. */
  forbiddenBy(caller: Caller, task: Task | undefined, profile: ToolProfile, args: JsonObject): string | undefined;
  /** Whether there are such policies. */
  readonly isGuarded: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Masks secrets in what people are shown of a call. */
  mask(value: unknown): unknown;
}
