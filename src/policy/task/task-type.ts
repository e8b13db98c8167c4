import type { TaskGrant } from '../grant/task-grant.ts';
import type { Resource, Scopes } from './task.ts';

/** A grant as an operator writes it, before it is known which tools there are. */
export interface GrantTemplate
  extends Omit<TaskGrant, 'id' | 'tool' | 'definition' | 'effects' | 'expiresAt' | 'parent'> {
  /** `upstream/name`, `upstream/*` or `*` for every tool that the role may use. */
  readonly tool: string;
  /** Default: all that the tool's profile says that it can do. Tools that can do more are left out. */
  readonly effects?: TaskGrant['effects'];
}

/** A kind of work, with the most that a task of it may do. */
export interface TaskType {
  readonly name: string;
  /** Roles that may open one. */
  readonly roles: readonly string[];
  /** Longest life of a task, seconds. */
  readonly seconds: number;
  /** Resources that a task may ask for; asked for, they become the scopes below. */
  readonly resources: readonly Resource[];
  /** What the resources stand for, in the mission's notation. */
  readonly scopes: Scopes;
  readonly grants: readonly GrantTemplate[];
  /** True where sink arguments must come from the user's request, from trusted tools or from records that the request names. */
  readonly pinned: boolean;
  /** What happens to calls that pinning refuses, and to tools that the type does not give. */
  readonly onDeny: 'deny' | 'ask';
}
