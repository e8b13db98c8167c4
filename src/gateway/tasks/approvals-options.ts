import type { RandomBytes } from '../../identity/api-key-text.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { FileSystem } from '../../kernel/files.ts';
import type { Objection, ToolCall } from '../../policy/grant/call-decision.ts';
import type { Bound } from './approval-state.ts';
import type { Approval } from './tasks.ts';

/** What an approval of more permissions is about. */
export type Widening = Extract<Approval['what'], { readonly kind: 'widen' }>;

/** What happened to an approval, for the audit log. */
export interface ApprovalEvent {
  readonly event: 'asked' | 'approved' | 'denied' | 'expired' | 'used';
  readonly approval: Approval;
  /** SHA-256 (hex) of the canonical arguments of the call, where it is one. */
  readonly argsHash: string | undefined;
}

/** What opening the approvals takes. */
export interface ApprovalsOptions {
  /** The journal, mode 0600. */
  readonly path: string;
  readonly clock: Clock;
  /** Default: node:crypto's. */
  readonly random?: RandomBytes;
  /** Default: the machine's files. */
  readonly fs?: FileSystem;
  /** How long an approval waits for an answer, and how long an answer counts, seconds. Default 300. */
  readonly seconds?: () => number;
  /** Writes an entry of the audit log; resolves when that is durable. */
  readonly record: (event: ApprovalEvent) => Promise<void>;
  /** Masks secrets in what a person is shown. */
  readonly mask: (value: unknown) => unknown;
  /** Whether a proof is a second factor of `by`. Default: none ever is, so what needs one cannot be approved. */
  readonly secondFactor?: (by: string, proof: string | undefined, approval: Approval) => Promise<boolean>;
  /**
   * The values of a call that objections are about. With it an approval counts for the next call of the tool that has
   * these values there, whatever its other arguments are; without it (or where there is no such value) for the very same
   * call. Default: none.
   */
  readonly endorsable?: (call: ToolCall, because: readonly Objection[]) => readonly Bound[];
  /**
   * Puts approved grants of a task in force; resolves when that is durable.
   * @throws MerlonError TASK_REFUSED, TASK_OVER, TASK_UNKNOWN when the approval was for something else by now
   */
  readonly widen?: (approval: Approval, what: Widening) => Promise<unknown>;
  readonly limits?: Partial<ApprovalLimits>;
  /** Told what went wrong where nobody waits for an answer. Must not throw. */
  readonly onProblem?: (error: unknown) => void;
}

/** How many may wait at one time. */
export interface ApprovalLimits {
  /** In all. Default 1,000. */
  readonly maxOpen: number;
  /** Of one task. Default 10. */
  readonly maxOpenPerTask: number;
}

/** What holds where nothing else is said. */
export const DEFAULT_APPROVAL_LIMITS: ApprovalLimits = { maxOpen: 1_000, maxOpenPerTask: 10 };
