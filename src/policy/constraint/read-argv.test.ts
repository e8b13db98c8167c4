import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readArgv } from './read-argv.ts';

test.each([
  ['ls', ['ls']],
  ['  ls\t-l  ', ['ls', '-l']],
  ['/usr/bin/ls -l /tmp', ['/usr/bin/ls', '-l', '/tmp']],
  ['git log --format=%H', ['git', 'log', '--format=%H']],
  ["grep '$x; rm -rf /' a", ['grep', '$x; rm -rf /', 'a']],
  ['echo "a b" c', ['echo', 'a b', 'c']],
  ['echo "it\'s" \'"\'', ['echo', "it's", '"']],
  ['a\'b\'"c"d e', ['abcd', 'e']],
  ['echo \'\' ""', ['echo', '', '']],
  ['cat 文件.txt', ['cat', '文件.txt']],
  ['echo __proto__', ['echo', '__proto__']],
])('%j is the words %j', (text, words) => {
  expect(readArgv(text)).toEqual(words);
});

test.each([
  '',
  '   ',
  "''",
  '"" a',
  "'ls",
  'ls "a',
  'ls $HOME',
  'ls "$HOME"',
  'ls $(id)',
  'ls "$(id)"',
  'ls `id`',
  'ls "`id`"',
  'ls; id',
  'ls & id',
  'ls && id',
  'ls | sh',
  'ls || id',
  'ls > a',
  'ls < a',
  'ls >> a',
  'ls 2>&1',
  'ls <(id)',
  'ls\nid',
  'ls\r\nid',
  'ls *',
  'ls a?',
  'ls [ab]',
  'ls {a,b}',
  'ls ~',
  'ls ~root',
  'ls a:~',
  'ls #x',
  'ls !!',
  'ls "!!"',
  'ls !x',
  '! ls',
  '(ls)',
  '{ ls; }',
  'ls ^x',
  'ls \\; id',
  'ls "\\""',
  'ls a\\ b',
  'LD_PRELOAD=x ls',
  'A=b',
  'ls\0',
  "ls '\n'",
  'ls "\0"',
  'ls\u00a0-l',
  'ls\u2028id',
  'ls\u200b',
  "ls $'a'",
  'ls $"a"',
  'ls \ud800',
  `ls ${'a'.repeat(40_000)}`,
  'a '.repeat(1_001),
])('%j is more than words to a shell', (text) => {
  expect(readArgv(text)).toBeUndefined();
});

test('a list is words as they are', () => {
  expect(readArgv(['git', 'commit', '-m', 'Fix: `a` & b; $c'])).toEqual(['git', 'commit', '-m', 'Fix: `a` & b; $c']);
  expect(readArgv(['ls', ''])).toEqual(['ls', '']);
});

test.each([
  [[]],
  [['']],
  [['ls', 1]],
  [['ls', ['-l']]],
  [['ls', null]],
  [['ls', 'a\0b']],
  [['ls', '\ud800']],
  [['a'.repeat(40_000)]],
  [Array.from({ length: 1_001 }, () => 'a')],
  [{ 0: 'ls', length: 1 }],
  [7],
  [null],
  [undefined],
])('%j is no command line', (value) => {
  expect(readArgv(value)).toBeUndefined();
});

test('a real shell reads the same words', () => {
  const pieces = [
    'a',
    'b',
    '-',
    '=',
    '/',
    ' ',
    ' ',
    '\t',
    "'",
    "'",
    '"',
    '"',
    '$',
    ';',
    '*',
    '~',
    '#',
    '\\',
    '!',
    '%',
    ':',
    '{',
    '}',
    ',',
  ];
  const lines = fc
    .sample(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), { numRuns: 40_000, seed: 5 })
    .map((parts) => parts.join(''))
    .flatMap((text) => {
      const words = readArgv(text);
      return words === undefined ? [] : [{ text, words }];
    })
    .slice(0, 2_000);
  expect(lines.length).toBeGreaterThan(500);
  const script = lines.map(({ text }) => `set -- ${text}\nprintf '%s\\0' "$#" "$@"`).join('\n');
  const folder = mkdtempSync(join(tmpdir(), 'merlon-argv-'));
  try {
    const { stdout, status } = spawnSync('sh', ['-s'], { input: script, cwd: folder, encoding: 'utf8', env: {} });
    expect(status).toBe(0);
    const expected = lines.flatMap(({ words }) => [String(words.length), ...words]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('never throws, and never finds a word that is no text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.array(fc.string())), (value) => {
      const words = readArgv(value);
      if (words === undefined) return;
      expect(words.length).toBeGreaterThan(0);
      expect(words.every((word) => typeof word === 'string')).toBe(true);
    }),
  );
});
