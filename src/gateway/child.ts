import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { createStderrLog } from './child-log.ts';
import { createLineReader, oneLine } from './lines.ts';
import { createProcessGroup } from './process-group.ts';
import { spawnLeader, type LeaderStart } from './spawn-leader.ts';

/** Why a child ended. All but `exited` and `killed` are faults of the child for which it was killed. */
export type ExitReason =
  | 'exited'
  | 'killed'
  | 'line-too-long'
  | 'not-utf8'
  | 'not-reading'
  | 'input-closed'
  | 'handler-failed';

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly reason: ExitReason;
  /** One sentence for the log and the audit record: what was given to `kill`, or what the child did. */
  readonly cause: string;
  /** What to answer to those who still wait for this child. */
  readonly failure: MerlonError;
}

/** Called while a child lives; both are called from the event loop, never from inside `start`. */
export interface ChildHandlers {
  /** A line of the child's stdout, not empty, valid UTF-8, bounded. Attacker-controlled. */
  onLine(line: string): void;
  /** Called once, after the last line. */
  onExit?(exit: ChildExit): void;
}

/** A process behind a stdio upstream, with its process group. */
export interface Child {
  readonly upstream: string;
  /** Also the number of its process group and session. Only for logs: it may be another process's after the exit. */
  readonly pid: number;
  /**
   * Sends one JSON text as one line (see `oneLine`). `false`: it was not sent, because the child is ending or because
   * more than the bound waits unread; in the latter case the child is killed.
   */
  send(json: string): boolean;
  /** Stops reading the child's stdout, so that a slow receiver slows the child and not the gateway's memory. */
  pause(): void;
  /** Reads on after {@link Child.pause}. */
  resume(): void;
  /**
   * Ends the child as the MCP specification asks: closes its stdin, then SIGTERM, then SIGKILL to the whole group.
   * No line is delivered any more. Resolves when the child has ended; calling it again changes nothing.
   */
  kill(cause: string): Promise<void>;
  /** Resolves, never rejects, when the child has ended. */
  readonly exited: Promise<ChildExit>;
}

/** Bounds of one child. */
export interface ChildBounds {
  /** Time to end after stdin was closed, before SIGTERM, in milliseconds, default 500, range 0–60,000. */
  readonly eofMs?: number;
  /** Time to end after SIGTERM, before SIGKILL, in milliseconds, default 2,000, range 0–60,000. */
  readonly graceMs?: number;
  /** Longest line of stdout in bytes, default 16 MiB, range 1 KiB–256 MiB. */
  readonly maxLineBytes?: number;
  /** Bytes that may wait for a child that does not read before it is killed, default 8 MiB, range 0–256 MiB. */
  readonly maxBacklogBytes?: number;
}

/** What is started, and who wants to know about it. */
export interface ChildStart extends LeaderStart, ChildBounds {
  readonly clock: Clock;
  readonly handlers: ChildHandlers;
  /** Called with the process group's number as soon as there is one. */
  readonly onGroup: (group: number) => void;
  /** Called as soon as the leader has ended and its group was killed: its number must not be signalled any more. */
  readonly onGroupGone: () => void;
}

// Time to read what an ended child left in its pipes. Only a process that left the group can keep them open.
const DRAIN_MS = 1000;
// A child that exits also closes its stdin; that it exited is then the better explanation.
const INPUT_CLOSED_MS = 500;

