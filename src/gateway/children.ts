import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { createBackoff } from './backoff.ts';
import { startChild, type Child, type ChildBounds, type ChildExit, type ChildHandlers } from './child.ts';
import type { ChildLog } from './child-log.ts';
import { inheritableDescriptors } from './descriptors.ts';
import { childEnvironment, DEFAULT_PATH, type Environment } from './environment.ts';
import { MARK_NAME, startReaper, type Reaper } from './reaper.ts';
import { resolveCommand } from './resolve-command.ts';

export type { Child, ChildBounds, ChildExit, ChildHandlers, ExitReason } from './child.ts';
export type { ChildLog } from './child-log.ts';

/** The process behind a stdio upstream, as configured. Never taken from a request. */
export interface ChildCommand {
  /** Name of the upstream. */
  readonly upstream: string;
  /** A program on `PATH`, or a path to one relative to `cwd`. Never handed to a shell. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Variables besides the few inherited ones (see `childEnvironment`). */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of further variables that the child gets from the gateway's own environment. */
  readonly envPassthrough?: readonly string[];
  /** Working folder, default the gateway's. */
  readonly cwd?: string;
}

/** What children need of their surroundings, and their bounds. */
export interface ChildrenOptions extends ChildBounds {
  readonly clock: Clock;
  readonly log: ChildLog;
  /** The gateway's own environment. */
  readonly env: Environment;
  /** Processes at a time, ending ones included, default 256, range 1–10,000. */
  readonly maxChildren?: number;
  /** Name of this gateway run in its children's environments, default a random UUID; see `startReaper`. */
  readonly run?: string;
}

/** All processes behind this gateway's stdio upstreams. */
export interface Children {
  /**
   * Starts a process. Throws UPSTREAM_NOT_FOUND, UPSTREAM_UNAVAILABLE (with `data.retryAfterMs` while the upstream
   * rests after failures), TOO_MANY_CHILDREN, or SHUTTING_DOWN.
   */
  start(command: ChildCommand, handlers: ChildHandlers): Child;
  /** Throws UPSTREAM_NOT_FOUND when the command's program does not exist; to be asked before anything starts. */
  check(command: ChildCommand): void;
  /** How many processes live, ending ones included. */
  count(): number;
  /** Ends all of them at the same time and refuses new ones; resolves when all have ended. May be called again. */
  closeAll(): Promise<void>;
}

/** A child that lives this long, in milliseconds, or says a line before, has started well. */
const STABLE_MS = 5000;

/** Starts nothing yet: the reaper comes with the first child. */
export function createChildren(options: ChildrenOptions): Children {
  const { clock, log, env: own, maxChildren = 256 } = options;
  const backoff = createBackoff({ clock });
  const living = new Set<Child>();
  let reaper: Reaper | undefined;
  let started = 0;
  let closed: Promise<void> | undefined;

  function prepare(command: ChildCommand): { program: string; env: Record<string, string> } {
    const env = childEnvironment(own, command.env ?? {}, command.envPassthrough);
    const path = env['PATH'] ?? DEFAULT_PATH;
    return { program: resolveCommand({ ...command, path }), env };
  }

  function refuse(upstream: string): void {
    if (closed !== undefined) throw new MerlonError('SHUTTING_DOWN', 'The gateway is shutting down.');
    backoff.check(upstream);
    if (living.size < maxChildren) return;
    throw new MerlonError('TOO_MANY_CHILDREN', `All ${maxChildren} processes for stdio upstreams are in use.`);
  }

  function start(command: ChildCommand, handlers: ChildHandlers): Child {
    const { upstream, args = [], cwd } = command;
    refuse(upstream);
    const { program, env } = prepare(command);
    const watcher = (reaper ??= firstReaper());
    started += 1;
    const number = started;
    env[MARK_NAME] = watcher.mark(number);
    const verdict = judge(upstream);
    let child: Child;
    try {
      child = startChild({
        ...options,
        upstream,
        program,
        args,
        env,
        cwd,
        handlers: {
          onLine(line) {
            verdict.works();
            handlers.onLine(line);
          },
          onExit(exit) {
            living.delete(child);
            verdict.ended(exit);
            handlers.onExit?.(exit);
          },
        },
        onGroup: (group) => watcher.watch(number, group),
        onGroupGone: () => watcher.forget(number),
      });
    } catch (error) {
      verdict.failed();
      throw error;
    }
    living.add(child);
    return child;
  }

  function firstReaper(): Reaper {
    const descriptors = inheritableDescriptors();
    if (descriptors.length > 0)
      log.warn('children inherit files that were open when the gateway began', { descriptors });
    return startReaper({ ...options, path: own['PATH'] ?? DEFAULT_PATH });
  }

  /** Decides whether one start was a success, for the backoff. A caller who hangs up early proves nothing. */
  function judge(upstream: string) {
    const startedAt = clock.now();
    let isDecided = false;
    const decide = (report: () => void): void => {
      if (isDecided) return;
      isDecided = true;
      cancel();
      report();
    };
    const works = (): void => decide(() => backoff.succeeded(upstream));
    const failed = (): void => decide(() => backoff.failed(upstream, startedAt));
    const cancel = clock.after(STABLE_MS, works);
    return {
      works,
      failed,
      ended: (exit: ChildExit): void => (exit.reason === 'killed' ? decide(() => undefined) : failed()),
    };
  }

  async function finish(): Promise<void> {
    await Promise.all([...living].map((child) => child.kill('The gateway is shutting down.')));
    await reaper?.close();
  }

  return {
    start,
    check: (command) => void prepare(command),
    count: () => living.size,
    closeAll: () => (closed ??= finish()),
  };
}
