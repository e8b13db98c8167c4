import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuditLog } from '../../src/audit/log.ts';
import { rotatedInOrder } from '../../src/kernel/rotation.ts';

const CHILD = join(import.meta.dirname, 'writer-child.ts');
const run = promisify(execFile);
let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-durable-'));
  path = join(folder, 'audit.log');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly lines: AsyncIterableIterator<string>;
}

function start(command: string, ...args: string[]): Child {
  const process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(process);
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  return { process, exited: once(process, 'exit'), lines };
}
const startWriter = (maxBytes: number): Child => start(process.execPath, CHILD, path, String(maxBytes));

async function next(child: Child): Promise<string> {
  const { value, done } = await child.lines.next();
  return done === true ? 'end' : value;
}
const seqOf = (line: string): number => Number(line.split(' ')[1]);

/** All numbers in the log, in the order of the files; the torn end of the last file is left out. */
async function recorded(): Promise<number[]> {
  const names = [...rotatedInOrder('audit.log', await readdir(folder)), 'audit.log'];
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts
    .flatMap((text) => text.split('\n').slice(0, -1))
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('kill -9 under load', () => {
  it('never loses an acknowledged entry, leaves no gap and no duplicate, restart after restart', async () => {
    let acknowledged = 0;
    for (let round = 0; round < 20; round++) {
      const child = startWriter(20_000);
      const begin = seqOf(await next(child));
      expect(begin).toBeGreaterThanOrEqual(acknowledged);
      const rest = 1 + Math.floor(Math.random() * 600);
      for (let i = 0; i < rest; i++) acknowledged = Math.max(acknowledged, seqOf(await next(child)));
      child.process.kill('SIGKILL');
      for (let line = await next(child); line !== 'end'; line = await next(child)) {
        // The pipe may end in the middle of a number: only a whole line counts.
        if (/^ack \d+$/.test(line)) acknowledged = Math.max(acknowledged, seqOf(line));
      }
      await child.exited;
      const seqs = await recorded();
      expect(seqs).toEqual(upTo(seqs.length));
      expect(seqs.length).toBeGreaterThanOrEqual(acknowledged);
    }
    const log = await openAuditLog({ path, rotation: 'never', maxBytes: 0, retentionDays: 0 });
    expect(await log.append({ kind: 'lifecycle', event: 'started' })).toBe((await recorded()).length);
    await log.close();
    expect((await readFile(path, 'utf8')).endsWith('\n')).toBe(true);
  });
});

describe('one writer', () => {
  it('a second process is refused while the first lives, and not once it was killed', async () => {
    const first = startWriter(0);
    await next(first);
    const second = startWriter(0);
    expect(await next(second)).toBe('error AUDIT_IN_USE');
    first.process.kill('SIGKILL');
    await first.exited;
    expect(await next(startWriter(0))).toMatch(/^open \d+$/);
  });
});

const hasPrlimit = await run('prlimit', ['--version']).then(
  () => true,
  () => false,
);
if (!hasPrlimit) console.warn('NOT TESTED: the full disk with a real file system: prlimit(1) is missing');

describe.skipIf(!hasPrlimit)('a real file system that takes no more', () => {
  it('closes the gate, keeps what it acknowledged, and opens again when there is room', async () => {
    const limit = 50_000;
    const child = start('prlimit', `--fsize=${limit}:unlimited`, '--', process.execPath, CHILD, path, '0');
    expect(await next(child)).toBe('open 0');
    const acks: number[] = [];
    let line = await next(child);
    for (; line.startsWith('ack'); line = await next(child)) acks.push(seqOf(line));
    expect(line).toBe('refused AUDIT_UNAVAILABLE writable false');
    expect((await stat(path)).size).toBeLessThanOrEqual(limit);
    expect((await recorded()).slice(0, acks.length)).toEqual(upTo(acks.length));
    expect(acks).toEqual(upTo(acks.length));

    await run('prlimit', ['--pid', String(child.process.pid), '--fsize=unlimited:unlimited']);
    child.process.stdin?.write('\n');
    // One entry says that the log recovered, the next one is the caller's.
    expect(await next(child)).toBe(`ack ${acks.length + 2}`);
    expect(await next(child)).toBe('closed');
    expect(await recorded()).toEqual(upTo(acks.length + 2));
  });
});
