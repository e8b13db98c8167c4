import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUnder, readPath, readWrittenPath, staysUnder } from './read-path.ts';

test.each([
  ['/', '/'],
  ['/tmp', '/tmp'],
  ['/tmp/', '/tmp'],
  ['/tmp/./a//b/', '/tmp/a/b'],
  ['/tmp/../etc/passwd', '/etc/passwd'],
  ['/../../etc', '/etc'],
  ['/tmp/...', '/tmp/...'],
  ['/tmp/..a', '/tmp/..a'],
  ['/tmp/~', '/tmp/~'],
  ['/tmp/100% done', '/tmp/100% done'],
  ['/tmp/__proto__', '/tmp/__proto__'],
  ['/tmp/数据.txt', '/tmp/数据.txt'],
  ['file:///tmp/a', '/tmp/a'],
  ['FILE://localhost/tmp/a%20b', '/tmp/a b'],
  ['file:///tmp/../etc', '/etc'],
])('%j is the path %j', (text, path) => {
  expect(readPath(text)).toBe(path);
});

test.each([
  '',
  'tmp',
  './tmp',
  '~',
  '~root/x',
  '~/x',
  '//tmp/a',
  '//server/share',
  '\\\\server\\share',
  'C:\\tmp',
  'C:/tmp',
  '/C:/tmp',
  '/tmp\\..\\..\\etc',
  '/tmp/a\0.txt',
  '/tmp/a\n/etc/passwd',
  '/tmp/a\t',
  ' /tmp/a',
  '/tmp/..  ',
  '/tmp/.. /etc',
  '/tmp/a /',
  '/./C:/x',
  '/tmp/%2e%2e/etc',
  '/tmp/%2E%2e%2fetc',
  '/tmp/%252e%252e/etc',
  '/tmp/a%00',
  '/tmp/a%5cb',
  '/tmp/．．/etc',
  '/tmp/‥/etc',
  '/tmp／..／etc',
  '/tmp/＼etc',
  '/tmp/\ud800',
  'file:///tmp/%2e%2e/etc',
  'file:///tmp%2f..%2fetc',
  'file:///tmp/%252e%252e/etc',
  'file:///tmp/%25%32%65',
  'file:///tmp/%zz',
  'file:///tmp/%ff',
  'file:///tmp/a?x',
  'file:///tmp/a#x',
  'file:////tmp/a',
  'file:///C:/tmp',
  'file:///c|/tmp',
  'file://evil.example/tmp/a',
  'file://localhost@evil.example/tmp/a',
  'file:/tmp/a',
  'file:\\\\\\tmp\\a',
  'file:tmp/a',
  'https://example.com/tmp',
])('%j is no path that everybody reads alike', (text) => {
  expect(readPath(text)).toBeUndefined();
});

test('a path that no file system opens is none', () => {
  expect(readPath(`/${'a'.repeat(4096)}`)).toBeUndefined();
});

test('names that only look alike are other paths', () => {
  const composed = readPath('/caf\u00e9');
  expect(composed).toBe('/caf\u00e9');
  expect(readPath('/cafe\u0301')).not.toBe(composed);
  expect(readPath('/tmр')).not.toBe(readPath('/tmp'));
  expect(isUnder('/TMP/a', '/tmp')).toBe(false);
});

test.each([
  ['/tmp', '/tmp', true],
  ['/tmp/a', '/tmp', true],
  ['/tmpfile', '/tmp', false],
  ['/', '/tmp', false],
  ['/anything', '/', true],
])('%j under %j: %j', (path, folder, expected) => {
  expect(isUnder(path, folder)).toBe(expected);
});

const stays = (text: string, folder: string): boolean => {
  const written = readWrittenPath(text);
  return written !== undefined && staysUnder(written, folder);
};

test('a way that leaves the folder and comes back does not stay in it', () => {
  expect(stays('/tmp/a/../b', '/tmp')).toBe(true);
  expect(stays('/tmp/a/../../tmp/b', '/tmp')).toBe(false);
  expect(stays('/bin/../tmp/b', '/tmp')).toBe(false);
  expect(stays('/a/../b', '/')).toBe(true);
});

test('the file system agrees that a link behind a `..` leads elsewhere', () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'merlon-path-')));
  try {
    for (const folder of ['granted', 'other', 'other/granted', 'other/deep']) mkdirSync(join(home, folder));
    writeFileSync(join(home, 'other/granted/secret'), '');
    symlinkSync(join(home, 'other/deep'), join(home, 'link'));
    const text = `${home}/link/../granted/secret`;
    expect(readPath(text)).toBe(`${home}/granted/secret`);
    expect(realpathSync.native(text)).toBe(`${home}/other/granted/secret`);
    expect(stays(text, `${home}/granted`)).toBe(false);
  } finally {
    rmSync(home, { recursive: true });
  }
});

const pieces = [
  '/',
  '/',
  '/',
  '.',
  '..',
  'tmp',
  'a',
  ' ',
  '\\',
  '%2e',
  '%2f',
  '%25',
  '．',
  '\0',
  '~',
  'C:',
  'file:',
  '//',
];
const hostile = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
const texts = fc.oneof(
  hostile,
  hostile.map((text) => `/tmp/${text}`),
  hostile.map((text) => `file:///tmp/${text}`),
  fc.string({ unit: 'binary' }),
);

test('reading what was read changes nothing', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const path = readPath(text);
      if (path === undefined) return;
      expect(readPath(path)).toBe(path);
      expect(posix.normalize(path)).toBe(path);
    }),
    { numRuns: 2000 },
  );
});

test('what stays under a folder resolves under it for others too', () => {
  fc.assert(
    fc.property(texts, (text) => {
      if (!text.startsWith('/') || !stays(text, '/tmp')) return;
      const resolved = posix.resolve('/somewhere', text);
      expect(resolved === '/tmp' || resolved.startsWith('/tmp/')).toBe(true);
      expect(resolved).toBe(readPath(text));
    }),
    { numRuns: 2000 },
  );
});

test('a path stays exactly when it goes to the folder straight and never above it again', () => {
  const segments = fc.array(fc.constantFrom('tmp', 'a', 'b', '..', '.', ''), { maxLength: 8 });
  const straight = fc
    .array(fc.constantFrom('c', 'd', '..', '.', ''), { maxLength: 8 })
    .map((rest) => ['tmp', 'a', ...rest]);
  fc.assert(
    fc.property(fc.oneof(segments, straight), (parts) => {
      const walked = parts.filter((part) => part !== '' && part !== '.');
      const depths = walked.map((_, index) =>
        walked.slice(0, index + 1).reduce((depth, part) => Math.max(0, depth + (part === '..' ? -1 : 1)), 0),
      );
      const expected = walked[0] === 'tmp' && walked[1] === 'a' && depths.slice(1).every((depth) => depth >= 2);
      const text = `/${parts.join('/')}`;
      expect(stays(text, '/tmp/a')).toBe(expected && !text.startsWith('//'));
    }),
    { numRuns: 2000 },
  );
});
