import { execFile } from 'node:child_process';
import {
  chmodSync,
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
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeOf, errorOf } from '../../test/error-of.ts';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import { type ApiKeys, type ApiKeysOptions, openApiKeys } from './api-key.ts';
import { parseKeysFile } from './api-key-file.ts';
import { keyIdOf } from './api-key-text.ts';
import { isRefusal } from './caller.ts';

let folder: string;
let path: string;
let pepperPath: string;
let clock: FakeClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-keys-'));
  path = join(folder, 'keys.json');
  pepperPath = `${path}.pepper`;
  clock = fakeClock();
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (options: Partial<ApiKeysOptions> = {}): ApiKeys => openApiKeys({ path, clock, ...options });
const reader = { role: 'reader', name: 'a laptop' };

function answer(keys: ApiKeys, text: string): string {
  const verdict = keys.verify(text, clock.now());
  return isRefusal(verdict) ? verdict.refused : `${verdict.principal} ${verdict.role}`;
}

test('a key that was made is accepted as its caller, also by a store opened later', () => {
  const keys = open();
  const { text, key } = keys.create(reader);
  expect(text).toMatch(/^merlon_[a-z2-7]{8}_[A-Za-z0-9_-]{43}$/);
  for (const store of [keys, open()]) {
    expect(store.verify(text, clock.now())).toEqual({
      principal: `key:${key.id}`,
      role: 'reader',
      method: 'api_key',
      credential: key.id,
      expiresAt: undefined,
    });
  }
});

test('two keys never share an id or a secret', () => {
  const keys = open();
  const texts = Array.from({ length: 20 }, () => keys.create(reader).text);
  expect(new Set(texts).size).toBe(20);
  expect(keys.list()).toHaveLength(20);
  expect(texts.every((text) => !isRefusal(keys.verify(text, clock.now())))).toBe(true);
});

test('neither the text nor the secret of a key is on disk or in the list', () => {
  const keys = open();
  const { text } = keys.create(reader);
  const stored = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(stored).toHaveLength(2);
  for (const held of [...stored, JSON.stringify(keys.list())]) {
    expect(held).not.toContain(text.slice(16));
    expect(held).not.toContain(Buffer.from(text.slice(16), 'base64url').toString('hex'));
  }
  expect(JSON.stringify(keys.list())).not.toContain('hash');
});

test('both files are for their owner alone', () => {
  open().create(reader);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(pepperPath).mode & 0o777).toBe(0o600);
});

test.each<[string, (text: string) => string]>([
  ['truncated', (text) => text.slice(0, -1)],
  ['extended', (text) => `${text}A`],
  ['changed in the secret', (text) => text.slice(0, 20) + (text[20] === 'x' ? 'y' : 'x') + text.slice(21)],
  ['without its prefix', (text) => text.slice(7)],
  ['in capitals', (text) => text.toUpperCase()],
  ['with a space', (text) => ` ${text}`],
  ['with a line end', (text) => `${text}\n`],
  ['empty', () => ''],
  ['a prefix', () => 'merlon_'],
  ['huge', (text) => text + 'x'.repeat(1_000_000)],
])('a key text that is %s is refused', (_, tamper) => {
  const keys = open();
  const { text } = keys.create(reader);
  expect(answer(keys, tamper(text))).toMatch(/^(malformed|unknown)_key$/);
});

test('a last character that decodes to the same bytes is refused all the same', () => {
  const keys = open();
  const { text } = keys.create(reader);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const accepted = Array.from(letters).filter(
    (letter) => !isRefusal(keys.verify(text.slice(0, -1) + letter, clock.now())),
  );
  expect(accepted).toEqual([text.at(-1)]);
});

test("one key's id with another key's secret is refused", () => {
  const keys = open();
  const [a, b] = [keys.create(reader), keys.create({ role: 'admin', name: 'b' })];
  expect(answer(keys, `merlon_${b.key.id}_${a.text.slice(16)}`)).toBe('unknown_key');
});

test('no text but the key itself is accepted', () => {
  const keys = open();
  const { text } = keys.create(reader);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map((rest) => `${text.slice(0, 16)}${rest}`),
      ),
      (guess) => {
        expect(isRefusal(keys.verify(guess, clock.now()))).toBe(guess !== text);
      },
    ),
  );
});

