import { execFile } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileSystem, type OpenFile, systemFs } from './files.ts';
import { type Journal, type JournalOptions, openJournal } from './journal.ts';
import type { Json } from './jsonrpc.ts';

let folder: string;
let path: string;
let journals: Journal[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-journal-'));
  path = join(folder, 'state', 'test.journal');
  journals = [];
});
afterEach(async () => {
  await Promise.all(journals.map((journal) => journal.close()));
  rmSync(folder, { recursive: true });
});

async function open(options: Partial<JournalOptions> = {}): Promise<{ journal: Journal; records: Json[] }> {
  const records: Json[] = [];
  const journal = await openJournal({ path, purpose: 'test', apply: (record) => records.push(record), ...options });
  journals.push(journal);
  return { journal, records };
}

/** What a journal that is opened now would say. */
async function reread(): Promise<Json[]> {
  const { journal, records } = await open();
  await journal.close();
  return records;
}

/** Writes a journal with these records and lets go of it. */
async function written(...records: Json[]): Promise<void> {
  const { journal } = await open();
  await Promise.all(records.map((record) => journal.append(record)));
  await journal.close();
}

/** The machine's files, of which one sort of operation fails while it is told to. */
function failing(): FileSystem & { fails: Set<string>; room: number } {
  const check = (name: string): void => {
    if (made.fails.has(name)) throw Object.assign(new Error(name), { code: 'ENOSPC' });
  };
  const wrap = (file: OpenFile): OpenFile => ({
    read: (...args) => file.read(...args),
    write: async (buffer, offset, length) => {
      if (!made.fails.has('write')) return file.write(buffer, offset, length);
      if (made.room === 0) check('write');
      const bytes = Math.min(length, made.room);
      made.room -= bytes;
      return file.write(buffer, offset, bytes);
    },
    datasync: async () => {
      check('datasync');
      await file.datasync();
    },
    sync: async () => {
      check('sync');
      await file.sync();
    },
    truncate: async (length) => {
      check('truncate');
      await file.truncate(length);
    },
    stat: () => file.stat(),
    close: () => file.close(),
  });
  const made = {
    ...systemFs,
    writeThrough: undefined,
    fails: new Set<string>(),
    room: 0,
    open: async (file: string, flags: number, mode?: number) => wrap(await systemFs.open(file, flags, mode)),
    rename: async (from: string, to: string) => {
      check('rename');
      await systemFs.rename(from, to);
    },
  };
  return made;
}

const unavailable = { code: 'STATE_UNAVAILABLE' };
const damaged = { code: 'STATE_DAMAGED' };

