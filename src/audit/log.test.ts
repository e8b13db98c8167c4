import { constants } from 'node:fs';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../kernel/clock.ts';
import { rotatedInOrder } from '../kernel/rotation.ts';
import { type AuditEntry, type AuditLog, type AuditLogOptions, openAuditLog } from './log.ts';

const DAY = 86_400_000;
const clock = fakeClock(Date.UTC(2026, 10, 22, 12));
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-audit-'));
  path = join(folder, 'audit.log');
});
afterEach(() => rm(folder, { recursive: true }));

function open(options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  return openAuditLog({ path, rotation: 'never', maxBytes: 0, retentionDays: 0, clock, ...options });
}
const intent = (name: string): AuditEntry => ({ kind: 'intent', method: 'tools/call', name });
const lines = async (file = path): Promise<string[]> => (await readFile(file, 'utf8')).split('\n').slice(0, -1);
const logFiles = async (): Promise<string[]> => [...rotatedInOrder('audit.log', await readdir(folder)), 'audit.log'];

interface Line {
  readonly seq: number;
  readonly time: string;
  readonly kind: string;
  readonly name?: string;
  readonly event?: string;
  readonly files?: string[];
}
/** Bytes of a file beyond `limit`; a file of one line may have any size. */
const excess =
  (limit: number) =>
  async (name: string): Promise<number> => {
    const text = await lines(join(folder, name));
    const { size } = await stat(join(folder, name));
    return limit === 0 || text.length < 2 ? 0 : Math.max(0, size - limit);
  };
const daysIn = async (name: string): Promise<number> =>
  new Set((await lines(join(folder, name))).map((line) => (JSON.parse(line) as Line).time.slice(0, 10))).size;

async function allLines(): Promise<Line[]> {
  const texts = await Promise.all((await logFiles()).map((name) => lines(join(folder, name))));
  return texts.flat().map((text) => JSON.parse(text) as Line);
}

