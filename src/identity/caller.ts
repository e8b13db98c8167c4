/** Who is asking, and how they proved it. */
export interface Caller {
  /** Unique and stable: `key:ID`, `jwt:ISSUER#SUBJECT`, `anonymous@ADDRESS` or `local:USER`. */
  readonly principal: string;
  /** Name of the role, undefined for a caller who is known but may do nothing. */
  readonly role: string | undefined;
  /**
   * `internal`: the gateway's own asking. `local`: whoever started this process. `task`: a task credential; principal
   * and role are then those of whoever opened the task.
   */
  readonly method: 'api_key' | 'jwt' | 'oauth2' | 'anonymous' | 'internal' | 'local' | 'task';
  /** Which credential it was, safe to log: a key's id or the start of a token's hash. */
  readonly credential: string;
  /** Milliseconds since the epoch from which the credential counts no more. */
  readonly expiresAt: number | undefined;
  /** The parts of the gateway that the credential is for, as paths; undefined where it is for all of it. */
  readonly parts?: readonly string[];
  /** Id of the task that the credential is for, and that everything done with it is under; undefined for other credentials. */
  readonly task?: string;
}

/** Why a credential does not count. For the operator's log only: callers are never told. */
export interface Refusal {
  /** A short constant, such as `expired`; never part of the credential. */
  readonly refused: string;
  /** The credential's loggable name, where it has one. */
  readonly credential?: string;
}

/** What a provider says about a credential. */
export type Verdict = Caller | Refusal;

/** True for a verdict that lets nobody in. */
export function isRefusal(verdict: Verdict): verdict is Refusal {
  return 'refused' in verdict;
}
