import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAllowLists, parseAuthority, parseOrigin } from './allow-lists.ts';
import type { EdgeNames } from './edge-options.ts';
import { pathOf } from './redirect-plain.ts';

const NAMES: EdgeNames = {
  publicUrl: undefined,
  allowedHosts: [],
  allowedOrigins: [],
  verifyHost: true,
  verifyOrigin: true,
};
const LOOPBACK = { secure: true, host: '127.0.0.1', port: 8443 };

const rich = makeAllowLists(
  {
    ...NAMES,
    publicUrl: 'https://gw.example.com/base',
    allowedHosts: ['inside.example', 'pinned.example:9000', 'bücher.example', '[2001:db8::1]'],
    allowedOrigins: [
      'https://app.example.com',
      'http://localhost:5173',
      'vscode-webview://abc123',
      'https://[2001:DB8::2]:444/',
    ],
  },
  LOOPBACK,
);

describe('the Host allow-list', () => {
  it.each([
    '127.0.0.1:8443',
    '127.0.0.1',
    'localhost:8443',
    'localhost',
    'LocalHost:8443',
    'localhost.',
    'localhost.:8443',
    '[::1]:8443',
    '[0:0:0:0:0:0:0:1]:8443',
    'gw.example.com',
    'GW.Example.Com',
    'gw.example.com:443',
    'gw.example.com:8443',
    'inside.example',
    'inside.example:8443',
    'pinned.example:9000',
    'xn--bcher-kva.example',
    '[2001:db8::1]:8443',
    '[2001:DB8:0::1]',
  ])('lets %s pass', (host) => {
    expect(rich.allowsHost(host)).toBe(true);
  });

  it.each([
    undefined,
    '',
    ' ',
    'evil.example',
    'localhost:80',
    'localhost:',
    'localhost:08443',
    'localhost:84430',
    'localhost:8443:8443',
    'localhost..',
    'localhost.evil.example',
    'evil.example#localhost',
    'evil.example/localhost',
    'localhost/',
    'localhost\\',
    'localhost, localhost',
    'localhost localhost',
    'user@localhost',
    'localhost@evil.example',
    'http://localhost',
    '%6cocalhost',
    'bücher.example',
    'ｌocalhost',
    '0x7f.0.0.1',
    '127.1',
    '2130706433',
    '::1',
    '[::1',
    '[::ffff:127.0.0.1]:8443',
    '[fe80::1%25eth0]',
    '0.0.0.0:8443',
    'pinned.example',
    'pinned.example:8443',
    'gw.example.com:80',
    'sub.gw.example.com',
    'localhost\u0000',
    'localhost\r\nX: y',
  ])('stops %j', (host) => {
    expect(rich.allowsHost(host)).toBe(false);
  });

  it('knows no loopback names when bound to another address', () => {
    const lists = makeAllowLists(NAMES, { secure: true, host: '192.0.2.7', port: 8443 });
    expect(lists.allowsHost('192.0.2.7:8443')).toBe(true);
    expect(lists.allowsHost('localhost:8443')).toBe(false);
  });

  it('knows loopback names, but not the wildcard, when bound to every address', () => {
    for (const host of ['0.0.0.0', '::']) {
      const lists = makeAllowLists(NAMES, { secure: true, host, port: 8443 });
      expect(lists.allowsHost('localhost:8443')).toBe(true);
      expect(lists.allowsHost('0.0.0.0:8443')).toBe(false);
      expect(lists.allowsHost('[::]:8443')).toBe(false);
      expect(lists.url).toBe('https://localhost:8443');
    }
  });

  it('knows an IPv6 address by its bracketed name', () => {
    const lists = makeAllowLists(NAMES, { secure: false, host: '::1', port: 8080 });
    expect([lists.url, lists.allowsHost('[::1]:8080'), lists.allowsHost('localhost')]).toEqual([
      'http://[::1]:8080',
      true,
      true,
    ]);
    expect(lists.allowsOrigin('http://[::1]:8080')).toBe(true);
  });

  it('lets everything pass when it is switched off', () => {
    const lists = makeAllowLists({ ...NAMES, verifyHost: false }, LOOPBACK);
    expect(lists.allowsHost('evil.example')).toBe(true);
    expect(lists.redirectOrigin('evil.example')).toBe('https://127.0.0.1:8443');
  });

  it('accepts only canonical spellings, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.domain(),
          fc.ipV4Extended(),
          fc.ipV6().map((ip) => `[${ip}]`),
        ),
        (text) => {
          const host = parseAuthority(text);
          if (host === undefined) return;
          expect(new URL(`http://${host.name}`).hostname).toBe(host.name);
          expect(parseAuthority(host.name)).toEqual({ name: host.name, port: undefined });
        },
      ),
    );
  });
});