test('a key counts until it expires', () => {
  const keys = open();
  const { text } = keys.create({ ...reader, expiresAt: clock.now() + 1000 });
  clock.advance(999);
  expect(answer(keys, text)).toMatch(/reader$/);
  clock.advance(1);
  expect(answer(keys, text)).toBe('expired_key');
});

test('a revoked key is refused at once, and by another process within a second', () => {
  const [gateway, command] = [open(), open()];
  const { text, key } = command.create(reader);
  clock.advance(1000);
  expect(answer(gateway, text)).toMatch(/reader$/);
  command.revoke(key.id);
  expect(answer(command, text)).toBe('revoked_key');
  clock.advance(1000);
  expect(answer(gateway, text)).toBe('revoked_key');
});

test('a process that still remembers a key does not bring it back to life by making another', () => {
  const [gateway, command] = [open(), open()];
  const { text, key } = gateway.create(reader);
  command.revoke(key.id);
  gateway.create(reader);
  expect(answer(open(), text)).toBe('revoked_key');
});

test('a key that is forgotten is refused within a second, and no longer listed', () => {
  const [gateway, command] = [open(), open()];
  const { text, key } = command.create(reader);
  const { key: other } = command.create(reader);
  clock.advance(1000);
  expect(gateway.verify(text, clock.now())).not.toHaveProperty('refused');
  command.forget(key.id);
  clock.advance(1000);
  expect(answer(gateway, text)).toBe('unknown_key');
  expect(command.list().map(({ id }) => id)).toEqual([other.id]);
});

test('what was begun with a key can ask whether it counts still', () => {
  const [gateway, command] = [open(), open()];
  const { key } = command.create({ ...reader, expiresAt: clock.now() + 10_000 });
  clock.advance(1000);
  expect(gateway.counts(key.id, clock.now())).toBe(true);
  expect(gateway.counts(key.id, clock.now() + 9000)).toBe(false);
  expect(gateway.counts('toString', clock.now())).toBe(false);
  command.revoke(key.id);
  clock.advance(1000);
  expect(gateway.counts(key.id, clock.now())).toBe(false);
});

test('revoking twice keeps the first time, and an unknown id is an error', () => {
  const keys = open();
  const { key } = keys.create(reader);
  const first = keys.revoke(key.id).revokedAt;
  clock.advance(5000);
  expect(keys.revoke(key.id).revokedAt).toBe(first);
  expect(codeOf(() => keys.revoke('aaaaaaaa'))).toBe('NOT_FOUND');
});

test('processes that make keys at the same time lose none', async () => {
  const script = `
    import { openApiKeys } from ${JSON.stringify(new URL('api-key.ts', import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL('../kernel/clock.ts', import.meta.url).href)};
    const keys = openApiKeys({ path: ${JSON.stringify(path)}, clock: systemClock });
    for (let index = 0; index < 5; index++) console.log(keys.create({ role: 'reader', name: 'x' }).text);`;
  const run = promisify(execFile);
  const outputs = await Promise.all(
    [1, 2, 3].map(() => run(process.execPath, ['--input-type=module', '-e', script], { env: {} })),
  );
  const texts = outputs.flatMap(({ stdout }) => stdout.trim().split('\n'));
  expect(texts).toHaveLength(15);
  const keys = open();
  expect(texts.filter((text) => isRefusal(keys.verify(text, Date.now())))).toEqual([]);
});

test('after a failed change the lock is free again', () => {
  const keys = open();
  expect(codeOf(() => keys.revoke('aaaaaaaa'))).toBe('NOT_FOUND');
  expect(keys.create(reader).key.role).toBe('reader');
});

test('a lock that another process holds is an error, not an endless wait', () => {
  writeFileSync(`${path}.lock`, '');
  expect(codeOf(() => open().create(reader))).toBe('STATE_NOT_WRITABLE');
});

test('keys cannot be made in the past, without a role, or with a name that breaks a line', () => {
  const keys = open();
  expect(codeOf(() => keys.create({ ...reader, expiresAt: clock.now() }))).toBe('USAGE');
  expect(codeOf(() => keys.create({ ...reader, expiresAt: Number.NaN }))).toBe('USAGE');
  expect(codeOf(() => keys.create({ ...reader, role: '' }))).toBe('USAGE');
  expect(codeOf(() => keys.create({ ...reader, name: 'a\nb' }))).toBe('USAGE');
  expect(codeOf(() => keys.create({ ...reader, name: 'a'.repeat(101) }))).toBe('USAGE');
});

