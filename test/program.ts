import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';

/** A child process that tests and benchmarks own: started, awaited until it is up, ended with everything it started. */
export interface Program {
  readonly pid: number;
  /** What matched `ready`. */
  readonly match: RegExpExecArray;
  /** What it has written to stdout and stderr, the last 64 KiB. */
  output(): string;
  /** Ends it with SIGTERM, after 10 s with SIGKILL, and what is left of its process group; resolves with its exit code (null: by a signal). */
  stop(): Promise<number | null>;
}

/** How a program is started; `ready` is matched against its output. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly ready: RegExp;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long it may take to be up; default 30 s. */
  readonly timeoutMs?: number;
}

const KEPT_OUTPUT = 64 * 1024;
const STOP_MS = 10_000;

/** Starts a program in a process group of its own and waits until its output matches `ready`. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env === undefined ? process.env : { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const leaveNothing = (): void => killGroup(child);
  process.once('exit', leaveNothing);
  const written = { text: '' };
  const stop = async (): Promise<number | null> => {
    const code = await end(child);
    killGroup(child);
    process.off('exit', leaveNothing);
    return code;
  };
  try {
    const match = await untilOutput(child, options, written);
    return { pid: child.pid ?? -1, match, output: () => written.text, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function untilOutput(
  child: ChildProcess,
  options: ProgramOptions,
  written: { text: string },
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer);
      reject(new Error(`${options.command} ${options.args.join(' ')}: ${what}\n${written.text}`));
    };
    const timer = setTimeout(() => fail('was not up in time'), options.timeoutMs ?? 30_000);
    const read = (chunk: string): void => {
      written.text = (written.text + chunk).slice(-KEPT_OUTPUT);
      const match = options.ready.exec(written.text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(`ended with code ${code}`));
  });
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.pid === undefined) return null;
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
  return child.exitCode;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

/** Resolves once something accepts connections at the loopback port; for programs that do not say when they are up. */
export async function untilListening(port: number, timeoutMs: number = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error(`Nothing listens on port ${port}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
