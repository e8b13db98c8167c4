import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAddress, readHostName } from './read-host-name.ts';
import { matchesHost, readHost, readHostPattern } from './read-host.ts';

test.each([
  ['api.example.com', 'api.example.com'],
  ['API.Example.com', 'api.example.com'],
  ['localhost', 'localhost'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['BÜCHER.example', 'xn--bcher-kva.example'],
  ['bu\u0308cher.example', 'xn--bcher-kva.example'],
  ['10.1.2.3', '10.1.2.3'],
  ['0x0a010203', '10.1.2.3'],
  ['::1', '[::1]'],
  ['[::1]', '[::1]'],
  ['https://api.example.com:8443/x', 'api.example.com'],
  ['http://2130706433/', '127.0.0.1'],
  ['constructor', 'constructor'],
])('%j is the host %j', (text, host) => {
  expect(readHost(text)).toBe(host);
});

test.each([
  '',
  '.',
  'a.',
  '.a',
  'a..b',
  'a b',
  'a\tb',
  'a/b',
  'a@b',
  'a:80',
  'a:b@c',
  'a#b',
  'a?b',
  'a\\b',
  'a%2eb',
  '*.a',
  '*',
  '-a.b',
  'a-.b',
  'faß.example',
  'ａ.example',
  'a。b',
  'a\u200cb',
  '[::1',
  '::1%eth0',
  '010.1.2.3',
  '1.2.3.4.5',
  'a.0x1',
  'ftp://api.example.com',
  'https://u@api.example.com',
  'javascript://api.example.com',
  `${'a.'.repeat(127)}a`,
])('%j is no host that everybody reads alike', (text) => {
  expect(readHost(text)).toBeUndefined();
});

const fits = (pattern: string, text: string): boolean => {
  const [read, host] = [readHostPattern(pattern), readHost(text)];
  return read !== undefined && host !== undefined && matchesHost(read, host);
};

test.each([
  ['api.example.com', 'api.example.com', true],
  ['api.example.com', 'x.api.example.com', false],
  ['*.example.com', 'api.example.com', true],
  ['*.example.com', 'a.b.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'evilexample.com', false],
  ['*.example.com', 'api.example.com.evil.net', false],
  ['*.example.com', 'аpi.example.com.evil.net', false],
  ['*.bücher.example', 'a.xn--bcher-kva.example', true],
  ['127.0.0.1', 'http://0x7f.1/', true],
  ['::1', '[::1]', true],
])('the pattern %j and %j: %j', (pattern, text, expected) => {
  expect(fits(pattern, text)).toBe(expected);
});

test.each([
  '*',
  '*.',
  '*.*.a',
  'a.*',
  '*a.example',
  '**.a',
  '*.127.0.0.1',
  '*.1',
  '*.::1',
  '*.[::1]',
  'https://a.example',
  '',
])('%j is no pattern of hosts', (text) => {
  expect(readHostPattern(text)).toBeUndefined();
});

test('a host is read as the WHATWG parser reads it, and reading it again changes nothing', () => {
  const pieces = [
    'a',
    'B',
    'é',
    'я',
    '.',
    '.',
    '-',
    '_',
    '1',
    '0',
    '0x',
    '127',
    'xn--',
    'ß',
    '@',
    ':',
    '/',
    '%',
    '\\',
    '。',
    ' ',
  ];
  const hosts = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((parts) => parts.join('')),
    fc.domain(),
    fc.ipV4Extended(),
    fc.ipV6().map((text) => `[${text}]`),
  );
  fc.assert(
    fc.property(hosts, (text) => {
      const host = readHostName(text);
      if (host === undefined) return;
      expect(new URL(`https://${text}/`).hostname).toBe(host);
      expect(readHostName(host)).toBe(host);
      expect(readHost(host)).toBe(host);
      expect(isAddress(host)).toBe(/^(?:[0-9.]+$|\[)/.test(host));
    }),
    { numRuns: 5000 },
  );
});