describe('a journal', () => {
  it('gives back what was acknowledged, in order, with numbers that a double cannot hold', async () => {
    const large = JSON.parse('[12345678901234567890]', (_key, value, context?: { source?: string }) =>
      typeof value === 'number'
        ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context?.source ?? '')
        : value,
    ) as Json;
    await written({ a: 1 }, { b: 'ü\n\u2028"' }, [null, true], 'text', large);
    const records = await reread();
    expect(records.slice(0, 4)).toEqual([{ a: 1 }, { b: 'ü\n\u2028"' }, [null, true], 'text']);
    expect(JSON.stringify(records[4])).toBe('[12345678901234567890]');
  });

  it('applies a record before its promise resolves, and not before it is durable', async () => {
    const { journal, records } = await open();
    const done = journal.append({ n: 1 });
    expect(records).toEqual([]);
    await done;
    expect(records).toEqual([{ n: 1 }]);
    expect(readFileSync(path, 'utf8')).toContain('{"n":1}');
    expect(journal.length).toBe(1);
  });

  it('writes what comes in one turn with one sync', async () => {
    let syncs = 0;
    const fs: FileSystem = {
      ...systemFs,
      writeThrough: undefined,
      open: async (...args) => {
        const file = await systemFs.open(...args);
        return {
          read: (...a) => file.read(...a),
          write: (...a) => file.write(...a),
          truncate: (length) => file.truncate(length),
          sync: () => file.sync(),
          stat: () => file.stat(),
          close: () => file.close(),
          datasync: async () => {
            syncs += 1;
            await file.datasync();
          },
        };
      },
    };
    const { journal } = await open({ fs });
    syncs = 0;
    await Promise.all(Array.from({ length: 100 }, (_, n) => journal.append(n)));
    expect(syncs).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('is for its owner alone', async () => {
    await written(1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
    const { journal } = await open();
    await journal.compact(() => [2]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is written by one process at a time', async () => {
    const { journal } = await open();
    await expect(open()).rejects.toMatchObject({ code: 'STATE_IN_USE' });
    const script = `
      import { openJournal } from ${JSON.stringify(new URL('journal.ts', import.meta.url).href)};
      await openJournal({ path: ${JSON.stringify(path)}, purpose: 'test', apply() {} }).catch((e) => console.log(e.code));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: {} });
    expect(stdout.trim()).toBe('STATE_IN_USE');
    await journal.append(1);
    await journal.close();
    expect(await reread()).toEqual([1]);
  });

  it('takes nothing after it was closed, and makes durable what waits', async () => {
    const { journal } = await open();
    const done = journal.append(1);
    await journal.close();
    await done;
    await expect(journal.append(2)).rejects.toMatchObject(unavailable);
    await expect(journal.compact(() => [])).rejects.toMatchObject(unavailable);
    expect(await reread()).toEqual([1]);
  });
});

describe('a crash', () => {
  it('at any byte of the last record costs that record and nothing else', async () => {
    await written({ n: 1 }, { n: 2 });
    const whole = readFileSync(path);
    const begin = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let end = begin; end < whole.length; end += 1) {
      writeFileSync(path, whole.subarray(0, end));
      expect(await reread()).toEqual([{ n: 1 }]);
      expect(statSync(path).size).toBe(begin);
    }
  });

  it('that leaves zeros behind the last record costs nothing', async () => {
    await written({ n: 1 });
    appendFileSync(path, Buffer.alloc(5_000));
    expect(await reread()).toEqual([{ n: 1 }]);
  });

  it('before the first record is complete leaves an empty journal', async () => {
    await written();
    const header = readFileSync(path);
    for (const end of [0, 1, header.length - 1]) {
      writeFileSync(path, header.subarray(0, end));
      expect(await reread()).toEqual([]);
    }
  });

  it('during a compaction leaves the old records, and the leftover is removed', async () => {
    await written(1, 2);
    writeFileSync(`${path}.new`, 'half a fi');
    expect(await reread()).toEqual([1, 2]);
    expect(readdirSync(join(folder, 'state')).sort()).toEqual(['test.journal', 'test.journal.lock']);
  });
});

describe('damage', () => {
  it('anywhere but in a torn end is an error, and the file is left as it is', async () => {
    await written({ n: 1 }, { n: 2 }, { n: 3 });
    const whole = readFileSync(path);
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    await fc.assert(
      fc.asyncProperty(fc.nat(lastLine - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        writeFileSync(path, bytes);
        await expect(open()).rejects.toMatchObject(damaged);
        expect(readFileSync(path).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, (text: string) => string]>([
    ['a line that is missing its start', (text) => text.replace('{"crc"', '"crc"')],
    ['a line in between that is none', (text) => text.replace('\n', '\nhello\n')],
    ["another program's text at the end", (text) => `${text}hello`],
    ['a last complete line that was changed', (text) => text.replace('{"n":2}}\n', '{"n":9}}\n')],
    ['a header for something else', (text) => text.replace('"test"', '"tasks"')],
    ['no header', (text) => text.slice(text.indexOf('\n') + 1)],
  ])('is found: %s', async (_, change) => {
    await written({ n: 1 }, { n: 2 });
    const text = change(readFileSync(path, 'utf8'));
    writeFileSync(path, text);
    await expect(open()).rejects.toMatchObject(damaged);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('is also a journal for something else, and a record that its reader cannot apply', async () => {
    await written({ n: 1 });
    await expect(open({ purpose: 'other' })).rejects.toMatchObject(damaged);
    const apply = (): void => {
      throw new Error('no such record');
    };
    await expect(open({ apply })).rejects.toMatchObject(damaged);
    expect(await reread()).toEqual([{ n: 1 }]);
  });

  it('of arbitrary bytes never becomes records', async () => {
    await written();
    const header = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        writeFileSync(path, Buffer.concat([header, bytes]));
        const opened = await open().catch((error: unknown) => error);
        if (opened instanceof Error) expect(opened).toMatchObject(damaged);
        else {
          const { journal, records } = opened as { journal: Journal; records: Json[] };
          await journal.close();
          expect(records).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a disk that fails', () => {
  it.each(['write', 'datasync'])(
    'in %s: the record is refused and gone, and later ones are taken again',
    async (what) => {
      const fs = failing();
      const { journal, records } = await open({ fs });
      await journal.append(1);
      fs.fails.add(what);
      fs.room = 10;
      await expect(journal.append(2)).rejects.toMatchObject(unavailable);
      fs.fails.add('truncate');
      await expect(journal.append(3)).rejects.toMatchObject(unavailable);
      fs.fails.clear();
      await journal.append(4);
      expect(records).toEqual([1, 4]);
      await journal.close();
      expect(await reread()).toEqual([1, 4]);
    },
  );

  it('refuses what waits beyond the bound', async () => {
    const { journal } = await open({ maxQueuedBytes: 200 });
    const first = journal.append('x'.repeat(100));
    await expect(journal.append('x'.repeat(100))).rejects.toMatchObject(unavailable);
    await first;
  });

  it.each(['rename', 'sync'])('in %s of a compaction: the old records stay, and the journal goes on', async (what) => {
    const fs = failing();
    const { journal } = await open({ fs });
    await journal.append(1);
    fs.fails.add(what);
    await expect(journal.compact(() => ['compacted'])).rejects.toMatchObject(unavailable);
    fs.fails.clear();
    await journal.append(2);
    await journal.close();
    expect(await reread()).toEqual([1, 2]);
  });

  it('takes no record while a rename may not be durable', async () => {
    const fs = failing();
    const { journal } = await open({ fs });
    await journal.append(1);
    // The fresh file is synced before the rename, the folder after it.
    const rename = fs.rename.bind(fs);
    fs.rename = async (from, to) => {
      await rename(from, to);
      fs.fails.add('sync');
    };
    await expect(journal.compact(() => ['compacted'])).rejects.toMatchObject(unavailable);
    await expect(journal.append(2)).rejects.toMatchObject(unavailable);
    fs.fails.clear();
    await journal.append(3);
    await journal.close();
    expect(await reread()).toEqual(['compacted', 3]);
  });

  it.each<[string, () => void]>([
    ['taken away', () => renameSync(path, `${path}.away`)],
    ['replaced', () => writeFileSync(`${path}.x`, '') === undefined && renameSync(`${path}.x`, path)],
    ['written by somebody else', () => appendFileSync(path, 'hello')],
    ['cut', () => writeFileSync(path, '')],
    ['robbed of its lock', () => rmSync(`${path}.lock`)],
  ])('or a file that was %s is written no more', async (_, change) => {
    const { journal, records } = await open();
    await journal.append(1);
    change();
    await expect(journal.append(2)).rejects.toMatchObject(unavailable);
    await expect(journal.compact(() => [])).rejects.toMatchObject(unavailable);
    expect(records).toEqual([1]);
  });
});

describe('a compaction', () => {
  it('puts the snapshot in place of the records, and what comes meanwhile after it', async () => {
    const { journal, records } = await open();
    await Promise.all([1, 2, 3].map((n) => journal.append(n)));
    const compacted = journal.compact(() => [`${records.length} records`]);
    const late = journal.append(4);
    await Promise.all([compacted, late]);
    // 4 was written before the snapshot was asked for, which therefore speaks of it.
    await journal.append(5);
    expect(journal.length).toBe(2);
    await journal.close();
    expect(await reread()).toEqual(['4 records', 5]);
  });

  it('can hold more than one write takes', async () => {
    const { journal } = await open();
    const large = Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(100_000)}`);
    await journal.compact(() => large);
    await journal.close();
    expect(await reread()).toEqual(large);
  });
});
