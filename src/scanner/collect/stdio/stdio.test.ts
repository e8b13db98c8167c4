import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Target } from '../../target.ts';
import { defaultBounds, type ProcessBounds } from './stdio-process.ts';
import { collectStdio, collectStdioWithin } from './stdio.ts';

const folder = mkdtempSync(join(tmpdir(), 'merlon-stdio-'));
afterAll(() => rmSync(folder, { recursive: true }));

// A PATH with no bubblewrap on it, so that the tests do not depend on the machine.
const node = process.execPath;
const steps: string[] = [];
let files = 0;

/** A server in a few lines: `answer(method, params)` gives a result, or undefined for an error. */
function script(body: string): string {
  const file = join(folder, `server-${(files += 1)}.cjs`);
  writeFileSync(
    file,
    `const out = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\\n');
const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
const tool = { name: 'add', description: 'Adds.', inputSchema: { type: 'object' } };
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result } = JSON.parse(line);
  if (id === undefined || method === undefined) return typeof heard === 'function' && heard({ id, method, result });
  const said = answer(method, params);
  if (said === 'nothing') return;
  out(said === undefined ? { id, error: { code: -32601, message: 'no' } } : { id, result: said });
});
${body}`,
  );
  return file;
}

async function collect(
  command: readonly string[],
  more: { env?: Record<string, string>; path?: string; bounds?: Partial<ProcessBounds>; signal?: AbortSignal } = {},
): Promise<Target | undefined> {
  const targets = await collectStdioWithin(
    { kind: 'stdio', command, name: 'it', ...(more.env === undefined ? {} : { env: more.env }) },
    {
      env: { PATH: more.path ?? folder, SECRET: 'hidden' },
      home: folder,
      project: folder,
      platform: process.platform,
      now: () => 0,
      signal: more.signal ?? new AbortController().signal,
      step: (_target, what) => steps.push(what),
    },
    { ...defaultBounds, graceMs: 200, ...more.bounds },
  );
  return targets[0];
}

const LISTS = `const answer = (method) => method === 'initialize' ? hello : method === 'tools/list' ? { tools: [tool] } : undefined;`;

/** Whether a process is at work; one that nobody has reaped yet is not. */
function isAtWork(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a server that is started', () => {
  it('shows its tools, in no environment but its own, and is ended', async () => {
    const seen = join(folder, 'seen.json');
    const file = script(`${LISTS}
require('fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ env: process.env, pid: process.pid }));`);
    const target = await collect([node, file], { env: { API_KEY: 'given' } });
    expect(target).toMatchObject({
      id: 'stdio:it',
      kind: 'stdio',
      parts: { tools: { saw: { server: 'it', tools: [{ name: 'add' }], confinement: { by: 'none' }, isCut: false } } },
    });
    const { env, pid } = JSON.parse(readFileSync(seen, 'utf8')) as { env: Record<string, string>; pid: number };
    expect(Object.keys(env).toSorted()).toEqual(['API_KEY', 'HOME', 'LANG', 'PATH']);
    expect(env['HOME']).not.toBe(folder);
    expect(existsSync(env['HOME'] ?? '')).toBe(false);
    expect(isAtWork(pid)).toBe(false);
    expect(steps.some((step) => step.includes('WITHOUT a sandbox'))).toBe(true);
  });

  it('is asked in the newer way where it refuses the older', async () => {
    const file = script(`const answer = (method, params) => {
  const isModern = params._meta?.['io.modelcontextprotocol/protocolVersion'] === '2026-07-28';
  if (!isModern) return undefined;
  if (method === 'server/discover') return { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, instructions: 'Hi.' };
  return method === 'tools/list' ? { tools: [tool] } : undefined;
};`);
    expect(await collect([node, file])).toMatchObject({
      parts: { tools: { saw: { instructions: 'Hi.', tools: [{ name: 'add' }] } } },
    });
  });

  it('may print a banner, ask questions, and have pages and prompts', async () => {
    const file = script(`console.log('Welcome!');
let answers = 0;
const heard = ({ id, result }) => { if (id === 'p' && result !== undefined) answers += 1; };
const answer = (method, params) => {
  if (method === 'initialize') { out({ id: 'p', method: 'ping' }); return { ...hello, capabilities: { tools: {}, prompts: {} } }; }
  if (method === 'prompts/list') return { prompts: [{ name: 'p', description: String(answers) }] };
  return params.cursor === undefined ? { tools: [tool], nextCursor: '2' } : { tools: [{ ...tool, name: 'subtract' }] };
};`);
    expect(await collect([node, file])).toMatchObject({
      parts: { tools: { saw: { tools: [{ name: 'add' }, { name: 'subtract' }], prompts: [{ description: '1' }] } } },
    });
  });

  it('may have no tools at all', async () => {
    const file = script(
      `const answer = (method) => method === 'initialize' ? { ...hello, capabilities: {} } : undefined;`,
    );
    expect(await collect([node, file])).toMatchObject({ parts: { tools: { saw: { tools: [], isCut: false } } } });
  });
});