describe('openAuditLog', () => {
  it('creates the folder for its owner alone and the file too', async () => {
    path = join(folder, 'a', 'b', 'audit.log');
    const log = await open();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(`${path}.lock`)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700);
    await log.close();
  });

  it('numbers entries from 1 and goes on counting after a restart', async () => {
    const first = await open();
    expect(await Promise.all([first.append(intent('a')), first.append(intent('b'))])).toEqual([1, 2]);
    await first.close();
    const second = await open();
    expect(second.lastSeq).toBe(2);
    expect(await second.append(intent('c'))).toBe(3);
    await second.close();
    expect(await lines()).toEqual([
      '{"seq":1,"time":"2026-11-22T12:00:00.000Z","kind":"intent","method":"tools/call","name":"a"}',
      '{"seq":2,"time":"2026-11-22T12:00:00.000Z","kind":"intent","method":"tools/call","name":"b"}',
      '{"seq":3,"time":"2026-11-22T12:00:00.000Z","kind":"intent","method":"tools/call","name":"c"}',
    ]);
  });

  it('cuts a torn last line, wherever it was torn', async () => {
    const log = await open();
    for (const name of ['a', 'b"\n', 'ü€😀']) await log.append(intent(name));
    await log.close();
    const whole = await readFile(path);
    for (let size = 0; size <= whole.length; size++) {
      await writeFile(path, whole.subarray(0, size));
      const complete = whole.subarray(0, size).filter((byte) => byte === 10).length;
      const again = await open();
      expect(again.lastSeq).toBe(complete);
      expect(await again.append(intent('next'))).toBe(complete + 1);
      await again.close();
      expect((await lines()).map((line) => (JSON.parse(line) as Line).seq)).toHaveLength(complete + 1);
    }
  });

  it('cuts the zeros that a power cut can leave at the end', async () => {
    const log = await open();
    await log.append(intent('a'));
    await log.close();
    await appendFile(path, Buffer.alloc(4096));
    const again = await open();
    expect(await again.append(intent('b'))).toBe(2);
    await again.close();
    expect(await lines()).toHaveLength(2);
  });

  it.each([
    ['no JSON', '{"seq":1,"time":"2026-11-22T12:00:00.000Z","ki\n'],
    ['no number', '{"time":"2026-11-22T12:00:00.000Z"}\n'],
    ['a number that is none', '{"seq":"1","time":"2026-11-22T12:00:00.000Z"}\n'],
    ['no time', '{"seq":1}\n'],
    ['an empty line', '\n'],
    ["somebody else's text", 'Dear diary,\nnothing happened'],
    ["somebody else's line without an end", 'Dear diary'],
    ['a line far too long', `{"seq":1,${'x'.repeat(1_000_000)}`],
    ['a complete line far too long', `{"seq":1,"time":"2026-11-22T12:00:00.000Z","x":"${'x'.repeat(1_000_000)}"}\n`],
  ])('refuses a file that ends with %s and leaves it as it is', async (_what, content) => {
    await writeFile(path, content);
    await expect(open()).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' });
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it.runIf(process.platform === 'linux')(
    'is open so that a write returns only when it is durable, also after rotation',
    async () => {
      const log = await open({ maxBytes: 1 });
      for (let i = 0; i < 2; i++) {
        await log.append(intent('a'));
        expect(await openFlagsOf(path)).toSatisfy((flags: number) => (flags & constants.O_DSYNC) !== 0);
      }
      await log.close();
    },
  );

  it('goes on from the newest rotated file when the current one is empty or missing', async () => {
    const log = await open({ maxBytes: 1 });
    for (let i = 0; i < 12; i++) await log.append(intent('a'));
    await log.close();
    expect(await readdir(folder)).toContain('audit-2026-11-22-10.log');
    await truncate(path, 0);
    const empty = await open();
    expect(empty.lastSeq).toBe(11);
    await empty.close();
    await rm(path);
    const missing = await open();
    expect(await missing.append(intent('b'))).toBe(12);
    await missing.close();
  });

  it('refuses a second writer until the first one has let go', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'AUDIT_IN_USE' });
    await expect(open()).rejects.toMatchObject({ code: 'AUDIT_IN_USE' });
    expect(await first.append(intent('still writing'))).toBe(1);
    await first.close();
    await (await open()).close();
  });

  it('lets go of the lock when opening fails', async () => {
    await writeFile(path, 'x\n');
    await expect(open()).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' });
    await rm(path);
    await (await open()).close();
  });

  it('refuses what is not a regular file, so that a record cannot vanish in /dev/null', async () => {
    await mkdir(path);
    await expect(open()).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    await expect(open({ path: '/dev/null' })).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
  });

  it('refuses a folder that cannot be made', async () => {
    await writeFile(path, '');
    await expect(open({ path: join(path, 'audit.log') })).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
  });
});

