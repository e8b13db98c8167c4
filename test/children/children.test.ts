import { randomUUID } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { codeOf } from '../error-of.ts';
import {
  createChildren,
  type Child,
  type ChildCommand,
  type ChildExit,
  type Children,
  type ChildrenOptions,
} from '../../src/gateway/children.ts';
import { inheritableDescriptors } from '../../src/gateway/descriptors.ts';
import { fakeClock, systemClock } from '../../src/kernel/clock.ts';
import { eventually, lookUp, processesWith } from './process-table.ts';

const opened: Children[] = [];
const clocks: { advance(ms: number): void }[] = [];

afterEach(async () => {
  // Fake clocks stand still: the hands are turned until the stubborn ones are killed.
  const all = Promise.all(opened.splice(0).map((children) => children.closeAll()));
  let isDone = false;
  void all.then(() => (isDone = true));
  await eventually(() => {
    for (const clock of clocks) clock.advance(1000);
    return isDone;
  });
  clocks.length = 0;
});

interface Talk {
  readonly child: Child;
  readonly lines: string[];
  readonly exits: ChildExit[];
  /** The first line, once it is there. */
  readonly first: () => Promise<string>;
}

function setup(options: Partial<ChildrenOptions> = {}) {
  const clock = fakeClock();
  const run = randomUUID();
  const entries: Record<string, unknown>[] = [];
  const keep = (message: string, facts?: Readonly<Record<string, unknown>>) => void entries.push({ message, ...facts });
  const children = createChildren({ clock, log: { info: keep, warn: keep }, env: process.env, run, ...options });
  opened.push(children);
  clocks.push(clock);

  function start(command: string, args: string[] = [], more: Partial<ChildCommand> = {}): Talk {
    const lines: string[] = [];
    const exits: ChildExit[] = [];
    const handlers = {
      onLine: (line: string) => void lines.push(line),
      onExit: (exit: ChildExit) => void exits.push(exit),
    };
    const child = children.start({ upstream: 'files', command, args, ...more }, handlers);
    const first = async (): Promise<string> => {
      await eventually(() => lines.length > 0 || exits.length > 0);
      return lines[0] ?? `ended: ${exits[0]?.cause}`;
    };
    return { child, lines, exits, first };
  }
  const shell = (script: string, more: Partial<ChildCommand> = {}): Talk => start('sh', ['-c', script], more);
  const node = (script: string, more: Partial<ChildCommand> = {}): Talk =>
    start(process.execPath, ['-e', script], more);
  const left = (): number[] => processesWith(`MERLON_CHILD=${run}-`, ['environ']);
  return { children, clock, entries, run, start, shell, node, left };
}

const RUDE_GATEWAY = fileURLToPath(new URL('rude-gateway.ts', import.meta.url));
const STUBBORN = `trap '' TERM HUP INT; echo up; while :; do sleep 1000; done`;

test('lines go in and come out, and closing stdin lets a child end by itself', async () => {
  const { start } = setup();
  const { child, lines } = start('cat');
  expect(child.send('{"id":1}')).toBe(true);
  expect(child.send('{"id":2,\n"text":"ä€😀"}')).toBe(true);
  await eventually(() => lines.length === 2);
  expect(lines).toEqual(['{"id":1}', '{"id":2, "text":"ä€😀"}']);
  await child.kill('the caller left');
  expect(await child.exited).toMatchObject({ code: 0, signal: null, reason: 'killed', cause: 'the caller left' });
  expect(child.send('{}')).toBe(false);
});

test('what a child wrote right before its end is delivered before the end', async () => {
  const { node } = setup();
  const { child, lines, exits } = node(
    `process.stdout.write('{"n":1}\\n'.repeat(50_000) + '{"half'); process.exitCode = 3`,
  );
  await child.exited;
  expect(lines).toHaveLength(50_000);
  expect(exits).toHaveLength(1);
  expect(exits[0]).toMatchObject({ code: 3, reason: 'exited', failure: { code: 'UPSTREAM_UNAVAILABLE' } });
});

test('a stubborn child is asked by EOF, then by SIGTERM, and killed after the grace', async () => {
  const { clock, shell } = setup();
  const { child, first } = shell(STUBBORN);
  await first();
  const ended = child.kill('the caller left');
  clock.advance(500 + 1999);
  expect(lookUp(child.pid)).toBeDefined();
  clock.advance(1);
  await ended;
  expect(await child.exited).toMatchObject({ signal: 'SIGKILL', reason: 'killed' });
});

test('SIGTERM comes only after the time for EOF, so that a server can save its state', async () => {
  const { clock, node } = setup();
  const { child, first } = node(`process.stdin.resume(); process.on('SIGTERM', () => process.exit(7));
    process.stdin.on('end', () => setInterval(() => 0, 1000)); console.log('up')`);
  await first();
  const ended = child.kill('idle');
  expect(lookUp(child.pid)).toBeDefined();
  clock.advance(500);
  await ended;
  expect(await child.exited).toMatchObject({ code: 7 });
});

