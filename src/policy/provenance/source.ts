import type { SinkKind } from '../tool/tool-profile.ts';
import type { Scalar } from '../constraint/constraint.ts';

/** Where a value comes from, best first. */
export const sources = ['user', 'approved', 'trusted', 'linked', 'unknown', 'untrusted', 'unfit'] as const;
/**
 * `user`: it stands in the user's request. `approved`: somebody endorsed this very value. `trusted`: a trusted tool
 * returned it. `linked`: it is a field of a record that the user's request names, in what an untrusted tool returned.
 * `unknown`: it was never seen; the model made it. `untrusted`: it was seen in untrusted output only. `unfit`: a text with a
 * link in it that only strangers gave or that nobody did, or with a secret that the user does not speak of.
 */
export type Source = (typeof sources)[number];

/** Says where a value comes from, within one task. */
export interface Sources {
  /**
   * The best source of a value that is about to be used as `kind` in a call of `tool`, at `path` of its arguments.
   * The path says what a short id is the id of; without it, only the tool's name does.
   */
  sourceOf(value: Scalar, kind: SinkKind | undefined, tool: string, path?: string): Source;
  /** True once the task has seen output of an untrusted tool. */
  readonly exposed: boolean;
}