describe('close', () => {
  it('makes what waits durable first and refuses what comes later', async () => {
    const log = await open();
    const waiting = Array.from({ length: 100 }, (_, i) => log.append(intent(`${i}`)));
    await log.close();
    expect(await Promise.all(waiting)).toHaveLength(100);
    expect(await lines()).toHaveLength(100);
    expect(log.isWritable()).toBe(false);
    await expect(log.append(intent('late'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await log.close();
  });
});

describe('an entry', () => {
  it('that is attacker-sized has its strings cut and stays one line of JSON', async () => {
    const log = await open();
    await log.append({ kind: 'refusal', code: 'NOT_FOUND', name: '\n"😀'.repeat(100_000), method: 'tools/call' });
    await log.close();
    const [line = ''] = await lines();
    expect(line.length).toBeLessThan(10_000);
    expect(JSON.parse(line)).toMatchObject({ seq: 1, code: 'NOT_FOUND', method: 'tools/call' });
  });

  it('that cannot be cut short enough is refused', async () => {
    const log = await open();
    const changed = Array.from({ length: 100_000 }, (_, i) => `setting-${i}`);
    const entry: AuditEntry = { kind: 'config_change', status: 'applied', cause: 'SIGHUP', changed };
    await expect(log.append(entry)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await log.append(intent('next'))).toBe(1);
    await log.close();
  });
});

describe('rotation', () => {
  it('gives each day its file and removes those older than retention, never the count', async () => {
    const days = fakeClock(Date.UTC(2026, 10, 20, 23, 59));
    const log = await open({ rotation: 'daily', retentionDays: 1, clock: days });
    for (let day = 0; day < 4; day++) {
      expect(await log.append(intent(`day ${day}`))).toBeGreaterThan(day);
      days.advance(DAY);
    }
    await log.append(intent('last'));
    await log.close();
    expect((await readdir(folder)).sort()).toEqual(['audit-2026-11-23.log', 'audit.log', 'audit.log.lock']);
    const pruned = (await allLines()).filter((line) => line.event === 'pruned');
    expect(pruned.flatMap((line) => line.files)).toContain('audit-2026-11-21.log');
    const again = await open({ rotation: 'daily', clock: days });
    expect(again.lastSeq).toBe((await allLines()).at(-1)?.seq);
    await again.close();
  });

  it('keeps the newest rotated file, however old, until the current one can carry the count', async () => {
    const old = join(folder, 'audit-2020-01-01.log');
    await writeFile(old, '{"seq":7,"time":"2020-01-01T00:00:00.000Z","kind":"intent"}\n');
    const hours = fakeClock(clock.now());
    const idle = await open({ retentionDays: 1, clock: hours });
    hours.advance(2 * 3_600_000);
    await idle.close();
    expect(await readdir(folder)).toContain('audit-2020-01-01.log');
    const log = await open({ retentionDays: 1 });
    expect(await log.append(intent('a'))).toBe(8);
    await log.close();
    expect(await readdir(folder)).not.toContain('audit-2020-01-01.log');
    expect((await allLines()).map((line) => line.seq)).toEqual([8, 9]);
  });

  it('puts entries of one burst into the files of their own periods', async () => {
    const hours = fakeClock(Date.UTC(2026, 10, 22, 12, 59, 59, 999));
    const log = await open({ rotation: 'hourly', clock: hours });
    const burst: Promise<number>[] = [];
    for (let i = 0; i < 6; i++) {
      burst.push(log.append(intent('burst')));
      if (i % 2 === 1) hours.advance(3_600_000);
    }
    expect(await Promise.all(burst)).toEqual([1, 2, 3, 4, 5, 6]);
    await log.close();
    expect(await logFiles()).toEqual(['audit-2026-11-22T12.log', 'audit-2026-11-22T13.log', 'audit.log']);
    expect((await allLines()).map((line) => line.time.slice(11, 13))).toEqual(['12', '12', '13', '13', '14', '14']);
  });

  it('never loses, repeats or reorders an entry, whatever the times, sizes and restarts', async () => {
    const step = fc.oneof(
      fc.record({ append: fc.integer({ min: 1, max: 20 }), size: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ advance: fc.integer({ min: 1, max: 2 * DAY }) }),
      fc.constant({ restart: true }),
    );
    const rotation = fc.constantFrom('daily' as const, 'hourly' as const, 'never' as const);
    const maxBytes = fc.constantFrom(0, 500, 2_000);
    const home = folder;
    await fc.assert(
      fc.asyncProperty(rotation, maxBytes, fc.array(step, { maxLength: 12 }), async (rule, limit, steps) => {
        folder = await mkdtemp(join(home, 'run-'));
        path = join(folder, 'audit.log');
        const time = fakeClock();
        const options = { rotation: rule, maxBytes: limit, clock: time };
        let log = await open(options);
        let count = 0;
        for (const now of steps) {
          if ('advance' in now) time.advance(now.advance);
          if ('restart' in now) {
            await log.close();
            log = await open(options);
          }
          if (!('append' in now)) continue;
          const burst = Array.from({ length: now.append }, () => log.append(intent('x'.repeat(now.size))));
          expect(await Promise.all(burst)).toEqual(burst.map((_, i) => count + i + 1));
          count += now.append;
        }
        await log.close();
        expect((await allLines()).map((line) => line.seq)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
        const longest = Math.max(0, ...(await Promise.all((await logFiles()).map(excess(limit)))));
        expect(longest).toBe(0);
        const days = await Promise.all((await logFiles()).map(daysIn));
        expect(rule === 'daily' ? Math.max(...days) : 0).toBeLessThanOrEqual(1);
      }),
      { numRuns: 25 },
    );
    folder = home;
  });
});

/** The flags under which this process has a file open, from the kernel. */
async function openFlagsOf(file: string): Promise<number> {
  for (const fd of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
    if (target !== file) continue;
    const info = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8');
    return Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '0', 8);
  }
  return 0;
}