test('grandchildren that ignore SIGTERM go with their leader', async () => {
  const { child, clock, left } = await withGrandchildren();
  const ended = child.kill('the caller left');
  clock.advance(500);
  await ended;
  await eventually(() => left().length === 0);
  expect(await child.exited).toMatchObject({ signal: 'SIGTERM', reason: 'killed' });
});

test('when the leader ends by itself, what is left of its group is killed', async () => {
  const { child, left } = await withGrandchildren();
  process.kill(child.pid, 'SIGKILL');
  await eventually(() => left().length === 0);
  expect(await child.exited).toMatchObject({ signal: 'SIGKILL', reason: 'exited' });
});

async function withGrandchildren() {
  const setting = setup();
  const grandchild = `sh -c "trap '' TERM HUP; echo up; sleep 1000; :"`;
  const talk = setting.shell(`${grandchild} & ${grandchild} & wait`);
  await eventually(() => talk.lines.length === 2);
  return { ...setting, ...talk };
}

test('a process that left the group is found by its mark soon after its child has ended', async () => {
  const { clock, shell, left } = setup();
  const { child, first } = shell(`setsid sh -c 'echo up; exec >/dev/null 2>&1; sleep 1000; :' & wait`);
  await first();
  const ended = child.kill('the caller left');
  clock.advance(500);
  await ended;
  // The shell and its sleep: a process that is just being started carries no mark yet.
  await eventually(() => left().length === 2);
  clock.advance(2000);
  await eventually(() => left().length === 0);
  expect(left()).toEqual([]);
});

test('a process that left the group and keeps the pipes open cannot delay the end for ever', async () => {
  const { clock, shell } = setup();
  const { child, first } = shell(`setsid sh -c 'echo up; sleep 1000; :' & wait`);
  await first();
  process.kill(child.pid, 'SIGKILL');
  await eventually(() => lookUp(child.pid) === undefined);
  let isEnded = false;
  void child.exited.then(() => (isEnded = true));
  await eventually(() => {
    clock.advance(100);
    return isEnded;
  });
  expect(await child.exited).toMatchObject({ reason: 'exited' });
});

test('a kill in the very moment of the start leaves nothing', async () => {
  const { children, left, shell } = setup();
  await Promise.all(
    [1, 2, 3, 4, 5].map(() => shell('sleep 1000 & sleep 1000').child.kill('too late')).concat(advancing(children)),
  );
  await eventually(() => left().length === 0);
  expect(children.count()).toBe(0);
});

async function advancing(children: Children): Promise<void> {
  await eventually(() => {
    clocks[0]?.advance(500);
    return children.count() === 0;
  });
}

test('a missing command is UPSTREAM_NOT_FOUND before anything starts', () => {
  const { children, start, entries } = setup();
  expect(codeOf(() => start('mcp-server-x'))).toBe('UPSTREAM_NOT_FOUND');
  expect(codeOf(() => children.check({ upstream: 'files', command: 'mcp-server-x' }))).toBe('UPSTREAM_NOT_FOUND');
  expect(codeOf(() => children.check({ upstream: 'files', command: 'sh' }))).toBe('none');
  expect(codeOf(() => children.check({ upstream: 'files', command: 'sh', env: { PATH: '/nowhere' } }))).toBe(
    'UPSTREAM_NOT_FOUND',
  );
  expect(children.count()).toBe(0);
  expect(entries).toEqual([]);
});

test('what the kernel refuses to start is UPSTREAM_UNAVAILABLE, then the upstream rests', () => {
  const { clock, start } = setup();
  expect(codeOf(() => start('sh', ['nul\0byte']))).toBe('UPSTREAM_UNAVAILABLE');
  expect(codeOf(() => start('cat'))).toBe('UPSTREAM_UNAVAILABLE');
  clock.advance(500);
  expect(codeOf(() => start('cat'))).toBe('none');
});

test('arguments are never interpreted by a shell', async () => {
  const { start } = setup();
  const { first } = start('printf', ['%s\n', '$(id) `id` ; id | id & "$HOME" *']);
  expect(await first()).toBe('$(id) `id` ; id | id & "$HOME" *');
});

test('a crash loop rests longer and longer, and only the upstream that crashes', async () => {
  const { clock, shell } = setup();
  for (const rest of [500, 1000, 2000, 4000]) {
    await shell('exit 1').child.exited;
    expect(codeOf(() => shell('exit 1'))).toBe('UPSTREAM_UNAVAILABLE');
    expect(codeOf(() => shell('cat', { upstream: 'memory' }))).toBe('none');
    clock.advance(rest - 1);
    expect(codeOf(() => shell('exit 1'))).toBe('UPSTREAM_UNAVAILABLE');
    clock.advance(1);
  }
  expect(codeOf(() => shell('exit 1'))).toBe('none');
});

