import type { TaskGrant } from '../grant/task-grant.ts';

/** Longest request of a user that counts, characters (UTF-16 units); what comes after them names nothing. */
export const MAX_REQUEST = 16_384;

/** What somebody says of the work they are about to do. All of it may be attacker-controlled, and can only narrow. */
export interface TaskContext {
  /** Name of a configured task type. Default: the role's default type. */
  readonly type?: string;
  /** What the user asked for, in the user's own words; sink arguments are pinned to it. At most 16,384 characters. */
  readonly request?: string;
  /** Resources of the mission's notation: `code_execution`, `file_access`, `network_access`. Default: none are asked for by name. */
  readonly resources?: readonly Resource[];
  /** Scopes of the mission's notation, to narrow what the type gives. */
  readonly scopes?: Partial<Scopes>;
  /** Tools (`upstream/name`) that the task needs. Default: all that the type gives. */
  readonly tools?: readonly string[];
  /** Whose model or program works on it; for the record. At most 128 characters. */
  readonly agent?: string;
  /** Seconds that the task may take. Default and limit: the type's. */
  readonly seconds?: number;
  /** Id of the task that this one is a part of. */
  readonly parent?: string;
}

/** What a task may ask for by name. */
export const resources = ['code_execution', 'file_access', 'network_access'] as const;
export type Resource = (typeof resources)[number];

/** Scopes as people write them: `files:/tmp/`, `network:https://api.example.com/`, `sandboxed_code`. */
export interface Scopes {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly execute: readonly string[];
}

/** A task: who works on what, until when, with which grants. Immutable; a change is a new task value with a higher epoch. */
export interface Task {
  readonly id: string;
  readonly type: string;
  readonly principal: string;
  readonly role: string;
  readonly agent?: string;
  /** SHA-256 (hex) of the user's request; the request itself is kept apart. */
  readonly requestHash?: string;
  readonly parent?: string;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly expiresAt: number;
  /** Goes up by one with every change of the grants. */
  readonly epoch: number;
  readonly status: 'open' | 'closed' | 'expired' | 'revoked';
  readonly grants: readonly TaskGrant[];
}
