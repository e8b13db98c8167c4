import { deepFreeze } from '../../kernel/readonly.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import type { Task } from './task.ts';

/** Who caused a change, for the record. */
export interface Cause {
  /** A principal, or `gateway` where nobody asked (expiry, a parent's end). */
  readonly by: string;
  readonly why: string;
}

/** A change of permissions, for the audit log. Before and after are separate values, never the same object. */
export interface TaskChange {
  readonly event: 'opened' | 'narrowed' | 'widened' | 'closed' | 'expired' | 'revoked';
  readonly task: string;
  readonly type: string;
  readonly principal: string;
  readonly role: string;
  readonly parent?: string;
  readonly epoch: number;
  readonly before: readonly TaskGrant[];
  readonly after: readonly TaskGrant[];
  readonly cause: Cause;
}

/** The record of a change: copies of both sides, frozen to the last list, so that nothing done later shows in it. */
export function changeOf(
  event: TaskChange['event'],
  before: readonly TaskGrant[],
  after: Task,
  cause: Cause,
): TaskChange {
  const { id, type, principal, role, parent, epoch, grants } = after;
  return deepFreeze({
    event,
    task: id,
    type,
    principal,
    role,
    ...(parent === undefined ? {} : { parent }),
    epoch,
    before: structuredClone(before),
    after: structuredClone(grants),
    cause: { by: cause.by, why: cause.why },
  });
}
