import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_PORTS, difference, intersection, portRange, union } from './port-ranges.ts';
import { mountOf, parseMounts } from './parse-mounts.ts';
import { matchesGlob, parseLogrotate } from './parse-logrotate.ts';
import { parseSockets } from './parse-sockets.ts';
import { rotatedNames } from './look-files.ts';

describe('sockets', () => {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const line = (local: string, state: string, inode = '4711'): string =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`;

  it('are those that listen, with their addresses', () => {
    const found = parseSockets(
      head + line('0100007F:20FB', '0A') + line('00000000:01BB', '0A', '8') + line('020200C0:E72C', '01'),
    );
    expect(found).toEqual([
      { address: '127.0.0.1', port: 8443, isLoopback: true, inode: '4711' },
      { address: '0.0.0.0', port: 443, isLoopback: false, inode: '8' },
    ]);
  });

  it('of IPv6 are read too, the mapped ones as what they map', () => {
    const found = parseSockets(
      line('00000000000000000000000000000000:0050', '0A') +
        line('00000000000000000000000001000000:0050', '0A') +
        line('0000000000000000FFFF00000100007F:0050', '0A') +
        line('B80D0120000000000000000001000000:0050', '0A'),
    );
    expect(found.map(({ address }) => address)).toEqual(['::', '::1', '::ffff:127.0.0.1', '2001:db8::1']);
    expect(found.map(({ isLoopback }) => isLoopback)).toEqual([false, true, true, false]);
  });

  it('are read from any text without an error', () => {
    fc.assert(fc.property(fc.string(), fc.boolean(), (text, little) => void parseSockets(text, little)));
    const hex = fc.stringMatching(/^([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4}$/);
    fc.assert(
      fc.property(hex, fc.boolean(), (local, little) => {
        expect(parseSockets(line(local, '0A'), little)).toHaveLength(1);
      }),
    );
  });
});

describe('mounts', () => {
  const text = [
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '28 27 0:25 / /var/log\\040files ro shared:1 - tmpfs tmpfs ro,size=4k',
    '29 27 253:1 / /var rw shared:2 master:1 - xfs /dev/mapper/luks rw',
  ].join('\n');

  it('are read with their devices, spaces in their names included', () => {
    expect(parseMounts(text)).toEqual([
      { point: '/', device: '254:0', fileSystem: 'ext4', source: '/dev/vda' },
      { point: '/var/log files', device: '0:25', fileSystem: 'tmpfs', source: 'tmpfs' },
      { point: '/var', device: '253:1', fileSystem: 'xfs', source: '/dev/mapper/luks' },
    ]);
  });

  it.each([
    ['/var/lib/x', '/var'],
    ['/variety', '/'],
    ['/var', '/var'],
    ['/var/log files/a.log', '/var/log files'],
  ])('%s lies in %s', (path, point) => {
    expect(mountOf(path, parseMounts(text))?.point).toBe(point);
  });

  it('are read from any text without an error', () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        expect(() => mountOf('/a', parseMounts(any))).not.toThrow();
      }),
    );
  });
});

describe('logrotate', () => {
  it('gives the patterns of its blocks, and nothing out of scripts and options', () => {
    const text = `
# comment { not a block
weekly
include /etc/logrotate.d
"/var/log/my app/*.log" /var/log/mcp/*.log
/var/log/other {
    rotate 4
    postrotate
        /bin/kill -HUP /var/run/x.pid } {
    endscript
}
/var/log/one { daily }
/var/log/last
{
  missingok
}`;
    expect(parseLogrotate(text)).toEqual([
      '/var/log/my app/*.log',
      '/var/log/mcp/*.log',
      '/var/log/other',
      '/var/log/one',
      '/var/log/last',
    ]);
  });

  it.each([
    ['/var/log/*.log', '/var/log/a.log', true],
    ['/var/log/*.log', '/var/log/mcp/a.log', false],
    ['/var/log/*/a.log', '/var/log/mcp/a.log', true],
    ['/var/log/*a*b*', '/var/log/xxaxxbxx', true],
    ['/var/log/?.log', '/var/log/a.log', true],
    ['/var/log/?.log', '/var/log//.log', false],
    ['/var/log/[a-c]x', '/var/log/bx', true],
    ['/var/log/[!a-c]x', '/var/log/bx', false],
    ['/var/log/a', '/var/log/ab', false],
    ['*', '', true],
    ['[', '[', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matchesGlob(pattern, path)).toBe(expected);
  });

  it('matches every path by itself, and takes no long time over a hostile pattern', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z/.-]{0,40}$/), (path) => {
        expect(matchesGlob(path, path)).toBe(true);
      }),
    );
    expect(matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(4_000))).toBe(false);
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (text, path) => void parseLogrotate(text).map((one) => matchesGlob(one, path)),
      ),
    );
  });
});

describe('earlier parts of a log', () => {
  it('are what Merlon and logrotate leave', () => {
    const names = [
      'audit.log',
      'audit-2026-11-21.log',
      'audit.log.1',
      'audit.log.2.gz',
      'audit.log-20261120.gz',
      'audit.log.lock',
      'audit-old.log',
      'other.log.1',
    ];
    expect(rotatedNames('audit.log', names)).toEqual([
      'audit-2026-11-21.log',
      'audit.log-20261120.gz',
      'audit.log.1',
      'audit.log.2.gz',
    ]);
  });
});

describe('ranges of ports', () => {
  const ranges = fc.array(
    fc.tuple(fc.nat(65_535), fc.nat(65_535)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
    { maxLength: 6 },
  );
  const has = (list: readonly { from: number; to: number }[], port: number): boolean =>
    list.some(({ from, to }) => from <= port && port <= to);

  it('are sets', () => {
    fc.assert(
      fc.property(ranges, ranges, fc.nat(65_535), (a, b, port) => {
        expect(has(union(a, b), port)).toBe(has(a, port) || has(b, port));
        expect(has(intersection(a, b), port)).toBe(has(a, port) && has(b, port));
        expect(has(difference(a, b), port)).toBe(has(a, port) && !has(b, port));
      }),
    );
    expect(difference(ALL_PORTS, ALL_PORTS)).toEqual([]);
    expect(portRange(1, 65_536)).toBeUndefined();
  });
});