test('a first line or five seconds of life end the crash loop', async () => {
  const { clock, shell } = setup();
  await shell('exit 1').child.exited;
  clock.advance(500);
  await shell('echo up; exit 1').child.exited;
  await shell('exit 1').child.exited;
  clock.advance(500);
  const quiet = shell('read line; exit 1').child;
  clock.advance(5000);
  quiet.send('go');
  await quiet.exited;
  expect(codeOf(() => shell('cat'))).toBe('none');
});

test('a caller who hangs up early does not make the upstream rest', async () => {
  const { children, shell } = setup();
  for (let round = 0; round < 3; round += 1) await shell('cat').child.kill('the caller left');
  expect(children.count()).toBe(0);
  expect(codeOf(() => shell('cat'))).toBe('none');
});

test('the environment and the open files of a child are minimal', async () => {
  const planted = 'planted-secret-4711';
  const env = { ...process.env, MERLON_ADMIN_KEY: planted, NODE_OPTIONS: '--no-warnings', PROXY: 'p' };
  const { run, shell } = setup({ env });
  const talk = shell('env; echo; ls /proc/self/fd; cat /proc/$$/environ | tr "\\0" "\\n"; echo end', {
    env: { API_TOKEN: 'own', PATH: '/usr/bin:/bin' },
    envPassthrough: ['PROXY'],
  });
  await talk.child.exited;
  const names = talk.lines.filter((line) => line.includes('=')).map((line) => line.slice(0, line.indexOf('=')));
  const allowed = 'PATH HOME USER LOGNAME LANG LC_ALL TZ TMPDIR API_TOKEN PROXY MERLON_CHILD PWD OLDPWD SHLVL _'.split(
    ' ',
  );
  expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
  expect(talk.lines).toEqual(
    expect.arrayContaining(['API_TOKEN=own', 'PROXY=p', 'PATH=/usr/bin:/bin', `MERLON_CHILD=${run}-1`]),
  );
  expect(talk.lines.join()).not.toContain(planted);
  const open = talk.lines.filter((line) => /^\d+$/u.test(line)).map(Number);
  const foreign = inheritableDescriptors();
  // 3 is the folder that `ls` itself has open.
  expect(open.filter((fd) => !foreign.includes(fd)).sort((one, other) => one - other)).toEqual([0, 1, 2, 3]);
});

test('a file that whoever started the gateway left open does not reach a child', async () => {
  const { run } = setup();
  const ls = JSON.stringify([{ command: 'ls', args: ['/proc/self/fd'] }]);
  const file = openSync('/etc/passwd', 'r');
  const nothing = Array.from({ length: 37 }, () => 'ignore' as const);
  const gateway = spawn(process.execPath, [RUDE_GATEWAY, run, '1', ls, 'echo'], {
    stdio: ['pipe', 'pipe', 'inherit', ...nothing, file],
  });
  closeSync(file);
  const output = gateway.stdout === null ? '' : await text(gateway.stdout);
  // What the gateway found says that the file did reach the gateway.
  expect(output).toMatch(/^closed .*\b40\b/mu);
  expect(output).toContain('line 2\n');
  expect(output).not.toContain('line 40\n');
});

test('a child has a session and a group of its own', async () => {
  const { start } = setup();
  const { child } = start('cat');
  expect(lookUp(child.pid)).toMatchObject({ group: child.pid, session: child.pid, parent: process.pid });
});

test('a line above the bound kills the child with a clear cause, and nothing is delivered after it', async () => {
  const { node } = setup({ maxLineBytes: 1024 });
  const { child, lines } = node(
    `console.log('ok'); console.log('x'.repeat(2000)); console.log('late'); setInterval(() => 0, 1000)`,
  );
  expect(await child.exited).toMatchObject({ reason: 'line-too-long', failure: { code: 'UPSTREAM_INVALID' } });
  expect(lines).toEqual(['ok']);
});

test('bytes that are not UTF-8 kill the child with a clear cause', async () => {
  const { shell } = setup();
  const { child, lines } = shell(`printf 'ok\\n\\377\\376\\n'; sleep 1000`);
  expect(await child.exited).toMatchObject({ reason: 'not-utf8', failure: { code: 'UPSTREAM_INVALID' } });
  expect(lines).toEqual(['ok']);
});

