import { dirname, join } from 'node:path';
import { type Config, type Loaded, loadConfig } from '../config/load.ts';
import { showable } from '../detect/showable.ts';
import { listTools } from '../gateway/catalog.ts';
import { closeInheritedDescriptors } from '../gateway/descriptors.ts';
import type { Gate } from '../gateway/gate.ts';
import { MerlonError } from '../kernel/errors.ts';
import {
  lockChanges,
  type Lockfile,
  lockfileOf,
  lockText,
  MAX_LOCK_BYTES,
  parseLockfile,
} from '../policy/tool/lockfile.ts';
import { createToolBook, type ToolBook } from '../policy/tool/tool-book.ts';
import { partsOfTool } from '../policy/tool/tool-name.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { overrideIn } from './configured-tasks.ts';
import { lockLines } from './lock-lines.ts';
import { openStdioGateway } from './open-stdio-gateway.ts';
import { checkPlaceOf, writeReport } from './write-report.ts';

/** What {@link runLock} is told by the command line. */
export interface LockOptions {
  readonly config: string;
  /** True to compare instead of writing. */
  readonly check?: true;
  /** Default: `merlon.lock` beside the configuration. */
  readonly file?: string;
}

/** Where it says what. */
export interface LockIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes one line for whoever asked. */
  readonly print: (line: string) => void;
  /** The server log, where it has no file. */
  readonly stderr: (text: string) => void;
}

/** Tools without a profile that are named; an upstream with more than 2,000 tools has none at all. */
const MAX_UNUSABLE = 20;

/** What upstreams offer, and what could not be found out. */
interface Found {
  readonly book: ToolBook;
  /** Upstreams that could not be asked, or not for all of their tools. */
  readonly unavailable: readonly string[];
  /** `upstream/name` of tools that have no profile: listed twice, or with a definition that nothing can hold to. */
  readonly unusable: readonly string[];
}

/** `merlon lock`. @returns the exit code: 1 something has changed, 3 an upstream could not be asked, else 0 */
export async function runLock(options: LockOptions, io: LockIo = ofProcess()): Promise<number> {
  const file = options.file ?? join(dirname(options.config), 'merlon.lock');
  // First, so that a mistake shows before programs are started.
  const before = options.check === true ? readLock(file) : undefined;
  if (before === undefined) checkPlaceOf(file);
  const found = await askAll(await loadConfig(options.config, { env: io.env, listens: false }), io);
  for (const line of leftOutLines(found)) io.print(line);
  return before === undefined ? write(file, found, io) : compare(file, before, found, io);
}

function leftOutLines({ unavailable, unusable }: Found): readonly string[] {
  const named = unusable
    .slice(0, MAX_UNUSABLE)
    .map((tool) => `! ${showable(tool)} is left out: listed twice, too large, or no valid definition.`);
  const more = unusable.length > MAX_UNUSABLE ? [`! … and ${unusable.length - MAX_UNUSABLE} more.`] : [];
  return [...named, ...more, ...unavailable.map((upstream) => `? ${upstream} could not be asked for its tools.`)];
}

async function write(file: string, { book, unavailable }: Found, { print }: LockIo): Promise<number> {
  if (unavailable.length > 0) {
    print(`Nothing was written: ${file} would leave out the tools of ${unavailable.join(', ')}.`);
    return 3;
  }
  const now = lockfileOf(book.profiles());
  await writeReport(file, lockText(now));
  print(`${count(now.tools.length)} written to ${file}.`);
  return 0;
}

function compare(file: string, before: Lockfile, { book, unavailable }: Found, { print }: LockIo): number {
  const now = lockfileOf(book.profiles());
  // Of an upstream that did not answer nobody knows what is gone.
  const changes = lockChanges(before, now).filter(
    ({ kind, tool }) => kind !== 'removed' || !unavailable.includes(partsOfTool(tool).upstream),
  );
  for (const line of lockLines(changes)) print(line);
  if (changes.length > 0) return 1;
  if (unavailable.length > 0) return 3;
  print(`${count(now.tools.length)} as in ${file}.`);
  return 0;
}

function readLock(file: string): Lockfile {
  try {
    return parseLockfile(readTextFile(file, MAX_LOCK_BYTES));
  } catch (error) {
    if (error instanceof MerlonError && error.code === 'LOCK_UNUSABLE') throw error;
    throw new MerlonError('LOCK_UNUSABLE', `The lockfile ${file} cannot be read.`, { cause: error });
  }
}

async function askAll(loaded: Loaded, { env, stderr }: LockIo): Promise<Found> {
  const gateway = await openStdioGateway(loaded, { env, stderr, firstLog: 1, authenticate: () => refuseAll });
  try {
    return await askEach(gateway.gate, loaded.config);
  } finally {
    await gateway.close();
  }
}

// Nobody connects: the gateway asks for itself.
function refuseAll(): never {
  throw new MerlonError('AUTH_REQUIRED', 'This process serves nobody.');
}

async function askEach(gate: Gate, config: Config): Promise<Found> {
  const book = createToolBook({
    overrideOf: (upstream, tool) => overrideIn(config, upstream, tool),
    isSandboxed: () => false,
  });
  const unavailable: string[] = [];
  const unusable: string[] = [];
  await Promise.all(
    [...gate.current.upstreams.keys()].map(async (upstream) => {
      try {
        const { entries, isComplete } = await listTools(gate, upstream);
        book.learn(upstream, entries);
        if (!isComplete) unavailable.push(upstream);
        const names = new Set(entries.map(({ name }) => (typeof name === 'string' ? name : '')));
        for (const name of names) if (book.profile(upstream, name) === undefined) unusable.push(`${upstream}/${name}`);
      } catch (error) {
        const { code, message } = gate.known(error);
        gate.log.warn('tool list unavailable', { upstream, code, reason: message });
        unavailable.push(upstream);
      }
    }),
  );
  return { book, unavailable: unavailable.toSorted(), unusable: unusable.toSorted() };
}

function count(tools: number): string {
  return `${tools} tool${tools === 1 ? '' : 's'}`;
}

function ofProcess(): LockIo {
  // So that no upstream inherits what whoever started this left open.
  closeInheritedDescriptors();
  return {
    env: process.env,
    print: (line) => void process.stdout.write(`${line}\n`),
    stderr: (text) => void process.stderr.write(text),
  };
}
