import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, fakeClock } from '../kernel/clock.ts';
import { type OpenFile, type FileSystem, systemFs } from '../kernel/files.ts';
import { type AuditEntry, type AuditLog, type AuditLogOptions, openAuditLog } from './log.ts';

/** A file system that counts, waits and fails as told; everything else is real. */
interface Disk extends FileSystem {
  syncs: number;
  opens: number;
  /** Error code of the next writes, after `room` more bytes. */
  writeError: string | undefined;
  room: number;
  syncError: string | undefined;
  openError: string | undefined;
  renameError: string | undefined;
  unlinkError: string | undefined;
  /** Holds every fdatasync back until the returned function is called. */
  hold(): () => void;
  /** Resolves when an fdatasync is being held back. */
  reached(): Promise<void>;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function disk(): Disk {
  let gate = Promise.resolve();
  let arrive: () => void = () => undefined;
  let arrived = Promise.resolve();
  const wrap = (file: OpenFile): OpenFile => ({
    read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
    write: async (buffer, offset, length) => {
      if (made.writeError === undefined) return file.write(buffer, offset, length);
      if (made.room === 0) throw systemError(made.writeError);
      const bytes = Math.min(length, made.room);
      made.room -= bytes;
      return file.write(buffer, offset, bytes);
    },
    datasync: async () => {
      made.syncs += 1;
      arrive();
      await gate;
      if (made.syncError !== undefined) throw systemError(made.syncError);
      await file.datasync();
    },
    sync: () => file.sync(),
    truncate: (length) => file.truncate(length),
    stat: () => file.stat(),
    close: () => file.close(),
  });
  const made: Disk = {
    ...systemFs,
    // Counted and held back here is the fdatasync of systems that cannot write through.
    writeThrough: undefined,
    syncs: 0,
    opens: 0,
    writeError: undefined,
    room: 0,
    syncError: undefined,
    openError: undefined,
    renameError: undefined,
    unlinkError: undefined,
    open: async (file, flags, mode) => {
      made.opens += 1;
      if (made.openError !== undefined) throw systemError(made.openError);
      return wrap(await systemFs.open(file, flags, mode));
    },
    rename: async (from, to) => {
      if (made.renameError !== undefined) throw systemError(made.renameError);
      await systemFs.rename(from, to);
    },
    unlink: async (file) => {
      if (made.unlinkError !== undefined) throw systemError(made.unlinkError);
      await systemFs.unlink(file);
    },
    hold() {
      const go = Promise.withResolvers<void>();
      const there = Promise.withResolvers<void>();
      gate = go.promise;
      arrived = there.promise;
      arrive = there.resolve;
      return go.resolve;
    },
    reached: () => arrived,
  };
  return made;
}

let folder: string;
let path: string;
let fs: Disk;
let clock: ReturnType<typeof fakeClock>;
let log: AuditLog;
let states: string[];

const intent = (name = 'x'): AuditEntry => ({ kind: 'intent', name });
const unavailable = { code: 'AUDIT_UNAVAILABLE' };

async function open(options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  const onStateChange: AuditLogOptions['onStateChange'] = ({ writable, cause }) => states.push(`${writable} ${cause}`);
  return openAuditLog({ path, rotation: 'never', maxBytes: 0, retentionDays: 0, clock, fs, onStateChange, ...options });
}

interface Line {
  readonly seq: number;
  readonly event?: string;
  readonly cause?: string;
  readonly refused?: number;
}
async function read(file = path): Promise<Line[]> {
  const text = await readFile(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}
const seqs = async (file = path): Promise<number[]> => (await read(file)).map((line) => line.seq);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-audit-'));
  path = join(folder, 'audit.log');
  fs = disk();
  clock = fakeClock();
  states = [];
  log = await open();
});
afterEach(async () => {
  await log.close();
  await rm(folder, { recursive: true, force: true });
});

