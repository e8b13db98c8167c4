import { domainToASCII } from 'node:url';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBareOrigin, readOrigin } from './read-origin.ts';

test.each([
  ['https://api.example.com', 'https://api.example.com'],
  ['https://api.example.com/', 'https://api.example.com'],
  ['https://api.example.com/a@b/c?d=e@f#g', 'https://api.example.com'],
  ['HTTPS://API.Example.COM:443/x', 'https://api.example.com'],
  ['https://api.example.com:/x', 'https://api.example.com'],
  ['https://api.example.com:0443/x', 'https://api.example.com'],
  ['http://api.example.com:443', 'http://api.example.com:443'],
  ['http://api.example.com:80', 'http://api.example.com'],
  ['ws://a.example', 'ws://a.example'],
  ['wss://a.example:443', 'wss://a.example'],
  ['https://a_b.example', 'https://a_b.example'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example'],
  ['https://xn--bcher-kva.example/', 'https://xn--bcher-kva.example'],
  ['https://例え.example', 'https://xn--r8jz45g.example'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ['http://0x7f.1/', 'http://127.0.0.1'],
  ['http://2130706433/', 'http://127.0.0.1'],
  ['http://127.1/', 'http://127.0.0.1'],
  ['http://[::1]:8080/', 'http://[::1]:8080'],
  ['http://[0:0::0001]/', 'http://[::1]'],
  ['http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]'],
  ['https://example.com/__proto__', 'https://example.com'],
])('%j has the origin %j', (text, origin) => {
  expect(readOrigin(text)).toBe(origin);
});

test.each([
  '',
  'api.example.com',
  '//api.example.com',
  '/api',
  'ftp://api.example.com',
  'javascript://api.example.com/%0aalert(1)',
  'data:text/html,https://api.example.com',
  'blob:https://api.example.com/1',
  'view-source:https://api.example.com',
  'file:///etc/passwd',
  'https:api.example.com',
  'https:/api.example.com',
  'https:///api.example.com',
  'https://',
  'https://api.example.com@evil.example',
  'https://user:secret@api.example.com',
  'https://@api.example.com',
  'https://:@api.example.com',
  'https://api.example.com:443@evil.example',
  'https://evil.example\\@api.example.com',
  'https://api.example.com\\.evil.example',
  'https:\\\\api.example.com',
  'http:\\\\evil.example',
  'ht\ttps://api.example.com',
  'https://api.exa\nmple.com',
  'https://api.example.com/\r\nHost: evil.example',
  ' https://api.example.com',
  'https://api.example.com ',
  'https://api.example.com .evil.example',
  'https://api.example.com\0.evil.example',
  'https://api.example.com#@evil.example',
  'https://api.example.com?@evil.example/',
  'https://api.example.com%2eevil.example',
  'https://api.example.com%00.evil.example',
  'https://api%2eexample.com',
  'https://api.example.com.',
  'https://api..example.com',
  'https://.example.com',
  'https://-api.example.com',
  'https://api-.example.com',
  'https://api.example.com:65536',
  'https://api.example.com:-1',
  'https://api.example.com:443:80',
  'https://api.example.com:４４３',
  'https://[::1',
  'https://::1/',
  'https://[::1]evil.example/',
  'https://[fe80::1%25eth0]/',
  'http://0177.0.0.1/',
  'http://127.0.0.01/',
  'http://256.1.1.1/',
  'http://1.2.3.4.5/',
  'http://①②⑦.0.0.1/',
  'https://ａpi.example.com',
  'https://api。example.com',
  'https://faß.example',
  'https://a\u200db.example',
  'https://a\u00adpi.example.com',
  'https://℀.example',
  `https://${'a'.repeat(64)}.example`,
  `https://api.example.com/${'a'.repeat(9000)}`,
])('%j has no origin that everybody reads alike', (text) => {
  expect(readOrigin(text)).toBeUndefined();
});

test.each([
  'https://api.example.com.evil.example',
  'https://api.example.comevil.example',
  'https://api.example.com⁄.evil.example',
  'https://evil.example/https://api.example.com',
  'https://evil.example/?https://api.example.com',
  'http://api.example.com',
  'https://api.example.com:8443',
  'https://аpi.example.com',
  'https://api.eхample.com',
  'wss://api.example.com',
])('%j has another origin than the one it looks like', (text) => {
  expect(readOrigin(text)).toBeDefined();
  expect(readOrigin(text)).not.toBe('https://api.example.com');
});

test('a bare origin has nothing behind it but a slash', () => {
  expect(readBareOrigin('https://api.example.com:443/')).toBe('https://api.example.com');
  for (const rest of ['/v1', '//', '?x', '#', '/?']) {
    expect(readBareOrigin(`https://api.example.com${rest}`)).toBeUndefined();
  }
});

const pieces = [
  'https:',
  'http:',
  'ws:',
  '//',
  '//',
  '/',
  '\\',
  '@',
  ':',
  ':',
  '?',
  '#',
  '.',
  '.',
  '443',
  '80',
  '0',
  '0x7f',
  '1',
  'good.example',
  'evil.example',
  'good',
  'EVIL',
  '\t',
  ' ',
  '%40',
  '%2f',
  '[::1]',
  '[',
  ']',
  'xn--',
  'é',
  'ß',
  '。',
  '-',
  ',',
];
const hostile = fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((parts) => parts.join(''));
const urls = fc.oneof(
  hostile,
  hostile.map((text) => `https://${text}`),
  hostile.map((text) => `https://good.example${text}`),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.string({ unit: 'binary' }).map((text) => `http://${text}`),
);

test('what is read is what the WHATWG parser reads, and reading it again changes nothing', () => {
  let accepted = 0;
  fc.assert(
    fc.property(urls, (text) => {
      const origin = readOrigin(text);
      if (origin === undefined) return;
      accepted += 1;
      expect(new URL(text).origin).toBe(origin);
      expect(readOrigin(origin)).toBe(origin);
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(500);
});

test('a parser that only knows RFC 3986, and one that takes what is behind the last @, find the same host', () => {
  fc.assert(
    fc.property(urls, (text) => {
      const origin = readOrigin(text);
      if (origin === undefined) return;
      const { hostname } = new URL(origin);
      // RFC 3986, appendix B.
      const authority = /^(?:[^:/?#]+:)?(?:\/\/([^/?#]*))?/.exec(text)?.[1] ?? '';
      const careless = (text.split('//')[1] ?? '').split('/')[0]?.split('@').at(-1) ?? '';
      const hosts = [authority, careless.split(/[?#]/)[0] ?? ''].map((one) => one.replace(/:[0-9]*$/, ''));
      for (const host of hosts) expect(host.startsWith('[') ? hostname : domainToASCII(host)).toBe(hostname);
    }),
    { numRuns: 5000 },
  );
});
