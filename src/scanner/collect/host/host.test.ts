import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostFacts } from '../../facts/host.ts';
import type { HostFile, Surroundings } from '../../target.ts';
import { recordName } from '../../test-run/record.ts';
import { factsOf } from './host.ts';
import type { Machine } from './machine.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'merlon-host-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string, mode = 0o600): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true, mode: 0o755 });
  writeFileSync(full, text);
  chmodSync(full, mode);
  return full;
}

function link(path: string, to: string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  symlinkSync(to, full);
  return full;
}

const asked: string[] = [];
function machine(): Machine {
  return {
    proc: join(root, 'proc'),
    sys: join(root, 'sys'),
    etc: join(root, 'etc'),
    uid: process.getuid?.(),
    isLittleEndian: true,
    ask: async (question) => {
      asked.push(question);
      return { kind: 'missing' };
    },
  };
}

function surroundings(platform: NodeJS.Platform = 'linux'): Surroundings {
  const { signal } = new AbortController();
  return { env: {}, home: root, project: root, platform, now: () => 0, signal, step: () => undefined };
}

async function look(files: readonly HostFile[], records?: string, platform?: NodeJS.Platform): Promise<HostFacts> {
  const spec = { kind: 'host', files, ports: [8443], ...(records === undefined ? {} : { records }) } as const;
  return await factsOf(spec, surroundings(platform), machine());
}

describe('files', () => {
  it('are seen with their mode, and that of their folder', async () => {
    const path = put('etc/merlon/server.key', 'key', 0o640);
    const { files } = await look([{ path, role: 'private-key' }]);
    expect(files).toMatchObject([
      { path, role: 'private-key', facts: { saw: { mode: 0o640, kind: 'file', bytes: 3, folderMode: 0o755 } } },
    ]);
  });

  it('that are not there are said not to be', async () => {
    const { files } = await look([{ path: join(root, 'none/keys.json'), role: 'keys' }]);
    expect(files[0]?.facts).toMatchObject({ blind: 'not-offered' });
  });

  it('that are links count as what they lead to, and the looser of both folders', async () => {
    const real = put('archive/privkey1.pem', 'key', 0o600);
    const path = link('live/privkey.pem', real);
    chmodSync(join(root, 'live'), 0o777);
    chmodSync(join(root, 'archive'), 0o700);
    const { files } = await look([{ path, role: 'private-key' }]);
    expect(files[0]?.facts).toMatchObject({ saw: { mode: 0o600, kind: 'file', linksTo: real, folderMode: 0o777 } });
  });

  it('that are logs are seen with their earlier parts', async () => {
    const path = put('log/audit.log', 'x');
    put('log/audit-2026-11-21.log', 'y');
    put('log/other-2026-11-21.log', 'y');
    const { files } = await look([{ path, role: 'audit-log' }]);
    expect(files[0]?.facts).toMatchObject({ saw: { rotated: ['audit-2026-11-21.log'] } });
  });

  it('of Windows have modes that say nothing', async () => {
    const path = put('a.key', 'key');
    expect((await look([{ path, role: 'private-key' }], undefined, 'win32')).files[0]?.facts).toMatchObject({
      blind: 'not-on-this-system',
    });
  });
});