describe('a hostile server', () => {
  it('with an endless list is cut', async () => {
    const file = script(`let page = 0;
const answer = (method) => method === 'initialize' ? hello : { tools: [tool], nextCursor: String(page += 1) };`);
    expect(await collect([node, file])).toMatchObject({ parts: { tools: { saw: { isCut: true } } } });
  });

  it('with a list that goes round in circles is cut', async () => {
    const file = script(
      `const answer = (method) => method === 'initialize' ? hello : { tools: [tool], nextCursor: 'again' };`,
    );
    const target = await collect([node, file]);
    expect(target).toMatchObject({ parts: { tools: { saw: { isCut: true, tools: [{}, {}] } } } });
  });

  it('that never answers is given up', async () => {
    const file = script(`const answer = () => 'nothing';`);
    expect(await collect([node, file], { bounds: { requestMs: 300 } })).toMatchObject({
      parts: { tools: { blind: 'timeout' } },
    });
  });

  it('that writes without end is given up', async () => {
    const file = script(`const answer = () => 'nothing';
const more = () => process.stdout.write('x'.repeat(65536), more);
more();`);
    expect(await collect([node, file], { bounds: { bytes: 1_000_000 } })).toMatchObject({
      parts: { tools: { blind: 'unreadable' } },
    });
  });

  it('that dies says why, without its secrets and without what a terminal obeys', async () => {
    const file = script(`const answer = () => 'nothing';
console.error('no config \\u001b[31m; key is ghp_${'a1B2'.repeat(10)}');
process.exitCode = 3;
process.stdin.destroy();`);
    const target = await collect([node, file]);
    expect(target).toMatchObject({ parts: { tools: { blind: 'unreachable' } } });
    const said = JSON.stringify(target);
    expect(said).toContain('no config');
    expect(said).not.toContain('ghp_a1B2');
    // Shown as an escape of six letters, which JSON writes with one backslash more.
    expect(said.replaceAll('\\\\u001b', '')).not.toContain('u001b');
  });

  it('cannot refuse to end, nor leave a process behind', async () => {
    const seen = join(folder, 'pids.json');
    const file = script(`${LISTS}
process.on('SIGTERM', () => undefined);
const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
setInterval(() => undefined, 1000);
require('fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify([process.pid, child.pid]));`);
    expect(await collect([node, file])).toMatchObject({ parts: { tools: { saw: {} } } });
    const pids = JSON.parse(readFileSync(seen, 'utf8')) as number[];
    await expect.poll(() => pids.filter(isAtWork)).toEqual([]);
  });

  it('is ended when the scan is', async () => {
    const seen = join(folder, 'aborted.json');
    const stop = new AbortController();
    const file = script(`const answer = () => 'nothing';
require('fs').writeFileSync(${JSON.stringify(seen)}, String(process.pid));`);
    const target = collect([node, file], { signal: stop.signal });
    await expect.poll(() => existsSync(seen) && readFileSync(seen, 'utf8') !== '').toBe(true);
    stop.abort();
    expect(await target).toMatchObject({ parts: { tools: { blind: 'unreachable' } } });
    expect(isAtWork(Number(readFileSync(seen, 'utf8')))).toBe(false);
  });
});

