import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { merlon, programPath } from './deployment.ts';
import { speakOver, type StdioClient } from './stdio-client.ts';

/** `merlon` as the server of a test that speaks to it over its pipes. */
export interface StdioProcess extends StdioClient {
  readonly pid: number;
  /** What it has written to stderr. */
  stderr(): string;
  /** Ends its input, as a client that is done does. */
  endInput(): void;
  /** Ends its stdout unread. */
  closeOutput(): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

export interface StdioProcessOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** False: nobody reads its stdout. Default true. */
  readonly reads?: boolean;
}

/** Starts `merlon` with these arguments; killed with this process at the latest. */
export function startStdio(args: readonly string[], options: StdioProcessOptions = {}): StdioProcess {
  const { env, cwd, reads = true } = options;
  const child = spawn(process.execPath, [merlon, ...args], {
    cwd,
    env: { ...process.env, PATH: programPath, MERLON_API_KEY: undefined, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  void exited.then(() => process.off('exit', kill));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return {
    ...speakOver(child.stdin, reads ? child.stdout : unread(child.stdout)),
    pid: child.pid ?? -1,
    stderr: () => said,
    endInput: () => void child.stdin.end(),
    closeOutput: () => void child.stdout.destroy(),
    kill: (signal) => void child.kill(signal),
    exited,
  };
}

/** A stream that is looked at by nobody: a listener would make it flow. */
function unread(stream: Readable): Readable {
  stream.pause();
  const nobody = Object.create(stream) as Readable;
  nobody.on = () => nobody;
  return nobody;
}
