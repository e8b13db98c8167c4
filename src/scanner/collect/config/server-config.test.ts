import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Surroundings, Target } from '../../target.ts';
import { serverConfigCollector } from './server-config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-server-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const surroundings: Surroundings = {
  env: {},
  home: '/',
  project: '/',
  platform: 'linux',
  now: () => 0,
  signal: new AbortController().signal,
  step: () => undefined,
};

async function collect(name: string, text?: string): Promise<Target | undefined> {
  const file = join(folder, name);
  if (text !== undefined) writeFileSync(file, text);
  return (await serverConfigCollector()({ kind: 'server-config', file }, surroundings))[0];
}

describe('collecting a server configuration', () => {
  it('gives its settings', async () => {
    const target = await collect('a.yaml', 'server:\n  secure: true\n');
    expect(target).toMatchObject({ kind: 'server-config', parts: { config: { saw: { isMerlon: false } } } });
  });

  it('is blind, and says nothing is in order, where there is no file or none that can be read', async () => {
    expect((await collect('none.yaml'))?.parts.config).toMatchObject({ blind: 'unreadable' });
    expect((await collect('merlon.yaml', 'a: ['))?.parts.config).toMatchObject({ blind: 'unreadable' });
    expect((await collect('large.yaml', `a: ${'x'.repeat(3 * 1024 * 1024)}`))?.parts.config).toMatchObject({
      blind: 'unreadable',
    });
  });

  it('does not wait for a pipe', async () => {
    const file = join(folder, 'pipe.yaml');
    expect(spawnSync('mkfifo', [file]).status).toBe(0);
    expect((await collect('pipe.yaml'))?.parts.config).toMatchObject({ blind: 'unreadable' });
  });

  it('gives the upstreams of a configuration of Merlon’s where somebody reads them', async () => {
    const file = join(folder, 'merlon.yml');
    writeFileSync(file, 'mcpServers:\n  a: { command: b }\n');
    const read = (_text: string, name: string) => ({
      file: name,
      client: undefined,
      servers: [],
      settings: [],
      problems: [],
    });
    const [target] = await serverConfigCollector(read)({ kind: 'server-config', file }, surroundings);
    expect(target?.parts.client).toMatchObject({ saw: { file } });
    expect((await collect('a.yaml'))?.parts.client).toBeUndefined();
  });
});
