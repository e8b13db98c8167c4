import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

function shell(line: string) {
  return spawnSync('bash', ['--norc', '-o', 'pipefail', '-c', line], {
    env: { PATH: process.env['PATH'], NODE: process.execPath, MAIN: main },
    encoding: 'utf8',
  });
}

describe.skipIf(process.platform === 'win32')('an output that takes nothing', () => {
  it.each([
    ['of a command', ['controls']],
    ['of the help', ['--help']],
    ['of the help of a command', ['task', '--help']],
    ['of the help of a command that talks to a client', ['wrap', '--help']],
    ['of the help that is asked for by name', ['help', 'policy']],
    ['of the version', ['--version']],
  ])('is no error where nobody reads any more %s', async (_what, args) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([child.exitCode, stderr]).toEqual([0, '']);
  });

  it('changes no exit code where nobody hears what is wrong', async () => {
    const child = spawn(process.execPath, [main, 'no-such-command'], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.destroy();
    await once(child, 'close');
    expect(child.exitCode).toBe(2);
  });

  it.skipIf(process.platform !== 'linux')('is said, without a stack trace, where the disk is full', () => {
    const { status, stderr } = shell('"$NODE" "$MAIN" controls > /dev/full');
    expect(status).toBe(11);
    expect(stderr).toMatch(/^STATE_NOT_WRITABLE: [^\n]+\n {2}[^\n]+\n$/);
  });
});

it('says names of files without what a terminal would obey', () => {
  const { status, stderr } = shell('"$NODE" "$MAIN" scan -c "$(printf "no\\033[31mfile")"');
  expect(status).toBe(2);
  expect(stderr).toContain('no\\u001b[31mfile');
  expect(stderr).not.toContain('\u001b');
});
