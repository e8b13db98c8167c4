import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { parseJson } from '../kernel/jsonrpc.ts';
import { createLog, type Log, type LogFields, type LogOptions } from './log.ts';

const SECRET = 'K7-horse-battery-staple';
const hide = (text: string): string => text.replaceAll(SECRET, '***');
// Any mask will do; the real one is tested beside its own code.
const mask = { text: hide, value: (value: unknown): unknown => JSON.parse(hide(JSON.stringify(value))) };
const DAY = 86_400_000;
/** What a terminal obeys: control characters, line separators, and what reorders text. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

let folder: string;
let path: string;
let clock: ReturnType<typeof fakeClock>;
let shown: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-log-'));
  path = join(folder, 'server.log');
  clock = fakeClock(Date.UTC(2026, 10, 22, 12));
  shown = [];
});
afterEach(() => rm(folder, { recursive: true }));

function create(options: Partial<LogOptions> = {}): Log {
  const stderr = { write: (text: string) => shown.push(text) };
  const base = { level: 'DEBUG', format: 'json', path, rotation: 'never', maxBytes: 0, retentionDays: 0 } as const;
  return createLog({ ...base, clock, mask, stderr, ...options });
}
/** What one line says when it is the only one. */
function said(message: string, fields: LogFields = {}, options: Partial<LogOptions> = {}): string {
  shown = [];
  create({ path: undefined, ...options }).info(message, fields);
  expect(shown).toHaveLength(1);
  return shown[0] ?? '';
}
const parsed = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
const read = async (file = path): Promise<Record<string, unknown>[]> =>
  (await readFile(file, 'utf8')).trimEnd().split('\n').map(parsed);

describe('a line', () => {
  it('is one JSON object with time, level and message first', () => {
    expect(said('Started.', { port: 8443 })).toBe(
      '{"time":"2026-11-22T12:00:00.000Z","level":"INFO","msg":"Started.","port":8443}\n',
    );
  });

  it('is readable in the text format', () => {
    const line = said('Started.', { port: 8443, path: '/a b', ok: 'yes' }, { format: 'text' });
    expect(line).toBe('2026-11-22T12:00:00.000Z INFO  Started. port=8443 path="/a b" ok=yes\n');
  });

  it('never loses its own time, level and message to a field', () => {
    const line = parsed(said('real', { msg: 'forged', level: 'ERROR', time: 0 }));
    expect(line).toMatchObject({ msg: 'real', level: 'INFO', field_msg: 'forged', field_level: 'ERROR' });
  });

  it.each(['json', 'text'] as const)('in %s hides secrets in the message, in values and in names', (format) => {
    const fields = { a: { b: [`x${SECRET}`] }, [`key ${SECRET}`]: 1 };
    const line = said(`The key ${SECRET} is known.`, fields, { format });
    expect(line).not.toContain(SECRET);
    expect(line.match(/\*\*\*/g)).toHaveLength(3);
  });

  it('hides a secret that the bound on strings would cut in two', () => {
    expect(said(`${'a'.repeat(8_180)}${SECRET}`)).not.toContain(SECRET.slice(0, 6));
  });

  it.each(['json', 'text'] as const)(
    'in %s drives no terminal and forges no line, whatever a tool prints',
    (format) => {
      const char = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.constantFrom('\x1b[2J', '\x9b31m', '\r\n', '\u202e', '\u2028', '\x7f'),
      );
      const text = fc.array(char).map((parts) => parts.join(''));
      fc.assert(
        fc.property(text, fc.dictionary(text, text), (message, fields) => {
          const line = said(message, { ...fields, deep: [{ message }] }, { format });
          expect(line.endsWith('\n')).toBe(true);
          expect(line.slice(0, -1)).not.toMatch(OBEYED);
          expect(line.isWellFormed()).toBe(true);
        }),
      );
    },
  );

  it('keeps the line breaks of a message as JSON escapes, and shows other controls as text', () => {
    expect(parsed(said('a\nb\tc\u001b[31m\u009b')).msg).toBe('a\nb\tc\\x1b[31m\\x9b');
    expect(said('a\nb', {}, { format: 'text' })).toContain(' a\\nb\n');
  });

  it('is bounded, whatever the fields', () => {
    const huge = Array.from({ length: 2_000 }, () => ({ a: Array.from({ length: 200 }, () => 1) }));
    const cyclic: Record<string, unknown> = {};
    Object.assign(cyclic, { a: cyclic, b: [cyclic, cyclic] });
    expect(said('x', { huge, cyclic, again: huge }).length).toBeLessThan(20_000);
    const { msg, text } = parsed(said('m'.repeat(1_000_000), { text: 't'.repeat(10_000) }));
    expect(msg).toBe(`${'m'.repeat(8_192)}[cut: 1000000 characters]`);
    expect(text).toBe(`${'t'.repeat(8_192)}[cut: 10000 characters]`);
  });

  it('takes what JSON cannot', () => {
    const fields = {
      big: 1n,
      date: new Date(0),
      map: new Map(),
      run: () => 1,
      none: undefined,
      bad: new Date(Number.NaN),
    };
    expect(parsed(said('x', fields))).toMatchObject({
      big: '1',
      date: '1970-01-01T00:00:00.000Z',
      map: '[object Map]',
      run: '[function]',
      bad: 'Invalid Date',
    });
    const exact = parseJson('{"n":123456789012345678901,"__proto__":{"x":1}}');
    expect(said('x', { exact }, { mask: { text: hide, value: (value) => value } })).toContain(
      '{"n":123456789012345678901,"__proto__":{"x":1}}',
    );
  });
});

