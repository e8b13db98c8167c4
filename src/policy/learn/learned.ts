import type { GrantTemplate } from '../task/task-type.ts';
import type { Missing } from './coverage.ts';
import type { Rung } from './generalise.ts';

/** What is proposed for one kind of task and one role. */
export interface LearnedGroup {
  readonly taskType: string;
  readonly role: string;
  /** Traces and calls that taught. */
  readonly traces: number;
  readonly calls: number;
  /** Empty where there were too few traces. In the order of the tools' names. */
  readonly grants: readonly LearnedGrant[];
  /** Traces that were needed for a proposal, where there were fewer. */
  readonly tooFew: number | undefined;
  readonly coverage: {
    /** Traces with a tool that no other trace used, of all traces: how likely a task needs a tool that is not there. */
    readonly tools: Missing;
    /** Calls that the grants would not cover had their own trace not been seen, of all calls. */
    readonly calls: Missing;
  };
  readonly leftOut: readonly LeftOut[];
}

/** A grant that is proposed, with what speaks for it. */
export interface LearnedGrant {
  readonly template: GrantTemplate;
  /** SHA-256 (hex) of the definition that the tool had; undefined without a profile. */
  readonly definition: string | undefined;
  readonly calls: number;
  readonly traces: number;
  /** How each argument was generalised, in the order of their paths. */
  readonly arguments: readonly LearnedArgument[];
  /** Why every call has to be approved, where it has. */
  readonly asksBecause: 'seen_once' | 'wide_sink' | 'arguments_unread' | undefined;
}

/** How one argument was generalised. */
export interface LearnedArgument {
  readonly path: string;
  readonly rung: Rung;
  /** True where its values came from the request, from trusted tools or from records that the request names. */
  readonly vouched: boolean;
  /** True for one through which harm is done, by the tool's profile. */
  readonly isSink: boolean;
  readonly calls: number;
  readonly traces: number;
  /** Different values; undefined for more than are told apart. */
  readonly values: number | undefined;
}

/** Why calls did not teach. `exposed`: the task had seen text of strangers before. */
export type LeftOutReason = 'exposed' | 'refused' | 'failed' | 'unfinished';

/** Calls that did not teach. */
export interface LeftOut {
  readonly why: LeftOutReason;
  readonly calls: number;
  /** Traces that had any. */
  readonly traces: number;
  /** Their tools, by name, at most 20. */
  readonly tools: readonly string[];
}
