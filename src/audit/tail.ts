import { MerlonError } from '../kernel/errors.ts';
import { MAX_ENTRY } from './entry.ts';
import { type OpenFile, readAll } from '../kernel/files.ts';

/** What the end of a log file tells. */
export interface Tail {
  /** Bytes up to and including the last complete line; what follows was never acknowledged. */
  readonly complete: number;
  /** The last complete line's number and time; undefined in an empty file. */
  readonly last: { readonly seq: number; readonly time: number } | undefined;
}

// A line in UTF-8 has at most 3 bytes a character; the window holds a complete one behind a torn one.
const WINDOW = 2 * (3 * MAX_ENTRY + 1_024);
const NEWLINE = 10;
const LINE_START = '{"seq":';

/**
 * Reads a log file backwards from its end. A torn last line is what a crash leaves in the middle of a write, so its
 * entry was never acknowledged; anything else that this log would not write is damage.
 * @throws MerlonError AUDIT_DAMAGED
 */
export async function readTail(file: OpenFile, size: number, path: string): Promise<Tail> {
  const start = Math.max(0, size - WINDOW);
  const window = await readAll(file, start, size - start);
  const end = window.lastIndexOf(NEWLINE) + 1;
  if (!isTorn(window.subarray(end))) throw damaged(path, start + end);
  if (end === 0) {
    if (start > 0) throw damaged(path, start);
    return { complete: 0, last: undefined };
  }
  const begin = end < 2 ? 0 : window.lastIndexOf(NEWLINE, end - 2) + 1;
  if (begin === 0 && start > 0) throw damaged(path, start);
  const last = parseLine(window.toString('utf8', begin, end - 1));
  if (last === undefined) throw damaged(path, start + begin);
  return { complete: start + end, last };
}

/** True for the beginning of a line of ours, or for the zeros that a power cut can leave; another program's text is not ours to cut. */
function isTorn(rest: Buffer): boolean {
  if (rest.every((byte) => byte === 0)) return true;
  const begin = rest.toString('latin1', 0, LINE_START.length);
  return LINE_START.startsWith(begin);
}

function parseLine(line: string): { seq: number; time: number } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('seq' in value) || !('time' in value)) return undefined;
  const { seq, time } = value;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1 || typeof time !== 'string') return undefined;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : { seq, time: ms };
}

function damaged(path: string, at: number): MerlonError {
  return new MerlonError('AUDIT_DAMAGED', `The audit log ${path} is damaged at byte ${at}; it was left as it is.`);
}
