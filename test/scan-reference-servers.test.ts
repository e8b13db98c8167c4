import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toolsChecks } from '../src/scanner/checks/tools/index.ts';
import { collectStdio } from '../src/scanner/collect/stdio/stdio.ts';
import { defaultThresholds } from '../src/scanner/thresholds.ts';

const folder = mkdtempSync(join(tmpdir(), 'merlon-reference-'));
afterAll(() => rmSync(folder, { recursive: true }));
const require = createRequire(import.meta.url);

const servers = [
  { name: 'everything', args: ['stdio'], least: 10 },
  { name: 'filesystem', args: [folder], least: 10 },
  { name: 'memory', args: [], least: 8 },
];

describe('the reference servers, started and asked', () => {
  it.each(servers)('$name: no check of tools fails', async ({ name, args, least }) => {
    const main = join(dirname(require.resolve(`@modelcontextprotocol/server-${name}/package.json`)), 'dist/index.js');
    const [target] = await collectStdio(
      { kind: 'stdio', command: [process.execPath, main, ...args], name },
      {
        env: process.env,
        home: homedir(),
        project: folder,
        platform: process.platform,
        now: Date.now,
        signal: new AbortController().signal,
        step: () => undefined,
      },
    );
    const look = target?.parts.tools;
    if (look === undefined || !('saw' in look)) throw new Error(JSON.stringify(look));
    expect(look.saw.tools.length).toBeGreaterThanOrEqual(least);
    const about = { now: Date.now(), kind: 'stdio', thresholds: defaultThresholds } as const;
    const answers = toolsChecks.flatMap((check) =>
      [check.ask(look.saw, about)].flat().map((answer) => ({ check: check.id, ...answer })),
    );
    expect(answers.length).toBeGreaterThanOrEqual(toolsChecks.length);
    expect(answers.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn')).toEqual([]);
  });
});
