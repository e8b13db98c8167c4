import { crc32 } from 'node:zlib';
import { MerlonError } from './errors.ts';
import { type OpenFile, readAll } from './files.ts';
import { isObject, type Json, parseJson } from './jsonrpc.ts';

/** What a journal's file says. */
export interface JournalRead {
  /** Bytes up to and including the last complete line; what follows was never acknowledged. */
  readonly complete: number;
  /** Records, the header not counted. */
  readonly length: number;
}

interface Reading {
  readonly path: string;
  readonly purpose: string;
  readonly apply: (record: Json) => void;
}

const START = '{"crc":"';
const NEWLINE = 10;
const VERSION = 1;
/** Bytes that are read at one time. */
const CHUNK = 1_048_576;
/** A longer line is none of ours, bytes. */
const MAX_LINE = 64 * CHUNK;

// A crash tears the last line only; the checksum is there for a disk that gives back something else than it got.
const LINE = /^\{"crc":"([0-9a-f]{8})","record":(.*)\}$/s;

/** The line of a record, with its checksum. */
export function writeLine(record: Json): Buffer {
  const text = JSON.stringify(record);
  return Buffer.from(`${START}${checksum(text)}","record":${text}}\n`);
}

/** The first line of a journal: what it is for, and how it is written. */
export function writeHeader(purpose: string): Buffer {
  return writeLine({ journal: purpose, version: VERSION });
}

/**
 * Reads a journal from its beginning and applies each record.
 * @throws MerlonError STATE_DAMAGED for anything that a journal for this purpose, or a crash that cut it, would not hold
 */
export async function readJournal(
  file: OpenFile,
  size: number,
  { path, purpose, apply }: Reading,
): Promise<JournalRead> {
  let rest = Buffer.alloc(0);
  let complete = 0;
  let lines = 0;
  for (let position = 0; position < size; ) {
    const chunk = await readAll(file, position, Math.min(CHUNK, size - position));
    if (chunk.length === 0) break;
    position += chunk.length;
    const bytes = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const record = parseLine(bytes.toString('utf8', from, end));
      if (record === undefined) throw damaged(path, complete);
      if (lines === 0) checkHeader(record.value, path, purpose);
      else applyRead(record.value, apply, path, complete);
      complete += end + 1 - from;
      lines += 1;
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > MAX_LINE) throw damaged(path, complete);
  }
  if (!isTorn(rest)) throw damaged(path, complete);
  return { complete, length: Math.max(0, lines - 1) };
}

function parseLine(line: string): { readonly value: Json } | undefined {
  const [, sum, text] = LINE.exec(line) ?? [];
  if (text === undefined || sum !== checksum(text)) return undefined;
  try {
    // Numbers that a double cannot hold come back as they were written.
    return { value: parseJson(text) as Json };
  } catch {
    return undefined;
  }
}

function checkHeader(header: Json, path: string, purpose: string): void {
  if (!isObject(header) || header['journal'] !== purpose) throw damaged(path, 0);
  if (header['version'] === VERSION) return;
  throw new MerlonError('STATE_DAMAGED', `${path} was written by another version of Merlon.`, {
    todo: 'Use the version that wrote it, or move the file away.',
  });
}

function applyRead(record: Json, apply: (record: Json) => void, path: string, at: number): void {
  try {
    apply(record);
  } catch (cause) {
    throw damaged(path, at, cause);
  }
}

/** True for the beginning of a line of ours, or for the zeros that a power cut can leave; another program's text is not ours to cut. */
function isTorn(rest: Buffer): boolean {
  if (rest.every((byte) => byte === 0)) return true;
  return START.startsWith(rest.toString('latin1', 0, START.length));
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function damaged(path: string, at: number, cause?: unknown): MerlonError {
  return new MerlonError('STATE_DAMAGED', `${path} is damaged at byte ${at}; it was left as it is.`, { cause });
}
