import type { Caller } from '../../identity/caller.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import type { Approvals, Tasks } from './tasks.ts';

/** What the data path needs of task grants. */
export interface TaskGate {
  readonly tasks: Tasks;
  readonly approvals: Approvals;
  /** The tools of the upstreams as they were last listed. */
  readonly tools: {
    profile(upstream: string, name: string): ToolProfile | undefined;
    /** Takes note of a `tools/list` result of an upstream. */
    learn(upstream: string, tools: readonly unknown[]): void;
  };
  /** Asks the upstreams for their tools, at most every 30 seconds. */
  listTools(): Promise<void>;
  /** False for callers whom no task bounds: the quick answer for most calls. */
  concerns(caller: Caller): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Masks secrets in what people are shown of a call. */
  mask(value: unknown): unknown;
}