describe('group commit', () => {
  it('writes what arrives during a write together, with one fdatasync', async () => {
    const before = fs.syncs;
    const release = fs.hold();
    const first = log.append(intent());
    await fs.reached();
    const rest = Array.from({ length: 500 }, () => log.append(intent()));
    release();
    expect(await first).toBe(1);
    expect(await Promise.all(rest)).toEqual(rest.map((_, i) => i + 2));
    expect(fs.syncs - before).toBe(2);
    expect(await seqs()).toEqual(Array.from({ length: 501 }, (_, i) => i + 1));
  });

  it('says that an entry is recorded only after the fdatasync', async () => {
    const release = fs.hold();
    let acknowledged = false;
    const append = log.append(intent()).finally(() => {
      acknowledged = true;
    });
    await fs.reached();
    for (let i = 0; i < 5; i++) await turn();
    expect(acknowledged).toBe(false);
    expect(await seqs()).toEqual([1]);
    release();
    await append;
    expect(acknowledged).toBe(true);
  });

  it('lets a single caller pay for one fdatasync an entry', async () => {
    const before = fs.syncs;
    for (let i = 0; i < 10; i++) await log.append(intent());
    expect(fs.syncs - before).toBe(10);
  });
});

describe('the queue', () => {
  it.each([
    ['entries', { maxQueuedEntries: 10 }, 'x', 10],
    ['bytes', { maxQueuedBytes: 5_000 }, 'x'.repeat(1_000), 5],
  ])('is bounded in %s: above it entries are refused, what waits is kept', async (_what, limits, name, fits) => {
    await log.close();
    log = await open(limits);
    const release = fs.hold();
    const kept = Array.from({ length: fits }, () => log.append(intent(name)));
    const refused = Array.from({ length: 1_000 }, () => log.append(intent(name)));
    const answers = await Promise.allSettled(refused);
    expect(answers.every((answer) => answer.status === 'rejected')).toBe(true);
    await expect(refused[0]).rejects.toMatchObject(unavailable);
    release();
    expect(await Promise.all(kept)).toHaveLength(fits);
    expect(await log.append(intent())).toBe(fits + 1);
  });
});

describe('a write that fails', () => {
  it('refuses everything that waits, closes, and heals by the clock without a torn line', async () => {
    await log.append(intent());
    fs.writeError = 'ENOSPC';
    fs.room = 100;
    const waiting = [log.append(intent()), log.append(intent()), log.append(intent())];
    for (const append of waiting) await expect(append).rejects.toMatchObject(unavailable);
    expect(log.isWritable()).toBe(false);
    expect((await stat(path)).size).toBeGreaterThan(100);
    fs.writeError = undefined;
    await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    clock.advance(1_000);
    expect(await log.append(intent())).toBe(3);
    expect(log.isWritable()).toBe(true);
    expect(await seqs()).toEqual([1, 2, 3]);
    expect((await read())[1]).toMatchObject({ event: 'recovered', cause: 'ENOSPC', refused: 4 });
    expect(states).toEqual(['false ENOSPC', 'true recovered']);
  });

  it('is not tried again more than once a second, however many entries come', async () => {
    fs.writeError = 'ENOSPC';
    await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    const before = fs.opens;
    for (let i = 0; i < 100; i++) await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    expect(fs.opens).toBe(before);
    clock.advance(1_000);
    for (let i = 0; i < 100; i++) await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    expect(fs.opens - before).toBeGreaterThan(0);
    expect(fs.opens - before).toBeLessThan(5);
    expect(log.isWritable()).toBe(false);
  });

  it('heals without an entry too, so that a gateway that is not ready becomes ready', async () => {
    fs.writeError = 'ENOSPC';
    await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    fs.writeError = undefined;
    clock.advance(1_000);
    while (!log.isWritable()) await turn();
    expect(await seqs()).toEqual([1]);
  });

  it('takes back what was written but not confirmed by fdatasync', async () => {
    await log.append(intent());
    fs.syncError = 'EIO';
    await expect(log.append(intent('lost'))).rejects.toMatchObject(unavailable);
    fs.syncError = undefined;
    clock.advance(1_000);
    expect(await log.append(intent('kept'))).toBe(3);
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain('lost');
    expect(await seqs()).toEqual([1, 2, 3]);
  });

  it('does not keep the gate closed when the wall clock steps back', async () => {
    await log.close();
    let now = Date.UTC(2026, 0, 1);
    let ring: () => void = () => undefined;
    const after: Clock['after'] = (_ms, run) => {
      ring = run;
      return () => undefined;
    };
    log = await open({ clock: { now: () => now, every: () => () => undefined, after } });
    fs.writeError = 'ENOSPC';
    await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    fs.writeError = undefined;
    now -= 3_600_000;
    ring();
    expect(await log.append(intent())).toBe(2);
  });

  it('during rotation loses nothing', async () => {
    await log.close();
    log = await open({ maxBytes: 150 });
    await log.append(intent('a'));
    await log.append(intent('b'));
    fs.renameError = 'EACCES';
    await expect(log.append(intent('c'))).rejects.toMatchObject(unavailable);
    fs.renameError = undefined;
    clock.advance(1_000);
    expect(await log.append(intent('d'))).toBeGreaterThan(3);
    const rotated = await systemFs.readdir(folder);
    const files = rotated.filter((name) => name.startsWith('audit-2026')).sort();
    const all = await Promise.all(files.map((name) => seqs(join(folder, name))));
    expect(all.flat().sort((a, b) => a - b)).toEqual(all.flat().map((_, i) => i + 1));
  });
});

