import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Longest wait for the process table to change, in milliseconds. */
const DEADLINE_MS = 20_000;

/** One process as Linux shows it. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** Facts about a process, or undefined when it is gone (a zombie is gone: it runs no code and holds no resource). */
export function lookUp(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { pid, parent: Number(parent), group: Number(group), session: Number(session) };
  } catch {
    return undefined;
  }
}

/** Pids of all living processes that have `text` in their arguments or environment. */
export function processesWith(text: string, where: readonly string[] = ['cmdline', 'environ']): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => lookUp(pid) !== undefined && where.some((file) => read(pid, file).includes(text)));
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** Looks at the process table, which sends no events, until `look` answers true; throws after a generous deadline. */
export async function eventually(look: () => boolean, what: () => unknown = () => look.toString()): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!look()) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${JSON.stringify(what())}`);
    await pause(5);
  }
}