describe('levels', () => {
  it('leave out what is below them, for children too, until changed', () => {
    const log = create({ path: undefined, level: 'WARN' });
    const child = log.child({ upstream: 'filesystem' });
    log.info('no');
    child.debug('no');
    child.warn('yes');
    log.setLevel('DEBUG');
    child.debug('now', { n: 1 });
    child.child({ pid: 2 }).error('deeper');
    expect(shown.map(parsed)).toMatchObject([
      { level: 'WARN', msg: 'yes', upstream: 'filesystem' },
      { level: 'DEBUG', msg: 'now', upstream: 'filesystem', n: 1 },
      { level: 'ERROR', msg: 'deeper', upstream: 'filesystem', pid: 2 },
    ]);
  });
});

describe('an error among the fields', () => {
  it('of our own says its code, message and remedy', async () => {
    const log = create();
    const error = new MerlonError('PORT_IN_USE', 'Port 8443 is taken.', { cause: new Error('inner') });
    expect(log.error('Cannot start.', { error })).toBeUndefined();
    await log.close();
    const [line] = await read();
    expect(line).toMatchObject({ error: { code: 'PORT_IN_USE', message: 'Port 8443 is taken.' } });
    expect(JSON.stringify(line)).not.toContain('inner');
  });

  it('that is unknown tells everything to the file at ERROR alone, and an id to everybody', async () => {
    const log = create();
    const id = log.error('Failed.', { error: new TypeError(`query with ${SECRET} and payload`) });
    log.warn('Odd.', { error: new TypeError('payload') });
    await log.close();
    const [error, warning] = await read();
    expect(error).toMatchObject({
      error: { id, name: 'TypeError' },
      details: [{ id, message: 'query with *** and payload' }],
    });
    expect(JSON.stringify(error)).toContain('log.test.ts');
    expect(JSON.stringify(warning)).not.toContain('payload');
    expect(shown.join('')).toContain(String(id));
    expect(shown.join('')).not.toContain('payload');
  });

  it('that is unknown tells stderr everything when there is no file', () => {
    create({ path: undefined }).error('Failed.', { error: new TypeError('the reason') });
    expect(shown.join('')).toContain('the reason');
  });
});

