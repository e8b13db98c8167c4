import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config/load.ts';
import { rotatedInOrder } from '../kernel/rotation.ts';
import { load } from '../../test/config.ts';
import { besideName, claimLogs, type ClaimedLogs } from './claim-logs.ts';

let folder: string;
let claimed: ClaimedLogs[];
const quiet = { error: () => undefined };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-claim-'));
  claimed = [];
});

afterEach(async () => {
  for (const one of claimed) {
    one.release();
    await one.audit?.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

async function configured(security = ''): Promise<Config> {
  const text = `server: { state_dir: ${folder} }\nlogging: { path: ${folder}/server.log }\nsecurity: { ${security} }\n`;
  return (await load(text, { listens: false })).config;
}

async function claim(config: Config, first: 0 | 1 = 1): Promise<string[]> {
  const one = await claimLogs(config, first, quiet);
  claimed.push(one);
  const { security, logging } = one.config;
  return [security.audit_log_path, logging.path ?? ''].map((path) => path.slice(folder.length + 1));
}

describe('the log files of a process beside others', () => {
  it('are the first that nobody writes, and are free again when it ends', async () => {
    const config = await configured();
    expect(await claim(config)).toEqual(['audit.stdio-1.log', 'server.stdio-1.log']);
    expect(await claim(config)).toEqual(['audit.stdio-2.log', 'server.stdio-2.log']);
    const [first] = claimed.splice(0, 1);
    first?.release();
    await first?.audit?.close();
    expect(await claim(config)).toEqual(['audit.stdio-1.log', 'server.stdio-1.log']);
  });

  it('begin with the configured ones where those are meant', async () => {
    const config = await configured();
    expect(await claim(config, 0)).toEqual(['audit.log', 'server.log']);
    expect(await claim(config, 0)).toEqual(['audit.stdio-1.log', 'server.stdio-1.log']);
  });

  it('are never more than 64', async () => {
    const config = await configured();
    for (let number = 1; number <= 64; number += 1) await claim(config);
    await expect(claim(config)).rejects.toMatchObject({ code: 'AUDIT_IN_USE', exit: 15 });
  });

  it('need no audit log where there is none', async () => {
    const config = await configured('audit_log_enabled: false');
    await claim(config);
    await claim(config);
    expect(claimed.map(({ audit }) => audit)).toEqual([undefined, undefined]);
    expect(readdirSync(folder).filter((name) => name.startsWith('audit'))).toEqual([]);
  });

  it('are no rotated files of each other or of the gateway, which retention might remove', () => {
    const names = [besideName('audit.log', 1), besideName('audit.log', 10), besideName('audit', 1)];
    expect(names).toEqual(['audit.stdio-1.log', 'audit.stdio-10.log', 'audit.stdio-1']);
    const rotated = ['audit.stdio-1-2026-11-22.log', 'audit-2026-11-22.log'];
    expect(rotatedInOrder('audit.log', [...names, ...rotated])).toEqual(['audit-2026-11-22.log']);
    expect(rotatedInOrder('audit.stdio-1.log', [...names, ...rotated])).toEqual(['audit.stdio-1-2026-11-22.log']);
  });
});