describe('a command that cannot be started', () => {
  it('is no error of the scan', async () => {
    expect(await collect(['no-such-program'])).toMatchObject({ parts: { tools: { blind: 'unreachable' } } });
    expect(await collect([])).toMatchObject({ parts: { tools: { blind: 'unreachable' } } });
    const broken = join(folder, 'broken');
    writeFileSync(broken, '#!/no/such/interpreter\n');
    chmodSync(broken, 0o755);
    expect(await collect([broken])).toMatchObject({ parts: { tools: { blind: 'error' } } });
  });

  it('shows no secret of its command line', async () => {
    const [target] = await collectStdio(
      { kind: 'stdio', command: ['none', `--token=ghp_${'a1B2'.repeat(10)}`] },
      {
        env: {},
        home: folder,
        project: folder,
        platform: process.platform,
        now: () => 0,
        signal: new AbortController().signal,
        step: () => undefined,
      },
    );
    expect(JSON.stringify(target)).not.toContain('a1B2a1B2');
  });
});

describe('the sandbox', () => {
  /** A stand-in for bubblewrap that writes down how it was called and starts what it was given. */
  function standIn(works: boolean): { path: string; called: () => string[] } {
    const bin = mkdtempSync(join(folder, 'bin-'));
    const log = join(bin, 'called');
    const lines = works
      ? ['#!/bin/sh', `printf '%s\\n' "$@" > ${log}`, 'while [ $# -gt 0 ] && [ "$1" != "--" ]; do shift; done', 'shift']
      : ['#!/bin/sh', 'exit 1'];
    writeFileSync(join(bin, 'bwrap'), [...lines, '[ $# -gt 0 ] && exec "$@"', 'exit 0', ''].join('\n'));
    chmodSync(join(bin, 'bwrap'), 0o755);
    return { path: bin, called: () => readFileSync(log, 'utf8').split('\n') };
  }

  it('is used where it works: nothing to write, no network, no home', async () => {
    const { path, called } = standIn(true);
    const file = script(LISTS);
    expect(await collect([node, file], { path })).toMatchObject({
      parts: { tools: { saw: { confinement: { by: 'bubblewrap', network: false } } } },
    });
    const options = called();
    expect(options).toEqual(expect.arrayContaining(['--unshare-all', '--die-with-parent', '--new-session']));
    expect(options).not.toContain('--share-net');
    expect(options).not.toContain('--bind');
    expect(options[options.indexOf('--tmpfs') + 1]).toBe('/tmp');
  });

  it('is done without where it does not work, and that is said', async () => {
    const { path } = standIn(false);
    expect(await collect([node, script(LISTS)], { path })).toMatchObject({
      parts: { tools: { saw: { confinement: { by: 'none', network: true } } } },
    });
  });

  const real = (process.env['PATH'] ?? '').split(':').find((one) => existsSync(join(one, 'bwrap')));
  it.skipIf(real === undefined)('keeps a server from reading homes, writing files and seeing others', async () => {
    const program = script(`const { readdirSync, writeFileSync } = require('fs');
const trial = (act) => { try { return act(); } catch { return 'refused'; } };
const found = {
  home: trial(() => readdirSync('/root').length + readdirSync('/home').length),
  system: trial(() => writeFileSync('/usr/written', 'x')),
  own: trial(() => writeFileSync(${JSON.stringify(join(folder, 'written'))}, 'x')),
  processes: readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length,
};
const answer = (method) => method === 'initialize' ? hello : { tools: [{ ...tool, description: JSON.stringify(found) }] };`);
    const target = await collect([node, program], { path: `${real}:${dirname(node)}` });
    const tools = target?.parts.tools;
    expect(tools).toMatchObject({ saw: { confinement: { by: 'bubblewrap' } } });
    const said = tools !== undefined && 'saw' in tools ? tools.saw.tools[0]?.description : undefined;
    expect(JSON.parse(said ?? '{}')).toMatchObject({ home: 0, system: 'refused' });
    // What it may write is a folder of its own that is gone with it.
    expect(readdirSync(folder)).not.toContain('written');
    expect((JSON.parse(said ?? '{}') as { processes: number }).processes).toBeLessThan(4);
  });
});
