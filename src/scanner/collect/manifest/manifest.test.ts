import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectManifest } from './manifest.ts';
import { readManifestFacts } from './read-manifest.ts';
import { zipEntry } from './zip-entry.ts';

const RANDOM = 'k7Qz93mXw0aLs82PtRv5';
const MOST = 1_000_000;

interface Entry {
  readonly name: string;
  readonly content: string;
  readonly isStored?: true;
  /** What the directory claims, where it lies. */
  readonly size?: number;
  readonly flags?: number;
}

/** A ZIP archive as the format has it. */
function zip(entries: readonly Entry[], comment = ''): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, isStored, size, flags = 0 } of entries) {
    const plain = Buffer.from(content);
    const packed = isStored === true ? plain : deflateRawSync(plain);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(isStored === true ? 0 : 8, 4);
    facts.writeUInt32LE(crc32(plain), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(size ?? plain.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), facts, place, Buffer.from(name));
    parts.push(Buffer.from([0x50, 0x4b, 3, 4]), facts, Buffer.from(name), packed);
    at += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...parts, list, end, Buffer.from(comment)]));
}

function textOf(archive: Uint8Array, most = MOST): string | undefined {
  const bytes = zipEntry(archive, 'manifest.json', most);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

const manifest = { name: 'manifest.json', content: '{"a":1}' };

describe('a file in an archive', () => {
  it('is found, packed or stored, among others and before a comment', () => {
    expect(textOf(zip([{ name: 'x', content: 'y' }, manifest]))).toBe('{"a":1}');
    expect(textOf(zip([{ ...manifest, isStored: true }], 'a comment'))).toBe('{"a":1}');
  });

  it('is not taken where it would be too large, however small it is packed', () => {
    const bomb = { name: 'manifest.json', content: ' '.repeat(2_000_000) };
    expect(textOf(zip([bomb]))).toBeUndefined();
    expect(textOf(zip([{ ...bomb, size: 100 }]))).toBeUndefined();
    expect(textOf(zip([manifest]), 3)).toBeUndefined();
  });

  it.each([
    ['twice', zip([manifest, { ...manifest, content: '{"b":2}' }])],
    ['under another name', zip([{ name: './manifest.json', content: '{}' }])],
    ['encrypted', zip([{ ...manifest, flags: 1 }])],
    ['in nothing', new Uint8Array()],
    ['behind other bytes', Buffer.concat([Buffer.from('x'), zip([manifest])])],
    ['cut off', zip([manifest]).slice(0, -1)],
  ])('is not taken when it is %s', (_, archive) => {
    expect(textOf(archive)).toBeUndefined();
  });

  it('is looked for in damaged archives without an error', () => {
    const good = zip([{ name: 'x', content: 'y' }, manifest]);
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(damage, (changes) => {
        const archive = Uint8Array.from(good);
        for (const [at, byte] of changes) archive[at] = byte;
        // Whatever comes out has the checksum that the archive promises.
        expect([undefined, '{"a":1}', 'y']).toContain(textOf(archive));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(textOf(bytes)).toBeUndefined();
      }),
    );
  });
});

describe('the facts of a manifest', () => {
  it('are those of a server.json, with places and without secrets', () => {
    const text = `{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme/x", "version": "1.0.0", "repository": { "url": "https://h.example/x" },
  "packages": [
    { "registryType": "npm", "identifier": "x", "version": "1.0.0",
      "environmentVariables": [{ "name": "API_KEY", "value": "${RANDOM}" }] },
    { "registryType": "oci", "identifier": "h.example/x:1@sha256:${'a'.repeat(64)}" }
  ],
  "remotes": [{ "type": "sse", "url": "http://u:${RANDOM}@h.example/sse", "headers": [{ "name": "X", "isSecret": true }] }]
}`;
    const facts = readManifestFacts(text, 'server.json');
    expect(JSON.stringify(facts)).not.toContain(RANDOM);
    expect(facts).toMatchObject({
      format: 'server.json',
      name: 'io.github.acme/x',
      repository: 'https://h.example/x',
      packages: [
        { registry: 'npm', name: 'x', version: '1.0.0', where: { line: 5, path: ['packages', '0'] } },
        { registry: 'oci', name: 'h.example/x', sha256: 'a'.repeat(64) },
      ],
      remotes: [{ url: 'http://h.example/sse', where: { line: 9 } }],
      inputs: [
        { name: 'API_KEY', isSecret: false, hasLiteralSecret: true, where: { line: 6 } },
        { name: 'X', isSecret: true, hasLiteralSecret: false },
      ],
      problems: [],
    });
  });

  it('are those of an MCPB manifest, its platforms included', () => {
    const text = JSON.stringify({
      manifest_version: '0.3',
      name: 'x',
      server: {
        mcp_config: {
          command: 'npx',
          args: ['-y', 'y@1.0.0', '--token', RANDOM],
          env: { KEY: '${user_config.key}', API_KEY: RANDOM },
          platform_overrides: { win32: { command: 'cmd', args: ['/c', 'npx', 'y'] } },
        },
      },
      user_config: { key: { type: 'string', sensitive: true }, folder: { type: 'directory' } },
    });
    const facts = readManifestFacts(text, 'manifest.json');
    expect(JSON.stringify(facts)).not.toContain(RANDOM);
    expect(facts).toMatchObject({
      format: 'mcpb',
      command: { command: 'npx', args: ['-y', 'y@1.0.0', '--token', '[hidden]'] },
      commands: [{ command: 'cmd' }],
      packages: [
        { registry: 'npm', name: 'y', version: '1.0.0' },
        { registry: 'npm', name: 'y', version: undefined },
      ],
    });
    expect(facts.inputs.map(({ name, isSecret, hasLiteralSecret }) => [name, isSecret, hasLiteralSecret])).toEqual([
      ['key', true, false],
      ['folder', true, false],
      ['--token', true, true],
      ['API_KEY', true, true],
    ]);
  });

  it('come from any text without an error', () => {
    const around = fc
      .json()
      .map((json) => `{"manifest_version":"0.3","user_config":${json},"server":${json},"packages":${json}}`);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), around), (text) => {
        expect(readManifestFacts(text, 'x').inputs.length).toBeLessThanOrEqual(10_000);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a manifest on disk', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'merlon-scan-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const look = async (name: string, content: string | Uint8Array) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    const { signal } = new AbortController();
    const around = {
      env: {},
      home: folder,
      project: folder,
      platform: 'linux',
      now: () => 0,
      signal,
      step: () => undefined,
    } as const;
    const [target] = await collectManifest({ kind: 'manifest', file }, around);
    return target;
  };

  it('is read by itself or out of its bundle', async () => {
    const content = '{"manifest_version":"0.3","name":"x"}';
    expect(await look('manifest.json', content)).toMatchObject({
      id: 'manifest:~/manifest.json',
      parts: { manifest: { saw: { format: 'mcpb', name: 'x' } } },
    });
    const bundle = zip([{ name: 'manifest.json', content }]);
    expect(await look('x.mcpb', bundle)).toMatchObject({
      parts: { manifest: { saw: { file: '~/x.mcpb/manifest.json', name: 'x' } } },
    });
  });

  it('that cannot be read is not seen', async () => {
    expect((await look('x.mcpb', zip([])))?.parts.manifest).toMatchObject({ blind: 'unreadable' });
    expect((await look('m.json', ' '.repeat(2 * 1024 * 1024 + 1)))?.parts.manifest).toMatchObject({
      blind: 'unreadable',
    });
  });
});
