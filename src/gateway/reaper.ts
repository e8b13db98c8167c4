import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import type { ChildLog } from './child-log.ts';

/** The variable in a child's environment that tells which gateway run it belongs to, and its number there. */
export const MARK_NAME = 'MERLON_CHILD';

/**
 * The reaper's program. Input lines are `+ CHILD GROUP`, `- CHILD` and `! CHILD` (kill what ended children up to CHILD
 * left behind). Only decimal numbers are taken from a line, none is ever run, and group 1 (to `kill`, everybody) is
 * refused. Signals of a terminal or an administrator's `kill` are ignored: it ends when its input ends, no sooner.
 */
export const REAPER_PROGRAM = `# merlon: ends what the gateway's children leave behind
trap '' HUP INT QUIT TERM TSTP TTIN TTOU PIPE ALRM USR1 USR2
mark=$1
living=' '
is_number() { case $1 in '' | 0* | *[!0-9]* | ???????????*) return 1 ;; esac; }
sweep() {
  grep -aos "$mark[0-9]*" /proc/[0-9]*/environ 2>/dev/null | while IFS=: read -r file found; do
    child=\${found#"$mark"} pid=\${file#/proc/}
    pid=\${pid%/environ}
    is_number "$child" && is_number "$pid" && [ "$child" -le "$1" ] || continue
    case $living in *" $child:"*) continue ;; esac
    kill -KILL "$pid" 2>/dev/null && echo "$pid"
  done
}
while read -r verb child group rest; do
  is_number "$child" || continue
  case $verb in
    +) is_number "$group" && [ "$group" -gt 1 ] && living="$living$child:$group " ;;
    -) case $living in *" $child:"*)
      after=\${living#*" $child:"}
      living="\${living%%" $child:"*} \${after#* }" ;;
    esac ;;
    !) sweep "$child" >/dev/null ;;
  esac
done
for entry in $living; do kill -KILL "-\${entry#*:}" 2>/dev/null; done
living=' ' pass=0
while [ "$pass" -lt 10 ] && [ -n "$(sweep 9999999999)" ]; do pass=$((pass + 1)); done
`;

/** What a reaper needs. */
export interface ReaperOptions {
  readonly clock: Clock;
  readonly log: ChildLog;
  /** `PATH` on which the reaper finds `grep`. */
  readonly path: string;
  /** Names this gateway run in its children's environments: letters, digits and `-`; default a random UUID. */
  readonly run?: string;
  /** The shell, default `/bin/sh`. */
  readonly shell?: string;
  /** Milliseconds between the end of a child and the search for what left its group, default 2,000, range 0–60,000. */
  readonly sweepMs?: number;
}

/** Ends the processes of this gateway that the gateway itself can no longer end. */
export interface Reaper {
  /** Value of {@link MARK_NAME} for child number `child` (1, 2, 3, … in the order of their starts). */
  mark(child: number): string;
  /** To be called as soon as the child runs; `group` is its process group. */
  watch(child: number, group: number): void;
  /** To be called when the child's leader has ended and its group was killed. */
  forget(child: number): void;
  /** Ends the reaper, and with it every process of this run that still lives. */
  close(): Promise<void>;
}

/**
 * Starts the reaper: one tiny shell in a session of its own that waits on a pipe from the gateway. When the gateway
 * ends in whatever way, SIGKILL included, the pipe closes; the reaper then kills the groups still listed and, on
 * Linux, every process whose initial environment carries the mark of this run, and ends. The mark also finds children
 * that the gateway was just starting and processes that left their group (`setsid`, as browsers do).
 *
 * It cannot catch: a process that left its group *and* cleared the mark from its environment, or runs as another user;
 * without `/proc` or `grep` any process that left its group; anything when the reaper is killed together with the
 * gateway. Against a hostile upstream only the PID namespace of the sandbox holds.
 */
export function startReaper(options: ReaperOptions): Reaper {
  const { clock, log, path, run = randomUUID(), shell = '/bin/sh', sweepMs = 2000 } = options;
  if (!/^[\w-]+$/u.test(run)) throw new TypeError('The name of a run consists of letters, digits, _ and -.');
  const living = new Map<number, number>();
  let highest = 0;
  let shellProcess: ChildProcess | undefined;
  let cancelRestart: (() => void) | undefined;
  let cancelSweep: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  function launch(): void {
    cancelRestart = undefined;
    const mark = `${MARK_NAME}=${run}-`;
    const started = spawn(shell, ['-c', REAPER_PROGRAM, 'merlon-reaper', mark], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      env: { PATH: path },
    });
    started.on('error', (error) => lost(started, error.message));
    started.on('exit', () => lost(started, 'it was killed'));
    started.stdin?.on('error', () => undefined);
    if (started.pid === undefined) return;
    shellProcess = started;
    setReference(started, false);
    for (const [child, group] of living) write(`+ ${child} ${group}`);
  }

  function lost(which: ChildProcess, why: string): void {
    if (closed !== undefined || (shellProcess !== undefined && shellProcess !== which)) return;
    shellProcess = undefined;
    log.warn('the reaper is not running; children would outlive a killed gateway', { why });
    cancelRestart ??= clock.after(1000, launch);
  }

  // libuv tries a pipe's write at once, so the line is in the kernel's hands when this returns.
  function write(line: string): void {
    shellProcess?.stdin?.write(`${line}\n`);
  }

  function sweep(): void {
    cancelSweep = undefined;
    write(`! ${highest}`);
  }

  async function finish(): Promise<void> {
    cancelRestart?.();
    cancelSweep?.();
    const ending = shellProcess;
    if (ending === undefined) return;
    setReference(ending, true);
    await new Promise<void>((resolve) => {
      ending.on('exit', () => resolve());
      ending.stdin?.end();
    });
  }

  if (process.platform === 'win32') {
    log.warn('no process groups on this platform: children may outlive a killed gateway');
  } else launch();

  return {
    mark: (child) => `${run}-${child}`,
    watch(child, group) {
      living.set(child, group);
      highest = Math.max(highest, child);
      write(`+ ${child} ${group}`);
    },
    forget(child) {
      if (!living.delete(child)) return;
      write(`- ${child}`);
      cancelSweep ??= clock.after(sweepMs, sweep);
    },
    close: () => (closed ??= finish()),
  };
}

/** Decides whether the reaper keeps the gateway's event loop running. */
function setReference(child: ChildProcess, held: boolean): void {
  const ends = child.stdin instanceof Socket ? [child, child.stdin] : [child];
  for (const end of ends) {
    if (held) end.ref();
    else end.unref();
  }
}
