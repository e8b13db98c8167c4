import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { MerlonError } from '../kernel/errors.ts';
import type { ChildLog } from './child-log.ts';
import type { Leader } from './process-group.ts';

/** What is started: everything is decided, nothing is looked up any more. */
export interface LeaderStart {
  readonly upstream: string;
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly log: ChildLog;
}

/**
 * Starts a process in its own session and group, never through a shell, with three pipes and no other open file;
 * throws UPSTREAM_UNAVAILABLE when that fails. Blocks for one to two milliseconds, as every start in Node does.
 */
export function spawnLeader({ upstream, program, args, env, cwd, log }: LeaderStart): Leader {
  let leader: ChildProcessWithoutNullStreams;
  try {
    leader = spawn(program, args, { env, cwd, shell: false, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (cause) {
    // An argument with a NUL byte, or one too long for the kernel.
    throw notStarted(upstream, { cause });
  }
  if (isRunning(leader)) return leader;
  // Its reason (no interpreter, no file descriptors left) comes later, as an event.
  leader.on('error', (error) => log.warn('upstream process not started', { upstream, error }));
  throw notStarted(upstream);
}

function isRunning(leader: ChildProcessWithoutNullStreams): leader is Leader {
  return leader.pid !== undefined;
}

function notStarted(upstream: string, options?: { cause: unknown }): MerlonError {
  return new MerlonError('UPSTREAM_UNAVAILABLE', `Upstream "${upstream}": its process could not be started.`, options);
}
