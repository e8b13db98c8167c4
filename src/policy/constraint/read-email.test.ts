import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { domainOf, readDomain, readEmail } from './read-email.ts';

test.each([
  ['jane.doe@example.com', 'jane.doe@example.com'],
  ['Jane+tag@EXAMPLE.com', 'Jane+tag@example.com'],
  ["o'neil@example.com", "o'neil@example.com"],
  ['a@bücher.example', 'a@xn--bcher-kva.example'],
  ['root@localhost', 'root@localhost'],
  ['__proto__@example.com', '__proto__@example.com'],
])('%j is the address %j', (text, address) => {
  expect(readEmail(text)).toBe(address);
});

test.each([
  '',
  '@',
  'a',
  'a@',
  '@example.com',
  'a@example.com@evil.example',
  'a@evil.example@example.com',
  '"a@example.com"@evil.example',
  '"a b"@example.com',
  '"a"@example.com',
  'a@example.com,b@evil.example',
  'a@example.com;b@evil.example',
  'a@example.com b@evil.example',
  'a@example.com\nBcc: b@evil.example',
  'a@example.com\r\n.',
  'a\0@example.com',
  ' a@example.com',
  'a@example.com ',
  'A <a@example.com>',
  '<a@example.com>',
  'b@evil.example <a@example.com>',
  'a(b)@example.com',
  'a@example.com(@evil.example)',
  'mailto:a@example.com',
  'a@example.com?bcc=b@evil.example',
  '@evil.example:a@example.com',
  'b%evil.example@example.com',
  'evil.example!b@example.com',
  '|cmd@example.com',
  '/etc/passwd@example.com',
  '-oQ@example.com',
  'a..b@example.com',
  '.a@example.com',
  'a.@example.com',
  'a@.example.com',
  'a@example.com.',
  'a@example..com',
  'a@[127.0.0.1]',
  'a@127.0.0.1',
  'a@2130706433',
  'a@example.com:25',
  'a@example%2ecom',
  'a＠example.com',
  'a@ｅxample.com',
  'a@example。com',
  'a@faß.example',
  'ä@example.com',
  '=?utf-8?q?a=40example.com?= @evil.example',
  `${'a'.repeat(65)}@example.com`,
  `a@${'a.'.repeat(125)}example.com`,
])('%j is no address that everybody reads alike', (text) => {
  expect(readEmail(text)).toBeUndefined();
});

test('a domain that only looks like another one is another one', () => {
  for (const text of [
    'a@еxample.com',
    'a@examp1e.com',
    'a@example.com.evil.net',
    'a@mail.example.com',
    'a@exämple.com',
  ]) {
    expect(domainOf(readEmail(text) ?? 'none@none')).not.toBe('example.com');
  }
});

test.each(['', 'a@b', '*.example.com', '127.0.0.1', '[::1]', 'example.com.', 'https://example.com'])(
  '%j is no domain',
  (text) => {
    expect(readDomain(text)).toBeUndefined();
  },
);

test('whatever is read has one @, however it is split, and reading it again changes nothing', () => {
  const pieces = [
    'a',
    'B',
    '.',
    '@',
    '@',
    '"',
    '\\',
    '<',
    '>',
    ',',
    ';',
    ' ',
    '%',
    '!',
    '(',
    'example.com',
    'evil.example',
    'é',
    '＠',
  ];
  const texts = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join('')),
    fc.emailAddress(),
    fc.string({ unit: 'binary' }).map((text) => `${text}@example.com`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const address = readEmail(text);
      if (address === undefined) return;
      expect(address.split('@')).toHaveLength(2);
      expect(text.indexOf('@')).toBe(text.lastIndexOf('@'));
      expect(address).not.toMatch(/[\s"<>,;:()\\]/);
      expect(readEmail(address)).toBe(address);
      expect(readDomain(domainOf(address))).toBe(domainOf(address));
    }),
    { numRuns: 3000 },
  );
});
