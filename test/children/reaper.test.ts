import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { MARK_NAME, REAPER_PROGRAM, startReaper, type Reaper } from '../../src/gateway/reaper.ts';
import { fakeClock } from '../../src/kernel/clock.ts';
import { eventually, lookUp, processesWith } from './process-table.ts';

const PATH = process.env['PATH'] ?? '/usr/bin:/bin';
const started: ChildProcess[] = [];
const reapers: Reaper[] = [];

afterEach(async () => {
  await Promise.all(reapers.splice(0).map((reaper) => reaper.close()));
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function setup({ shell = '/bin/sh', run = randomUUID() } = {}) {
  const clock = fakeClock();
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (message: string) => void warnings.push(message) };
  const reaper = startReaper({ clock, log, path: PATH, run, shell });
  reapers.push(reaper);
  const shellPid = () => processesWith(`${MARK_NAME}=${run}-`).find((pid) => lookUp(pid)?.parent === process.pid);
  return { clock, warnings, reaper, run, shellPid };
}

/** A process that is no child of the code under test; with a mark or without. */
function victim(mark?: string, program = 'sleep', args = ['1000']): number {
  const env = mark === undefined ? { PATH } : { PATH, [MARK_NAME]: mark };
  const child = spawn(program, args, { detached: true, stdio: 'ignore', env });
  started.push(child);
  if (child.pid === undefined) throw new Error(`${program} did not start`);
  return child.pid;
}

test('on the end of its input it kills the groups still listed, spares the others, and ends', async () => {
  const { reaper, shellPid } = setup();
  const [listed, other, forgotten] = [victim(), victim(), victim()];
  reaper.watch(1, listed);
  reaper.watch(2, forgotten);
  reaper.forget(2);
  const shell = shellPid();
  expect(shell).toBeDefined();
  await reaper.close();
  await eventually(() => lookUp(listed) === undefined);
  expect(lookUp(other)).toBeDefined();
  expect(lookUp(forgotten)).toBeDefined();
  expect(shell === undefined || lookUp(shell) === undefined).toBe(true);
});

test('on the end of its input it finds by their mark processes that were never listed', async () => {
  const { reaper, run } = setup();
  const unlisted = victim(reaper.mark(1));
  const anotherRun = victim(`${randomUUID()}-1`);
  const similar = victim(`x${run}-1`);
  await reaper.close();
  await eventually(() => lookUp(unlisted) === undefined);
  expect(lookUp(anotherRun)).toBeDefined();
  expect(lookUp(similar)).toBeDefined();
});

test('some time after a child has ended, what it left outside its group is killed, and nothing else', async () => {
  const { clock, reaper } = setup();
  const [left, living, notYetListed] = [victim(reaper.mark(1)), victim(reaper.mark(2)), victim(reaper.mark(12))];
  reaper.watch(1, 999_999_999);
  reaper.watch(2, living);
  reaper.forget(1);
  clock.advance(2000);
  await eventually(() => lookUp(left) === undefined);
  expect(lookUp(living)).toBeDefined();
  expect(lookUp(notYetListed)).toBeDefined();
});

test('signals that a terminal or an administrator sends do not end it', async () => {
  const { clock, reaper, shellPid, warnings } = setup();
  const [listed, left] = [victim(), victim(reaper.mark(2))];
  reaper.watch(1, listed);
  reaper.watch(2, 999_999_999);
  reaper.forget(2);
  clock.advance(2000);
  // Its first deed shows that the shell has read its program up to the traps.
  await eventually(() => lookUp(left) === undefined);
  const shell = shellPid() ?? 0;
  expect(lookUp(shell)).toMatchObject({ session: shell, group: shell });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE', 'SIGTSTP'] as const)
    process.kill(-shell, signal);
  await reaper.close();
  await eventually(() => lookUp(listed) === undefined);
  expect(lookUp(shell)).toBeUndefined();
  expect(warnings).toEqual([]);
});

test('when it is killed it comes back with the list of the living', async () => {
  const { clock, reaper, shellPid, warnings } = setup();
  const listed = victim();
  reaper.watch(1, listed);
  const first = shellPid() ?? 0;
  process.kill(first, 'SIGKILL');
  await eventually(() => warnings.length > 0);
  expect(shellPid()).toBeUndefined();
  clock.advance(1000);
  expect(shellPid()).not.toBe(first);
  await reaper.close();
  await eventually(() => lookUp(listed) === undefined);
});

test('without a shell there is a warning and no error', async () => {
  const { reaper, warnings } = setup({ shell: '/nowhere/sh' });
  reaper.watch(1, 999_999_999);
  reaper.forget(1);
  await eventually(() => warnings.length > 0);
  await expect(reaper.close()).resolves.toBeUndefined();
});

// The program is fed directly: the gateway itself could only ever write numbers.
describe.each(['/bin/sh', '/bin/bash'].filter((shell) => existsSync(shell)))('hostile input to %s', (shell) => {
  async function feed(input: string, before = ''): Promise<void> {
    const args = ['-c', before + REAPER_PROGRAM, 'merlon-reaper', `${MARK_NAME}=${randomUUID()}-`];
    const child = spawn(shell, args, { stdio: ['pipe', 'ignore', 'ignore'], env: { PATH }, detached: true });
    started.push(child);
    child.stdin.end(input);
    await once(child, 'exit');
  }

  test('nothing from a line is run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'merlon-reaper-'));
    const file = join(folder, 'planted');
    await feed(
      [
        `+ 1 $(touch ${file})`,
        `+ $(touch ${file}) 5`,
        `+ 1 \`touch ${file}\``,
        `; touch ${file}`,
        `! 1;touch ${file}`,
        `+ 1 5;touch ${file}`,
        `! a[$(touch ${file})]`,
        `- *" touch ${file}`,
      ].join('\n'),
    );
    expect(existsSync(file)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  test('everybody (group 1), the own group (0), signs, and half a line are refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'merlon-reaper-'));
    const file = join(folder, 'killed');
    // A recording `kill` takes the place of the real one: should the guard ever break, the machine must survive the test.
    const recording = `kill() { echo "$@" >>${file}; }\n`;
    await feed('+ 1 1\n+ 2 0\n+ 3 -1\n+ 4 01\n+ 5 +77\n+ 6 0x1\n+ 7 77x\n+ 8\n+ 10 4242\n+ 9 77', recording);
    expect(readFileSync(file, 'utf8')).toBe('-KILL -4242\n');
    rmSync(folder, { recursive: true });
  });

  test('what is listed is still killed after any amount of rubbish', async () => {
    const listed = victim();
    await feed(`\n\0\n* * *\n${'+ '.repeat(50_000)}\n- 4 4 4\n+ 1 ${listed}\n- 2\n-  1x\n`);
    await eventually(() => lookUp(listed) === undefined);
    expect(lookUp(listed)).toBeUndefined();
  });
});

test('a run whose name could become a pattern or a command is refused', () => {
  const options = { clock: fakeClock(), log: { info: () => undefined, warn: () => undefined }, path: PATH };
  expect(() => startReaper({ ...options, run: '.*' })).toThrow(TypeError);
});
