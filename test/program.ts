import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** A child process that tests and benchmarks own: started, awaited until it is up, ended with everything it started. */
export interface Program {
  readonly pid: number;
  /** What of its output matched `ready`, with its groups; one empty string where a port was awaited. */
  readonly match: Match;
  /** What it has written to stdout and stderr, the last 64 KiB. */
  output(): string;
  /** Resolves with its exit code (null: by a signal) when it has ended, for whatever reason. */
  readonly exited: Promise<number | null>;
  /** Ends it with SIGTERM, after 10 s with SIGKILL, then what is left of its process group; resolves with its exit code (null: by a signal). */
  stop(): Promise<number | null>;
}

type Match = readonly string[] & { readonly 0: string };

/** How a program is started. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** It is up when its output matches this, or when it accepts connections at this loopback port. */
  readonly ready: RegExp | number;
  readonly cwd?: string;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const KEPT_OUTPUT = 64 * 1024;
const START_MS = 30_000;
const STOP_MS = 10_000;
const POLL_MS = 25;

/** Starts a program in a process group of its own and waits until it is up. @throws Error with its output when it is not within 30 s */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const killLeft = (): void => killGroup(child);
  process.once('exit', killLeft);
  const written = { text: '' };
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = async (): Promise<number | null> => {
    const code = await end(child);
    killLeft();
    process.off('exit', killLeft);
    return code;
  };
  try {
    const match = await untilUp(child, options.ready, written);
    return { pid: child.pid ?? -1, match, output: () => written.text, exited, stop };
  } catch (error) {
    await stop();
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${options.command} ${options.args.join(' ')}: ${what}\n${written.text}`, { cause: error });
  }
}

function untilUp(child: ChildProcess, ready: RegExp | number, written: { text: string }): Promise<Match> {
  return new Promise((resolve, reject) => {
    let poll: NodeJS.Timeout | undefined;
    let settled = false;
    const settle = (act: () => void): void => {
      settled = true;
      clearTimeout(timer);
      clearInterval(poll);
      act();
    };
    const fail = (what: string): void => settle(() => reject(new Error(what)));
    const timer = setTimeout(() => fail('was not up in time'), START_MS);
    const read = (chunk: string): void => {
      written.text = (written.text + chunk).slice(-KEPT_OUTPUT);
      if (settled || typeof ready === 'number') return;
      const match = ready.exec(written.text);
      if (match !== null) settle(() => resolve(match));
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(`ended with code ${code}`));
    if (typeof ready === 'number') {
      poll = setInterval(() => {
        const socket = connect(ready, '127.0.0.1', () => {
          socket.destroy();
          settle(() => resolve(['']));
        }).on('error', () => {});
      }, POLL_MS);
    }
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
