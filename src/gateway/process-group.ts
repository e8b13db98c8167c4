import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Clock } from '../kernel/clock.ts';
import type { ChildLog } from './child-log.ts';

/** A running process that leads a session and a group of its own. */
export type Leader = ChildProcessWithoutNullStreams & { readonly pid: number };

/** How a group is ended. */
export interface ProcessGroupOptions {
  readonly leader: Leader;
  readonly clock: Clock;
  readonly log: ChildLog;
  /** Stands in every log entry. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Milliseconds between the end of stdin and SIGTERM. */
  readonly eofMs: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

/** The leader and its offspring, as far as it stays in the group. */
export interface ProcessGroup {
  /** Ends the group step by step: EOF (only when `isPolite`), SIGTERM, SIGKILL. */
  end(isPolite: boolean): void;
  /** To be called in the leader's `exit` event: kills the rest of the group. No signal is sent after it. */
  leaderExited(): void;
  isGone(): boolean;
}

/**
 * Takes charge of a leader's group. The group ends with its leader: once it is empty, its number can become another
 * group's, so the last signal goes out in the very turn in which the leader was reaped.
 */
export function createProcessGroup({ leader, clock, log, facts, eofMs, graceMs }: ProcessGroupOptions): ProcessGroup {
  let isGone = false;
  let cancel: (() => void) | undefined;

  function signal(name: NodeJS.Signals): void {
    if (isGone) return;
    try {
      if (process.platform === 'win32') leader.kill(name);
      else process.kill(-leader.pid, name);
    } catch (error) {
      // No such process: nobody is left in the group.
      if (!hasCode(error, 'ESRCH'))
        log.warn('a process group could not be signalled', { ...facts, signal: name, error });
    }
  }

  function terminate(): void {
    leader.stdin.destroy();
    signal('SIGTERM');
    cancel = clock.after(graceMs, () => signal('SIGKILL'));
  }

  return {
    end(isPolite) {
      if (isGone || cancel !== undefined) return;
      leader.stdin.end();
      if (isPolite && eofMs > 0) cancel = clock.after(eofMs, terminate);
      else terminate();
    },
    leaderExited() {
      cancel?.();
      signal('SIGKILL');
      isGone = true;
    },
    isGone: () => isGone,
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
