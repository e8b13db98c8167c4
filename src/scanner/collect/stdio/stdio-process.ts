import { spawn } from 'node:child_process';
import { isObject } from '../../../kernel/jsonrpc.ts';

/** What is started. */
export interface ProcessStart {
  readonly command: readonly [string, ...string[]];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly bounds: ProcessBounds;
  readonly signal: AbortSignal;
}

export interface ProcessBounds {
  /** Most bytes that are read of what it writes. Default 32 MiB. */
  readonly bytes: number;
  /** How long one request may take, ms. Default 20,000. */
  readonly requestMs: number;
  /** Time between SIGTERM and SIGKILL, ms. Default 1,000. */
  readonly graceMs: number;
}

export const defaultBounds: ProcessBounds = { bytes: 32 * 1024 * 1024, requestMs: 20_000, graceMs: 1_000 };

/** Why a request has no result. */
export type NoResult = 'error' | 'timeout' | 'ended' | 'too-much';

/** The end of a request: its result, or why there is none. */
export type Answered = { readonly result: unknown } | { readonly none: NoResult; readonly code?: number };

/** A started MCP server, spoken to in JSON-RPC lines. */
export interface StdioProcess {
  /** Sends a request and waits; never throws. */
  ask(method: string, params: object): Promise<Answered>;
  tell(method: string): void;
  /** The last 4,096 characters of what it wrote to stderr. */
  stderr(): string;
  /** How it ended, where it did. */
  exit(): { readonly code: number | null; readonly signal: string | null } | 'not-started' | undefined;
  /** SIGTERM, then SIGKILL, to its whole process group; resolves when it is gone. */
  end(): Promise<void>;
}

const MAX_STDERR = 4_096;

/** Starts a program as the leader of a process group of its own, without a shell. Everything it says is attacker-controlled. */
export function startProcess({ command, env, folder, bounds, signal }: ProcessStart): StdioProcess {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: folder, env, detached: true, shell: false, stdio: 'pipe' });
  const waiting = new Map<number, (answer: Answered) => void>();
  let nextId = 0;
  let errors = '';
  let exit: ReturnType<StdioProcess['exit']>;
  let stopped: NoResult | undefined;

  const gone = new Promise<void>((resolve) => {
    child.once('error', () => {
      if (child.pid === undefined) exit = 'not-started';
      stop('ended');
      if (child.pid === undefined) resolve();
    });
    child.once('exit', (code, name) => {
      exit = { code, signal: name };
      // Whoever it started must not outlive it; the group's number is still its own in this very turn.
      signalGroup('SIGKILL');
      resolve();
    });
  });

  function signalGroup(name: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      if (process.platform === 'win32') child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // Nobody is left.
    }
  }

  function stop(why: NoResult): void {
    stopped ??= why;
    for (const answer of waiting.values()) answer({ none: why });
    waiting.clear();
  }

  function send(message: object): void {
    if (stopped === undefined && child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  function handle(line: string): void {
    const message = parsed(line);
    if (!isObject(message)) return;
    const { id, method } = message;
    if (typeof method === 'string') {
      if (typeof id === 'string' || typeof id === 'number') send(replyTo(id, method));
      return;
    }
    const answer = typeof id === 'number' ? waiting.get(id) : undefined;
    if (answer === undefined || typeof id !== 'number') return;
    waiting.delete(id);
    if ('result' in message) answer({ result: message['result'] });
    else {
      const { error } = message;
      const code = isObject(error) ? error['code'] : undefined;
      answer({ none: 'error', ...(typeof code === 'number' ? { code } : {}) });
    }
  }

  const killNow = (): void => signalGroup('SIGKILL');
  const onAbort = (): void => {
    stop('ended');
    killNow();
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  process.once('exit', killNow);
  readLines(child.stdout, bounds.bytes, handle, () => stop('too-much'));
  // After its exit, and after the last of what it wrote.
  child.once('close', () => stop('ended'));
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-MAX_STDERR);
  });
  child.stderr.on('error', () => undefined);

  return {
    ask(method, params) {
      if (stopped !== undefined) return Promise.resolve({ none: stopped });
      const id = (nextId += 1);
      const { promise, resolve } = Promise.withResolvers<Answered>();
      const timer = setTimeout(() => {
        waiting.delete(id);
        resolve({ none: 'timeout' });
      }, bounds.requestMs);
      waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      send({ jsonrpc: '2.0', id, method, params });
      return promise;
    },
    tell: (method) => send({ jsonrpc: '2.0', method }),
    stderr: () => errors,
    exit: () => exit,
    async end() {
      stop('ended');
      child.stdin.destroy();
      if (exit === undefined) signalGroup('SIGTERM');
      const timer = setTimeout(() => signalGroup('SIGKILL'), bounds.graceMs);
      await gone;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      process.removeListener('exit', killNow);
      // A process that left the group may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** What the scan answers when a server asks: it is alive, and can do nothing. */
function replyTo(id: string | number, method: string): object {
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} };
  return { jsonrpc: '2.0', id, error: { code: -32601, message: 'A scan answers no questions.' } };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Servers print banners to stdout; a line that is no JSON is no message.
    return undefined;
  }
}

/** Calls `onLine` with each line; `onTooMuch` once more than `most` bytes have come, after which nothing is read. */
function readLines(
  stream: NodeJS.ReadableStream,
  most: number,
  onLine: (line: string) => void,
  onTooMuch: () => void,
): void {
  let read = 0;
  let held: Buffer[] = [];
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    if (read > most) return;
    read += chunk.length;
    if (read > most) {
      held = [];
      onTooMuch();
      return;
    }
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...held, chunk.subarray(from, to)]).toString('utf8');
      held = [];
      from = to + 1;
      if (line.trim() !== '') onLine(line);
    }
    if (from < chunk.length) held.push(chunk.subarray(from));
  });
}
