import type { Caller } from '../../identity/caller.ts';
import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { CallDecision, Endorsed, Objection, ToolCall } from '../../policy/grant/call-decision.ts';
import type { Charge, TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Cause, TaskChange } from '../../policy/task/task-change.ts';
import type { Task, TaskContext } from '../../policy/task/task.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';

export type { Cause, TaskChange } from '../../policy/task/task-change.ts';

/** A task that was opened, with the one chance to see its credential. */
export interface OpenedTask {
  readonly task: Task;
  /** Bearer token for calls under the task; kept only as a keyed hash. */
  readonly credential: string;
  /** What it was not given of what it asked for or its type names, and why. */
  readonly leftOut: readonly { readonly tool: string; readonly why: string }[];
}

/** What came of asking for other grants: what is narrower holds at once, what is not waits for a person. */
export type ChangeAnswer =
  | { readonly outcome: 'narrowed'; readonly task: Task }
  | { readonly outcome: 'asks'; readonly approval: string };

/** What the gateway keeps of tasks. Whatever a method acknowledges survives `kill -9`. */
export interface Tasks {
  /**
   * Opens a task for a caller: type, role and request make its grants.
   * @throws MerlonError TASK_REFUSED (the type is not for the role, the parent is not the caller's or has ended, too many are open), PARAMS_INVALID
   */
  open(caller: Caller, context: TaskContext): Promise<OpenedTask>;
  /** The caller of a task credential, or why it does not count. */
  verify(text: string, now: number): Caller | { readonly refused: string };
  /** The task that a caller's calls are under: that of its credential, or the default task of its role; undefined: none. */
  of(caller: Caller): Promise<Task | undefined>;
  find(id: string): Task | undefined;
  /** Those of a principal, newest first; without one, all. */
  list(principal?: string): readonly Task[];
  /** Puts other grants in force if they are provably narrower, else asks. */
  change(id: string, grants: readonly TaskGrant[], cause: Cause): Promise<ChangeAnswer>;
  /**
   * Puts grants in force that a person approved.
   * @param epoch that of the task when they were asked for: where it has changed since, the approval was for something else
   * @throws MerlonError TASK_REFUSED when it has, TASK_UNKNOWN, TASK_OVER, PARAMS_INVALID
   */
  widen(id: string, grants: readonly TaskGrant[], cause: Cause, epoch?: number): Promise<Task>;
  /** Ends a task and all tasks that are parts of it; returns their ids once nothing more can begin under them. */
  close(id: string, status: 'closed' | 'expired' | 'revoked', cause: Cause): Promise<readonly string[]>;
  /** May this call be made under this task and all that it is a part of? */
  decide(task: Task, call: ToolCall, profile: ToolProfile | undefined, endorsed: Endorsed | undefined): CallDecision;
  /** Whether a tool belongs into the task's list: some call of it could be allowed, or asked about. */
  shows(task: Task, tool: string, profile: ToolProfile | undefined): boolean;
  /**
   * Takes charges from budgets; resolves when that is durable. Before the call leaves.
   * @param isApproved true where a person let this call go beyond a budget
   * @throws MerlonError CALL_DENIED where another call took what was left since the decision, TASK_OVER, STATE_UNAVAILABLE
   */
  charge(task: Task, charges: readonly Charge[], isApproved?: boolean): Promise<void>;
  /**
   * Takes note of what was returned for these arguments, for where values come from; without a profile it is strangers'
   * text. At once; resolves when it is durable that the task has seen such. Before the reply is released.
   */
  learn(task: Task, profile: ToolProfile | undefined, args: JsonObject, result: JsonObject): Promise<void>;
  /** True when the task has seen output of an untrusted tool. */
  exposed(task: Task): boolean;
  /**
   * To be called when other tools are known or the configuration was read again. Tasks whose type is gone, changed or
   * not for their role any more are revoked; a role's default task gets what its type gives now.
   */
  refresh(): Promise<void>;
  /** Stops taking part; what was acknowledged is on the disk already. */
  stop(): Promise<void>;
}

/** What {@link Tasks} tells the gateway. */
export interface TaskEvents {
  /** Before it is in force: an entry of the audit log with the grants before and after. */
  record(change: TaskChange): Promise<void>;
  /** Its calls in flight have to be cancelled, its sessions ended. */
  ended(ids: readonly string[]): void;
  /** Its list of tools is another now. */
  changed(id: string): void;
}

/** A call, or a wider task, that waits for a person. */
export interface Approval {
  readonly id: string;
  readonly task: string;
  readonly principal: string;
  /** What is asked for: a call with its (masked) arguments, or grants. */
  readonly what:
    | { readonly kind: 'call'; readonly tool: string; readonly args: string; readonly because: readonly Objection[] }
    | {
        readonly kind: 'widen';
        readonly grants: readonly TaskGrant[];
        readonly cause: Cause;
        /** The task's epoch when it was asked, for {@link Tasks.widen}. */
        readonly epoch?: number;
      };
  readonly secondFactor: boolean;
  /** Milliseconds since the epoch; unanswered by then, it is denied. */
  readonly expiresAt: number;
  readonly openedAt: number;
  readonly state: 'open' | 'approved' | 'denied' | 'expired' | 'used';
  /** Who answered, through what, and why. */
  readonly answer?: {
    readonly by: string;
    readonly through: 'client' | 'api' | 'terminal';
    readonly why: string;
    readonly at: number;
  };
}

/** What waits for a person, and what a person said. Approvals are bound to exact values and count once. */
export interface Approvals {
  /**
   * Opens an approval, or returns the one for the very same call that is open, approved and not used yet, or was denied or
   * not answered within the last `approval_seconds`: nobody is asked again and again until they say yes.
   * @throws MerlonError TOO_MANY_APPROVALS
   */
  ask(
    task: Task,
    what: Approval['what'],
    options: { readonly secondFactor: boolean; readonly call?: ToolCall },
  ): Promise<Approval>;
  find(id: string): Approval | undefined;
  list(state?: Approval['state']): readonly Approval[];
  /**
   * Answers one. Durable when it resolves; then approved grants are in force.
   * @param proof of a second factor, where one is needed
   * @throws MerlonError APPROVAL_UNKNOWN, APPROVAL_OVER (answered or expired), SECOND_FACTOR_REQUIRED; TASK_REFUSED when a
   * task has changed since more was asked for: then a yes comes to nothing
   */
  answer(
    id: string,
    verdict: 'approved' | 'denied',
    by: NonNullable<Approval['answer']>,
    proof?: string,
  ): Promise<Approval>;
  /** Puts grants in force that were approved when the process ended before they were. To be called once, at the start. */
  carryOut(): Promise<void>;
  /** What approvals make good for the next call of a task. */
  endorsed(task: Task): Endorsed;
  /** Uses up the approvals that a call needed; false when another call was first. Durable when it resolves. */
  use(task: Task, call: ToolCall): Promise<boolean>;
  /** Resolves when it is answered or over, or when the gateway stops. */
  settled(id: string): Promise<Approval>;
  /** Denies what waits for tasks that have ended, and takes back what was approved for them. */
  drop(tasks: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}