/** Starts a child and supervises it until its end; throws UPSTREAM_UNAVAILABLE when it cannot be started. */
export function startChild(start: ChildStart): Child {
  const { upstream, clock, log, handlers } = start;
  const { eofMs = 500, graceMs = 2000, maxLineBytes = 16 << 20, maxBacklogBytes = 8 << 20 } = start;
  const leader = spawnLeader(start);
  const { pid } = leader;
  start.onGroup(pid);
  const facts = { upstream, pid };
  const group = createProcessGroup({ leader, clock, log, facts, eofMs, graceMs });
  const stderr = createStderrLog({ clock, log, facts });
  const lines = createLineReader({ maxBytes: maxLineBytes, strict: true, onLine: deliver });
  let ending: Ending | undefined;
  let isInputBroken = false;
  let cancelTimer: (() => void) | undefined;

  function end(reason: ExitReason, cause: string): void {
    if (ending !== undefined || group.isGone()) return;
    ending = { reason, cause };
    cancelTimer?.();
    leader.stdout.resume();
    group.end(reason === 'killed');
  }

  function deliver(line: string): void {
    if (ending !== undefined) return;
    try {
      handlers.onLine(line);
    } catch (error) {
      log.warn('a line of an upstream could not be handled', { ...facts, error });
      end('handler-failed', 'A line from the child could not be handled.');
    }
  }

  function readStdout(chunk: Buffer): void {
    // Once it is ending the child may say what it likes; it is read so that it does not hang on a full pipe.
    if (ending !== undefined) return;
    const fault = lines.push(chunk);
    if (fault === 'too-long') end('line-too-long', `The child wrote a line of more than ${maxLineBytes} bytes.`);
    if (fault === 'not-utf8') end('not-utf8', 'The child wrote a line that is not UTF-8.');
  }

  function onInputError(): void {
    if (isInputBroken || ending !== undefined || group.isGone()) return;
    isInputBroken = true;
    cancelTimer = clock.after(INPUT_CLOSED_MS, () => end('input-closed', 'The child closed its stdin.'));
  }

  function onLeaderExit(): void {
    cancelTimer?.();
    group.leaderExited();
    start.onGroupGone();
    leader.stdout.resume();
    cancelTimer = clock.after(DRAIN_MS, () => {
      leader.stdout.destroy();
      leader.stderr.destroy();
    });
  }

  const exited = new Promise<ChildExit>((resolve) => {
    leader.on('close', (code, signal) => {
      cancelTimer?.();
      stderr.end();
      const exit = describeExit(upstream, code, signal, ending);
      const { reason, cause } = exit;
      log.info('upstream process ended', { ...facts, code, signal, reason, cause, unfinishedBytes: lines.held() });
      resolve(exit);
      try {
        handlers.onExit?.(exit);
      } catch (error) {
        log.warn('the end of an upstream could not be handled', { ...facts, error });
      }
    });
  });

  leader.on('exit', onLeaderExit);
  leader.on('error', (error) => log.warn('upstream process error', { ...facts, error }));
  leader.stdin.on('error', onInputError);
  leader.stdout.on('error', () => undefined).on('data', readStdout);
  leader.stderr.on('error', () => undefined).on('data', (chunk: Buffer) => stderr.push(chunk));
  log.info('upstream process started', facts);

  return {
    upstream,
    pid,
    exited,
    send(json) {
      if (ending !== undefined || group.isGone() || isInputBroken) return false;
      if (leader.stdin.writableLength > maxBacklogBytes) {
        end('not-reading', `The child left more than ${maxBacklogBytes} bytes unread.`);
        return false;
      }
      leader.stdin.write(Buffer.from(`${oneLine(json)}\n`));
      return true;
    },
    pause() {
      if (ending === undefined && !group.isGone()) leader.stdout.pause();
    },
    resume() {
      leader.stdout.resume();
    },
    async kill(cause) {
      end('killed', cause);
      await exited;
    },
  };
}

interface Ending {
  readonly reason: ExitReason;
  readonly cause: string;
}

function describeExit(
  upstream: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  ending: Ending | undefined,
): ChildExit {
  const how = signal === null ? `exit code ${code}` : signal;
  const { reason, cause } = ending ?? { reason: 'exited', cause: `The child ended by itself (${how}).` };
  const isInvalid = reason === 'line-too-long' || reason === 'not-utf8';
  const failure = isInvalid
    ? new MerlonError('UPSTREAM_INVALID', `Upstream "${upstream}" was stopped: it sent what is no MCP message.`)
    : new MerlonError('UPSTREAM_UNAVAILABLE', `Upstream "${upstream}": its process has ended.`, { data: { upstream } });
  return { code, signal, reason, cause, failure };
}
