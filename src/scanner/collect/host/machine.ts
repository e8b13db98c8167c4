import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

/** Programs that are asked, with their whole command lines: they read and change nothing. */
const questions = {
  nft: { places: ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft'], args: ['-j', 'list', 'ruleset'] },
  iptables: { places: ['/usr/sbin/iptables-save', '/sbin/iptables-save', '/usr/bin/iptables-save'], args: [] },
  ip6tables: { places: ['/usr/sbin/ip6tables-save', '/sbin/ip6tables-save', '/usr/bin/ip6tables-save'], args: [] },
  ufw: { places: ['/usr/sbin/ufw', '/usr/bin/ufw'], args: ['status', 'verbose'] },
} as const;

/** One of the programs. */
export type Question = keyof typeof questions;

/** What came of asking a program. */
export type Answered =
  | { readonly kind: 'missing' | 'denied' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'said'; readonly text: string };

/** The machine that is looked at; tests put folders of their own in its place. */
export interface Machine {
  /** Normally `/proc`, `/sys` and `/etc`. */
  readonly proc: string;
  readonly sys: string;
  readonly etc: string;
  /** Undefined where there are no user ids. */
  readonly uid: number | undefined;
  readonly isLittleEndian: boolean;
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Answered>;
}

/** Longest time that a program may take, ms. */
const MAX_MS = 5_000;
/** Largest output that is read, bytes. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The machine that this process runs on. */
export const thisMachine: Machine = {
  proc: '/proc',
  sys: '/sys',
  etc: '/etc',
  uid: process.getuid?.(),
  isLittleEndian: new Uint8Array(new Uint16Array([1]).buffer)[0] === 1,
  ask: askProgram,
};

/** Runs one of the programs by its full path, without an environment, bounded in time and output. */
async function askProgram(question: Question, signal: AbortSignal): Promise<Answered> {
  const { places, args } = questions[question];
  for (const file of places) if (await isThere(file)) return await run(file, args, signal);
  return { kind: 'missing' };
}

async function isThere(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function run(file: string, args: readonly string[], signal: AbortSignal): Promise<Answered> {
  const options = { env: {}, cwd: '/', timeout: MAX_MS, killSignal: 'SIGKILL', maxBuffer: MAX_BYTES, signal } as const;
  return await new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ kind: 'said', text: stdout });
      else if (/permission denied|not permitted|be root/i.test(stderr.slice(0, 4_096))) resolve({ kind: 'denied' });
      else resolve({ kind: 'failed', why: error.killed === true ? 'it took too long' : `it ended with ${error.code}` });
    });
  });
}