describe('a file taken away under the log', () => {
  it('that was deleted is noticed, begun anew, and the count goes on', async () => {
    await log.append(intent());
    await rm(path);
    clock.advance(1_000);
    expect(await log.append(intent())).toBe(3);
    expect(await read()).toMatchObject([{ seq: 2, event: 'recovered', cause: 'replaced' }, { seq: 3 }]);
  });

  it('that was renamed away is left as it is', async () => {
    await log.append(intent());
    await rename(path, join(folder, 'moved'));
    clock.advance(1_000);
    expect(await log.append(intent())).toBe(3);
    expect(await seqs(join(folder, 'moved'))).toEqual([1]);
  });

  it('with its whole folder is begun anew and locked again', async () => {
    await log.append(intent());
    await rm(folder, { recursive: true });
    clock.advance(1_000);
    expect(await log.append(intent())).toBe(3);
    await expect(open()).rejects.toMatchObject({ code: 'AUDIT_IN_USE' });
  });

  it('whose lock file was deleted is locked again', async () => {
    await log.append(intent());
    await rm(`${path}.lock`);
    clock.advance(1_000);
    expect(await log.append(intent())).toBe(3);
    await expect(open()).rejects.toMatchObject({ code: 'AUDIT_IN_USE' });
  });

  it('that was emptied is noticed; numbers are not given out again', async () => {
    await log.append(intent());
    await log.append(intent());
    await truncate(path, 0);
    clock.advance(1_000);
    expect(await log.append(intent())).toBe(4);
    expect(await seqs()).toEqual([3, 4]);
  });

  it('that somebody else wrote into closes the gate and is not touched', async () => {
    await log.append(intent());
    await appendFile(path, 'not mine\n');
    const content = await readFile(path, 'utf8');
    for (let i = 0; i < 3; i++) {
      clock.advance(1_000);
      await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    }
    expect(await readFile(path, 'utf8')).toBe(content);
    expect(log.isWritable()).toBe(false);
  });

  it('that was replaced by something else closes the gate and is not touched', async () => {
    await log.append(intent());
    await rm(path);
    await writeFile(path, 'not mine');
    clock.advance(1_000);
    await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    expect(await readFile(path, 'utf8')).toBe('not mine');
  });

  it('is not put aside by rotation as if it were the log', async () => {
    await log.close();
    clock.advance(86_400_000 - 100);
    log = await open({ rotation: 'daily' });
    await log.append(intent());
    await rm(path);
    await writeFile(path, 'not mine');
    clock.advance(200);
    await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    expect(await readFile(path, 'utf8')).toBe('not mine');
    expect(states).toEqual(['false replaced']);
  });

  it('in a place that became read-only closes the gate until it is writable', async () => {
    await log.append(intent());
    await rm(path);
    fs.openError = 'EROFS';
    clock.advance(1_000);
    await expect(log.append(intent())).rejects.toMatchObject(unavailable);
    fs.openError = undefined;
    clock.advance(1_000);
    expect(await log.append(intent())).toBe(3);
  });
});

describe('retention', () => {
  it('that fails is recorded and stops nothing', async () => {
    await log.close();
    await writeFile(join(folder, 'audit-2020-01-01.log'), '');
    fs.unlinkError = 'EPERM';
    log = await open({ retentionDays: 1 });
    await log.append(intent());
    await log.close();
    expect(await read()).toMatchObject([{ seq: 1 }, { seq: 2, event: 'prune_failed', cause: 'EPERM' }]);
  });
});
