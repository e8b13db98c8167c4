import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { Source } from '../provenance/source.ts';

/** What one task did: what permissions are learned from. */
export interface Trace {
  /** Name of the task type. */
  readonly taskType: string;
  readonly role: string;
  /** Traces of one group are one story told again (the same request, a job that runs daily) and count as one. Default: none. */
  readonly group?: string;
  /** Its calls, in the order in which they were made. */
  readonly calls: readonly TraceCall[];
}

/** One call of a task, as it was recorded. */
export interface TraceCall {
  /** `upstream/name`. */
  readonly tool: string;
  /** As they were sent; undefined where the record does not hold them whole. */
  readonly args: JsonObject | undefined;
  /** Top-level arguments whose values were masked: nothing is learned of what they must be. */
  readonly hidden?: readonly string[];
  /** Where the values came from, by path; undefined where nobody took note. The worst source of each argument. */
  readonly sources?: ReadonlyMap<string, Source>;
  /** True where the task had seen output of an untrusted tool before. It stays true for all later calls of the trace. */
  readonly exposed: boolean;
  readonly outcome: TraceOutcome;
}

/**
 * How a call ended. `ok`: the tool did it. `failed`: the tool said no, or nobody knows (time-out, cancelled).
 * `refused`: the gateway or a person said no. `unfinished`: it was asked back, or the record ends before its outcome.
 * Only `ok` teaches.
 */
export type TraceOutcome = 'ok' | 'failed' | 'refused' | 'unfinished';