test('a child that does not read is killed when its backlog passes the bound', async () => {
  const { shell } = setup({ maxBacklogBytes: 1 << 20 });
  const { child, first } = shell('echo up; sleep 1000');
  await first();
  const message = JSON.stringify('x'.repeat(1 << 18));
  let sent = 0;
  while (child.send(message)) sent += 1;
  expect(sent).toBeLessThan(12);
  expect(await child.exited).toMatchObject({ reason: 'not-reading' });
});

test('a child that closed its stdin is ended; writing to it is no error', async () => {
  const { clock, shell } = setup();
  const { child, first, exits } = shell('exec 0<&-; echo up; sleep 1000');
  await first();
  child.send('{}');
  await eventually(() => {
    clock.advance(100);
    return exits.length > 0;
  });
  expect(exits[0]?.reason).toBe('input-closed');
});

test('writing to a child that has just died is no error', async () => {
  const { start } = setup();
  const { child } = start('true');
  await eventually(() => lookUp(child.pid) === undefined);
  child.send('{}');
  child.send('x'.repeat(1 << 20));
  expect(await child.exited).toMatchObject({ reason: 'exited', code: 0 });
});

test('a handler that throws ends the child and not the gateway', async () => {
  const { children } = setup();
  const child = children.start(
    { upstream: 'files', command: 'sh', args: ['-c', 'echo a; echo b; sleep 1000'] },
    {
      onLine() {
        throw new Error('broken');
      },
    },
  );
  expect(await child.exited).toMatchObject({ reason: 'handler-failed' });
});

test('a paused child waits in its pipe, and what it wrote comes after the resume', async () => {
  const { node } = setup();
  const { child, lines } = node(`process.stdout.write('{"n":1}\\n'.repeat(200_000), () => process.exit(0))`);
  child.pause();
  await eventually(() => lookUp(child.pid) !== undefined);
  expect(lines).toEqual([]);
  child.resume();
  await child.exited;
  expect(lines).toHaveLength(200_000);
});

test('stderr goes into the log with the name of the upstream', async () => {
  const { entries, shell } = setup();
  const { child } = shell('echo one >&2; printf last >&2; exit 1');
  await child.exited;
  const lines = entries.filter(({ message }) => message === 'upstream stderr');
  expect(lines).toEqual([
    { message: 'upstream stderr', upstream: 'files', pid: child.pid, line: 'one' },
    { message: 'upstream stderr', upstream: 'files', pid: child.pid, line: 'last' },
  ]);
});

test('there are never more children than allowed, ending ones included', async () => {
  const { children, start } = setup({ maxChildren: 2 });
  const { child } = start('cat');
  start('cat');
  expect(codeOf(() => start('cat'))).toBe('TOO_MANY_CHILDREN');
  const ended = child.kill('the caller left');
  expect(codeOf(() => start('cat'))).toBe('TOO_MANY_CHILDREN');
  await ended;
  expect(codeOf(() => start('cat'))).toBe('none');
  expect(children.count()).toBe(2);
});

test('closing ends all children and the reaper, refuses new ones, and can be repeated', async () => {
  const { children, run, start } = setup();
  for (let index = 0; index < 10; index += 1) start('cat');
  expect(processesWith(run)).toHaveLength(11);
  await Promise.all([children.closeAll(), children.closeAll()]);
  await children.closeAll();
  expect(processesWith(run)).toEqual([]);
  expect(codeOf(() => start('cat'))).toBe('SHUTTING_DOWN');
});

test('200 children that are started and killed at random moments leave nothing', async () => {
  const { children, run, left, start } = setup({ clock: systemClock, eofMs: 20, graceMs: 50, maxChildren: 200 });
  const scripts = [
    'cat',
    `sleep 1000 & sleep 1000 & wait`,
    `trap '' TERM; sleep 1000 & while :; do sleep 1000; done`,
    `(trap '' TERM HUP INT; sleep 1000; :) & exit 0`,
    `setsid sleep 1000 & cat`,
  ];
  const turns = Array.from({ length: 200 }, () => Math.floor(Math.random() * 20));
  await Promise.all(
    turns.map(async (turn, index) => {
      await afterTurns(turn);
      // An upstream of its own each: an early exit would otherwise make the others rest.
      const { child } = start('sh', ['-c', scripts[index % scripts.length] ?? ''], { upstream: `files-${index}` });
      await afterTurns(20 - turn);
      await child.kill('the caller left');
    }),
  );
  expect(children.count()).toBe(0);
  await children.closeAll();
  await eventually(() => left().length === 0);
  expect(processesWith(run)).toEqual([]);
});

async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('perl, where it is there, is a child like others', async () => {
  if (spawnSync('perl', ['-v']).status !== 0) return;
  const { start } = setup();
  const { child, first } = start('perl', ['-e', '$|=1; while(<STDIN>){print "got $_"}']);
  child.send('{}');
  expect(await first()).toBe('got {}');
});