describe('the Origin allow-list', () => {
  it.each([
    undefined,
    'https://127.0.0.1:8443',
    'https://localhost:8443',
    'https://[::1]:8443',
    'https://gw.example.com',
    'HTTPS://GW.example.com:443',
    'https://inside.example:8443',
    'https://pinned.example:9000',
    'https://app.example.com',
    'https://app.example.com:443',
    'http://localhost:5173',
    'vscode-webview://abc123',
    'https://[2001:db8::2]:444',
    'https://[2001:db8:0:0::2]:444',
    'https://xn--bcher-kva.example:8443',
    'https://bücher.example:8443',
  ])('lets %s pass', (origin) => {
    expect(rich.allowsOrigin(origin)).toBe(true);
  });

  it.each([
    '',
    'null',
    'NULL',
    '*',
    'https://evil.example',
    'http://127.0.0.1:8443',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://app.example.com?x',
    'https://app.example.com#x',
    'https://app.example.com@evil.example',
    'https://evil.example@app.example.com',
    'https://app.example.com\\@evil.example',
    'https://app.example.com, https://evil.example',
    'https://app.example.com https://evil.example',
    'https://app.example.com.evil.example',
    'https://evil-app.example.com',
    'https:app.example.com',
    'https:///app.example.com',
    '//app.example.com',
    'app.example.com',
    'https://app%2eexample.com',
    'https://аpp.example.com',
    'http://localhost',
    'http://localhost:8443',
    'https://127.0.0.1',
    'file://',
    'data:text/html,x',
    'vscode-webview://abc1234',
    'vscode-webview://',
  ])('stops %j', (origin) => {
    expect(rich.allowsOrigin(origin)).toBe(false);
  });

  it('lets every origin pass when it is switched off', () => {
    expect(makeAllowLists({ ...NAMES, verifyOrigin: false }, LOOPBACK).allowsOrigin('null')).toBe(true);
  });

  it('parses whatever is sent to undefined or to a fixed point', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.webUrl(), fc.webUrl({ withFragments: true, withQueryParameters: true })),
        (text) => {
          const origin = parseOrigin(text);
          expect(origin === undefined || parseOrigin(origin) === origin).toBe(true);
        },
      ),
    );
  });
});

describe('the configured names', () => {
  it.each([
    { allowedHosts: ['*.example.com'] },
    { allowedHosts: ['https://example.com'] },
    { allowedHosts: ['a b'] },
    { allowedHosts: [''] },
    { allowedHosts: ['example.com:99999'] },
    { allowedOrigins: ['*'] },
    { allowedOrigins: ['null'] },
    { allowedOrigins: ['example.com'] },
    { allowedOrigins: ['https://example.com/app'] },
    { publicUrl: 'gw.example.com' },
    { publicUrl: 'ftp://gw.example.com' },
    { publicUrl: 'https://user:pw@gw.example.com' },
  ])('refuses %j, which can never match', (wrong) => {
    expect(() => makeAllowLists({ ...NAMES, ...wrong }, LOOPBACK)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('the redirect', () => {
  it.each([
    ['localhost:8443', 'https://localhost:8443'],
    ['LOCALHOST', 'https://localhost:8443'],
    ['[::1]:8443', 'https://[::1]:8443'],
    ['gw.example.com', 'https://gw.example.com'],
    ['gw.example.com:443', 'https://gw.example.com'],
    ['gw.example.com:8443', 'https://gw.example.com:8443'],
    ['pinned.example:9000', 'https://pinned.example:9000'],
    ['evil.example', 'https://gw.example.com'],
    [undefined, 'https://gw.example.com'],
  ])('sends a caller for %s to %s', (host, origin) => {
    expect(rich.redirectOrigin(host)).toBe(origin);
  });

  it('stays on this gateway for every Host and every target', () => {
    const ours = new Set(['localhost', '127.0.0.1', '[::1]']);
    const lists = makeAllowLists(NAMES, LOOPBACK);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.domain(),
      fc.constantFrom('//evil.example', '/\\evil.example'),
    );
    fc.assert(
      fc.property(text, text, (host, target) => {
        const location = lists.redirectOrigin(host) + pathOf(target);
        expect(location).toMatch(/^[\x21-\x7e]*$/);
        expect(ours).toContain(new URL(location).hostname);
        expect(new URL(location).protocol).toBe('https:');
      }),
    );
  });
});
