import type { Caller, Refusal } from '../../identity/caller.ts';
import { taskIdOf, type TaskSecrets } from '../../identity/task-credential.ts';
import { tokenDigest } from '../../identity/token-cache.ts';
import type { InForce } from './in-force.ts';
import type { Opener } from './task-state.ts';

/** Says whose task credentials are. */
export interface Credentials {
  /** The caller of a credential at a time, or why it does not count. */
  verify(text: string, now: number): Caller | Refusal;
  forget(id: string): void;
}

/** What {@link createCredentials} takes. */
export interface CredentialsOptions {
  readonly tasks: InForce;
  readonly secrets: TaskSecrets;
  /** Whether the credential that a task was opened with still counts. */
  readonly openerCounts: ((opener: Opener, now: number) => boolean) | undefined;
}

/** Makes {@link Credentials}. */
export function createCredentials({ tasks, secrets, openerCounts }: CredentialsOptions): Credentials {
  /** Digest of the text of each task's credential, once it was proven: a keyed hash costs several times as much. */
  const proven = new Map<string, string>();

  function isProven(id: string, text: string): boolean {
    const digest = tokenDigest(text);
    const kept = tasks.state.get(id);
    if (kept !== undefined && proven.get(id) === digest) return true;
    // An unknown id costs the same as a wrong secret.
    if (!secrets.isRight(text, kept?.hash)) return false;
    proven.set(id, digest);
    return true;
  }

  return {
    verify(text, now) {
      const id = taskIdOf(text);
      if (id === undefined) return { refused: 'malformed' };
      if (!isProven(id, text)) return { refused: 'unknown', credential: id };
      const task = tasks.find(id);
      const opener = tasks.state.get(id)?.opener;
      if (task === undefined || opener === undefined) return { refused: 'unknown', credential: id };
      if (task.status === 'expired' || now >= task.expiresAt) return { refused: 'expired', credential: id };
      if (tasks.openChain(id) === undefined) return { refused: 'revoked', credential: id };
      if (openerCounts?.(opener, now) === false) return { refused: 'opener', credential: id };
      const { principal, role, expiresAt } = task;
      const parts = opener.parts === undefined ? {} : { parts: opener.parts };
      return { principal, role, method: 'task', credential: id, expiresAt, task: id, ...parts };
    },
    forget: (id) => void proven.delete(id),
  };
}
