import type { RandomBytes } from '../../identity/api-key-text.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { FileSystem } from '../../kernel/files.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Task } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import type { TaskEngine } from './engine.ts';
import type { Opener } from './task-state.ts';
import type { Cause, TaskEvents } from './tasks.ts';

/** The kinds of task that are configured. */
export interface TaskTypes {
  find(name: string): TaskType | undefined;
  /** The type of what a role does without opening a task; undefined where that needs none. */
  defaultOf(role: string): TaskType | undefined;
}

/** How much there may be at one time. */
export interface TaskLimits {
  /** Open tasks in all, standing ones too. Default 10,000. */
  readonly maxTasks: number;
  /** Open tasks of one principal, standing ones not counted. Default 100. */
  readonly maxTasksPerCaller: number;
  /** How deep tasks may be parts of tasks. Default 8. */
  readonly maxDepth: number;
  /** Tasks for which it is remembered what they saw. Default 1,000. */
  readonly maxMemories: number;
  /** Ended tasks of which it stays known for a day that they were. Default 10,000. */
  readonly maxEnded: number;
}

/** What holds where nothing else is said. */
export const DEFAULT_LIMITS: TaskLimits = {
  maxTasks: 10_000,
  maxTasksPerCaller: 100,
  maxDepth: 8,
  maxMemories: 1_000,
  maxEnded: 10_000,
};

/** What opening the tasks takes. */
export interface TasksOptions {
  /** The journal; it and its pepper are files of mode 0600. */
  readonly path: string;
  /** What hashes of credentials are keyed with. Default: `path` with `.pepper` added. */
  readonly pepperPath?: string;
  readonly clock: Clock;
  /** Default: node:crypto's. */
  readonly random?: RandomBytes;
  /** Default: the machine's files. */
  readonly fs?: FileSystem;
  readonly types: () => TaskTypes;
  /** All tools that are known, as they are defined now. */
  readonly profiles: () => readonly ToolProfile[];
  /** The ceiling: whether a role may use a tool (`upstream/name`) at all. */
  readonly mayUse: (role: string, tool: string) => boolean;
  readonly engine: TaskEngine;
  readonly events: TaskEvents;
  /** Opens an approval for wider grants; answers with its id. */
  readonly ask: (task: Task, grants: readonly TaskGrant[], cause: Cause) => Promise<string>;
  /** Whether the credential that a task was opened with still counts. Default: it does. */
  readonly openerCounts?: (opener: Opener, now: number) => boolean;
  readonly limits?: Partial<TaskLimits>;
  /** Told what went wrong where nobody waits for an answer. Must not throw. */
  readonly onProblem?: (error: unknown) => void;
}
