import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const stale = join(root, 'dist', 'from-an-earlier-build.js');
const main = join(root, 'dist', 'cli', 'main.js');

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files: readonly string[];
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

beforeAll(async () => {
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stale, '');
  await run(process.execPath, [join(root, 'scripts', 'build.ts')]);
});

describe('the build', () => {
  it('leaves nothing of an earlier one', () => {
    expect(existsSync(stale)).toBe(false);
  });

  it('makes every file that package.json points at', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    const all = [...targets, ...Object.values(manifest.bin)];
    expect(all.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('has a command line that runs by itself and knows its version', async () => {
    accessSync(main, constants.X_OK);
    const { stdout } = await run(process.execPath, [main, '--version']);
    expect(stdout).toBe(`${manifest.version}\n`);
  });

  it('ends with 2 on a command that does not exist', async () => {
    await expect(run(process.execPath, [main, 'no-such-command'])).rejects.toMatchObject({ code: 2 });
  });

  it('can be imported by its public names and by no other', async () => {
    const script = `
      import { decide, defineRole, operationOf } from 'merlon/policy';
      import { openAuditLog } from 'merlon/audit';
      import { controlOf } from 'merlon/controls';
      const role = defineRole('reader', ['execute:tool/files/read']);
      const mayRead = decide(role, operationOf('tools/call', { name: 'read' }, 'files')).allowed;
      const mayWrite = decide(role, operationOf('tools/call', { name: 'write' }, 'files')).allowed;
      const inner = await import('merlon/gateway').catch(({ code }) => code);
      console.log(JSON.stringify({ mayRead, mayWrite, audit: typeof openAuditLog, control: controlOf('C13').id, inner }));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
    expect(JSON.parse(stdout)).toEqual({
      mayRead: true,
      mayWrite: false,
      audit: 'function',
      control: 'C13',
      inner: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
    });
  });
});

describe('the published package', () => {
  let packed: readonly string[];

  beforeAll(async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
    const [archive] = JSON.parse(stdout) as { files: { path: string }[] }[];
    packed = archive?.files.map(({ path }) => path) ?? [];
  });

  it('holds what package.json names and nothing else', () => {
    const named = new Set([...manifest.files, 'package.json']);
    expect(packed.length).toBeGreaterThan(50);
    expect(packed.filter((path) => !named.has(path.split('/')[0] ?? ''))).toEqual([]);
    expect(manifest.files.filter((name) => !packed.some((path) => path.split('/')[0] === name))).toEqual([]);
  });

  it('holds no tests and no sources', () => {
    expect(packed.filter((path) => /\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });
});