describe('a machine without /proc', () => {
  it('is not taken for one where nothing listens', async () => {
    const { sockets, firewall, rotation, disks } = await look([{ path: put('a.log', ''), role: 'audit-log' }]);
    expect(sockets).toMatchObject({ blind: 'not-on-this-system' });
    expect(firewall).toMatchObject({ blind: 'not-on-this-system' });
    expect(rotation).toMatchObject({ blind: 'not-offered' });
    expect(disks).toMatchObject([{ facts: { blind: 'not-on-this-system' } }]);
  });

  it('that is no Linux is not asked at all', async () => {
    asked.length = 0;
    const { sockets, firewall, disks } = await look([], undefined, 'darwin');
    expect([sockets, firewall]).toMatchObject([{ blind: 'not-on-this-system' }, { blind: 'not-on-this-system' }]);
    expect(disks).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('sockets', () => {
  it('have the names of their programs', async () => {
    put(
      'proc/net/tcp',
      '   0: 00000000:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n',
    );
    put('proc/42/comm', 'merlon\n');
    link('proc/42/fd/7', 'socket:[4711]');
    expect((await look([])).sockets).toEqual({
      saw: [{ address: '0.0.0.0', port: 8443, isLoopback: false, program: 'merlon' }],
    });
  });
});

describe('disks', () => {
  function mounted(device: string, source: string, fileSystem = 'ext4'): void {
    put('proc/self/mountinfo', `27 1 ${device} / / rw - ${fileSystem} ${source} rw\n`);
  }
  function block(name: string, device: string): void {
    mkdirSync(join(root, 'sys/class/block', name, 'slaves'), { recursive: true });
    link(`sys/dev/block/${device}`, join(root, 'sys/class/block', name));
  }
  async function isEncrypted(): Promise<unknown> {
    const { disks } = await look([{ path: put('a.log', ''), role: 'audit-log' }]);
    expect(disks).toHaveLength(1);
    const facts = disks[0]?.facts;
    return facts !== undefined && 'saw' in facts ? (facts.saw.isEncrypted ?? 'unknown') : facts;
  }

  it('of dm-crypt are encrypted', async () => {
    mounted('253:0', '/dev/mapper/luks');
    block('dm-0', '253:0');
    put('sys/class/block/dm-0/dm/uuid', 'CRYPT-LUKS2-abc-luks\n');
    expect(await isEncrypted()).toBe(true);
  });

  it('of LVM are what the volumes below are', async () => {
    mounted('253:1', '/dev/mapper/vg-lv');
    block('dm-1', '253:1');
    put('sys/class/block/dm-1/dm/uuid', 'LVM-abc\n');
    put('sys/class/block/dm-0/dm/uuid', 'CRYPT-LUKS2-abc-luks\n');
    mkdirSync(join(root, 'sys/class/block/dm-1/slaves/dm-0'));
    expect(await isEncrypted()).toBe(true);
    mkdirSync(join(root, 'sys/class/block/sda/slaves'), { recursive: true });
    mkdirSync(join(root, 'sys/class/block/dm-1/slaves/sda'));
    expect(await isEncrypted()).toBe(false);
  });

  it('of a machine are not, through their partitions', async () => {
    mounted('8:1', '/dev/sda1');
    put('sys/devices/sda/sda1/partition', '1\n');
    put('sys/devices/sda/device/model', 'Samsung SSD 990\n');
    link('sys/class/block/sda', join(root, 'sys/devices/sda'));
    link('sys/class/block/sda1', join(root, 'sys/devices/sda/sda1'));
    link('sys/dev/block/8:1', join(root, 'sys/devices/sda/sda1'));
    expect(await isEncrypted()).toBe(false);
    put('sys/devices/sda/device/model', 'QEMU HARDDISK\n');
    expect(await isEncrypted()).toBe('unknown');
  });

  it('that are virtual, or devices made of themselves, cannot be told', async () => {
    mounted('254:0', '/dev/vda');
    block('vda', '254:0');
    expect(await isEncrypted()).toBe('unknown');
    mkdirSync(join(root, 'sys/class/block/vda/slaves/vda'));
    expect(await isEncrypted()).toBe('unknown');
  });
});

describe('rotation', () => {
  it('is seen where a rule covers the log', async () => {
    const path = put('var/log/mcp/server.log', '');
    put('etc/logrotate.d/mcp', `${root}/var/log/*/*.log {\n daily\n}\n`);
    const other = put('var/log/other', '');
    const { rotation } = await look([
      { path, role: 'server-log' },
      { path: other, role: 'audit-log' },
    ]);
    expect(rotation).toEqual({ saw: [{ path, by: join(root, 'etc/logrotate.d/mcp') }] });
  });
});

describe('records of security tests', () => {
  const record = (when: string, outcome: string) => ({
    version: 1 as const,
    merlon: '0.1.0',
    when,
    durationMs: 1,
    target: 'https://a.example',
    tests: [{ id: 'a', outcome, seen: 'x' }],
  });
  const write = (when: string, outcome: string): void => {
    const text = record(when, outcome);
    put(`records/${recordName({ ...text, tests: [] }, '00000000')}`, JSON.stringify(text));
  };

  it('are read, the newest first, and nothing else', async () => {
    write('2026-11-01T08:00:00.000Z', 'failed');
    write('2026-11-20T08:00:00.000Z', 'passed');
    put('records/security-test-20261121T080000Z-00000000.json', '{"version": 2}');
    put('records/notes.txt', 'x');
    const { testRecords } = await look([], join(root, 'records'));
    expect(testRecords).toMatchObject({
      saw: [
        { passed: 1, failed: 0 },
        { passed: 0, failed: 1 },
      ],
    });
  });

  it('are none where there is no folder, and not asked for where none was named', async () => {
    expect((await look([], join(root, 'none'))).testRecords).toEqual({ saw: [] });
    expect((await look([])).testRecords).toMatchObject({ blind: 'not-asked' });
  });
});
