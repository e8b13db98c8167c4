import { spawnSync } from 'node:child_process';
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
  it('is no error where nobody reads any more', () => {
    const { status, stderr } = shell('{ sleep 0.5; "$NODE" "$MAIN" controls; } | exec true');
    expect([status, stderr]).toEqual([0, '']);
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