test.each<[string, (text: string) => string]>([
  ['empty', () => ''],
  ['cut off', (text) => text.slice(0, -20)],
  ['no JSON', () => 'keys'],
  ['of another version', (text) => text.replace('"version": 1', '"version": 2')],
  ['without keys', (text) => text.replace('"keys"', '"kexs"')],
  ['with an unreadable expiry', (text) => text.replace('"created"', '"expires": "soon", "created"')],
  ['with a numeric revocation', (text) => text.replace('"created"', '"revoked": 1, "created"')],
  ['with a short hash', (text) => text.replace(/"hash": ".{10}/, '"hash": "')],
  ['with an entry twice', (text) => text.replace(/\{\s+"id"[^}]+\}/, '$&, $&')],
])('a keys file that is %s is an error and never an empty set', (_, damage) => {
  const keys = open();
  const { text } = keys.create(reader);
  writeFileSync(path, damage(readFileSync(path, 'utf8')));
  expect(codeOf(() => open())).toBe('KEYS_UNUSABLE');
  expect(codeOf(() => keys.create(reader))).toBe('KEYS_UNUSABLE');
  expect(answer(keys, text)).toBe('keys_unusable');
});

test('arbitrary text is no keys file', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseKeysFile(text)).toBeUndefined();
    }),
  );
});

test('a file damaged while running locks out, says so once, and lets in again when it is mended', () => {
  const problems: string[] = [];
  const keys = open({ onProblem: (problem) => problems.push(problem.code) });
  const { text } = keys.create(reader);
  const good = readFileSync(path, 'utf8');
  writeFileSync(path, 'x');
  for (let second = 0; second < 3; second++) {
    clock.advance(1000);
    expect(answer(keys, text)).toBe('keys_unusable');
  }
  expect(problems).toEqual(['KEYS_UNUSABLE']);
  writeFileSync(path, good);
  clock.advance(1000);
  expect(answer(keys, text)).toMatch(/reader$/);
});

test('a file that vanishes while running locks out', () => {
  const keys = open();
  const { text } = keys.create(reader);
  rmSync(path);
  clock.advance(1000);
  expect(answer(keys, text)).toBe('keys_unusable');
});

test.skipIf(process.platform === 'win32')('a keys file that others can change is refused', () => {
  open().create(reader);
  for (const mode of [0o620, 0o602, 0o666]) {
    chmodSync(path, mode);
    expect(codeOf(() => open())).toBe('KEYS_UNUSABLE');
  }
  chmodSync(path, 0o640);
  expect(open().list()).toHaveLength(1);
});

test.skipIf(process.platform === 'win32')('a pepper that others can read is refused', () => {
  open().create(reader);
  chmodSync(pepperPath, 0o640);
  expect(codeOf(() => open())).toBe('KEYS_UNUSABLE');
});

test('a lost, damaged or foreign pepper is an error that names it', () => {
  open().create(reader);
  const other = openApiKeys({ path: join(folder, 'other.json'), clock });
  other.create(reader);
  renameSync(join(folder, 'other.json.pepper'), pepperPath);
  expect(codeOf(() => open())).toBe('KEYS_UNUSABLE');
  writeFileSync(pepperPath, 'short');
  expect(codeOf(() => open())).toBe('KEYS_UNUSABLE');
  rmSync(pepperPath);
  expect(messageOf(() => open())).toContain(pepperPath);
});

test('no error shows a secret', () => {
  const keys = open();
  const { text } = keys.create(reader);
  const pepper = readFileSync(pepperPath, 'utf8').trim();
  writeFileSync(path, `${readFileSync(path, 'utf8')}${text}`);
  const shown = messageOf(() => open()) + JSON.stringify(keys.verify(text.slice(0, -1), clock.now() + 5000));
  expect(shown).not.toContain(text.slice(16, 40));
  expect(shown).not.toContain(pepper);
});

test('a folder that cannot be written to is one clear error', () => {
  expect(codeOf(() => openApiKeys({ path: join(folder, 'missing', 'k'), clock }).create(reader))).toBe(
    'STATE_NOT_WRITABLE',
  );
});

test('arbitrary text has no key id', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(keyIdOf(text)).toBeUndefined();
    }),
  );
});

const messageOf = (run: () => unknown): string => {
  const error = errorOf(run);
  return `${error?.message} ${error?.todo}`;
};