describe('the file', () => {
  it("is its owner's alone and has every line in order", async () => {
    path = join(folder, 'a', 'server.log');
    const log = create();
    for (let i = 0; i < 1_000; i++) log.debug('line', { i });
    await log.close();
    expect((await read()).map((line) => line['i'])).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
    expect(shown).toHaveLength(1_000);
  });

  it('loses DEBUG and INFO first when the disk cannot keep up, and says how many', async () => {
    const log = create({ maxBufferedBytes: 10_000, stderr: undefined });
    for (let i = 0; i < 200; i++) log.info('i'.repeat(100));
    for (let i = 0; i < 20; i++) log.warn('kept');
    for (let i = 0; i < 1_000; i++) log.error('e'.repeat(100));
    await log.close();
    const lines = await read();
    const count = (level: string): number =>
      lines.filter((line) => line['level'] === level && !('lost' in line)).length;
    expect(count('INFO')).toBeLessThan(100);
    expect(count('INFO')).toBeGreaterThan(10);
    expect(count('WARN')).toBe(20);
    expect(count('ERROR')).toBeLessThan(1_000);
    const loss = lines.find((line) => 'lost' in line);
    expect(loss).toMatchObject({ level: 'WARN', lost: 1_220 - count('INFO') - count('WARN') - count('ERROR') });
    expect((await stat(path)).size).toBeLessThan(25_000);
  });

  it('rotates by day and by size and removes what retention no longer keeps', async () => {
    const log = create({ rotation: 'daily', maxBytes: 300, retentionDays: 2 });
    for (let day = 0; day < 5; day++) {
      log.info('a'.repeat(150));
      log.info('b'.repeat(150));
      clock.advance(DAY);
    }
    await log.close();
    expect((await readdir(folder)).sort()).toEqual([
      'server-2026-11-25-1.log',
      'server-2026-11-25.log',
      'server-2026-11-26.log',
      'server.log',
    ]);
    expect(await read()).toMatchObject([{ msg: 'b'.repeat(150) }]);
  });

  it('of yesterday is put aside by a start today', async () => {
    await writeFile(path, '{"msg":"old"}\n');
    await utimes(path, new Date(clock.now() - DAY), new Date(clock.now() - DAY));
    const log = create({ rotation: 'daily' });
    log.info('new');
    await log.close();
    expect(await read()).toMatchObject([{ msg: 'new' }]);
    expect(await read(join(folder, 'server-2026-11-21.log'))).toEqual([{ msg: 'old' }]);
  });

  it('with a torn last line does not swallow the next one', async () => {
    await writeFile(path, '{"msg":"to');
    const log = create();
    log.info('next');
    await log.close();
    expect((await readFile(path, 'utf8')).split('\n')[1]).toContain('"next"');
  });

  it('that was moved away is begun anew within a second', async () => {
    const log = create();
    log.info('before');
    await log.close();
    const again = create();
    await rename(path, `${path}.1`);
    clock.advance(1_000);
    again.info('after');
    await again.close();
    expect(await read()).toMatchObject([{ msg: 'after' }]);
    expect(await read(`${path}.1`)).toMatchObject([{ msg: 'before' }]);
  });

  it('that vanished with its folder costs nobody an exception', async () => {
    const log = create();
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file where the folder was');
    clock.advance(1_000);
    log.error('lost');
    await log.close();
    expect(shown).toHaveLength(1);
    await rm(folder);
    await mkdir(folder);
  });

  it('counts every line that was lost while it could not be written', async () => {
    const notes: string[] = [];
    const text = (message: string): string => {
      if (message.startsWith('Log lines were lost')) notes.push(message);
      return message;
    };
    const log = create({ mask: { ...mask, text } });
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'a file where the folder was');
    clock.advance(1_000);
    let count = 0;
    for (; notes.length === 0; count++) {
      log.error('lost');
      await turn();
    }
    await rm(folder);
    await rename(`${folder}-away`, folder);
    clock.advance(1_000);
    log.error('written');
    await log.close();
    const lines = await read();
    expect(lines.at(-1)).toMatchObject({ msg: 'written' });
    const lost = lines.filter((line) => 'lost' in line);
    expect(lost).toHaveLength(1);
    expect(Number(lost[0]?.['lost']) + lines.length - 2).toBe(count);
    expect(count).toBeGreaterThan(1);
  });

  it('that cannot be opened is refused at once', async () => {
    await mkdir(path);
    expect(() => create()).toThrow(expect.objectContaining({ code: 'STATE_NOT_WRITABLE' }));
    expect(() => create({ path: '/dev/null' })).toThrow(expect.objectContaining({ code: 'STATE_NOT_WRITABLE' }));
    expect(() => create({ path: join(path, 'x', '\0') })).toThrow(
      expect.objectContaining({ code: 'STATE_NOT_WRITABLE' }),
    );
  });

  it('takes no lines after it was closed', async () => {
    const log = create();
    log.info('in time');
    await log.close();
    log.info('late');
    await log.close();
    expect(await read()).toHaveLength(1);
  });
});
