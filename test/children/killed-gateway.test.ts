import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually, lookUp, processesWith } from './process-table.ts';

const RUDE_GATEWAY = fileURLToPath(new URL('rude-gateway.ts', import.meta.url));

const script = (text: string) => ({ command: 'sh', args: ['-c', text] });
/** None of them ends when its stdin does, nor at SIGTERM, SIGHUP or SIGINT; each has offspring that does not either. */
const STUBBORN = [
  script(`trap '' TERM HUP INT; sleep 1000 & echo up; while :; do sleep 1000; done`),
  script(`trap '' TERM HUP INT; sh -c 'sh -c "sleep 1000; :" & sleep 1000; :' & echo up; wait`),
  script(`trap '' TERM HUP INT; setsid sleep 1000 & echo up; wait`),
  {
    command: process.execPath,
    args: [
      '-e',
      `for (const s of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(s, () => 0); setInterval(() => 0, 1000); console.log('up')`,
    ],
  },
];

interface Gateway {
  readonly run: string;
  readonly process: ChildProcess;
  /** Resolves when it has printed `word`. */
  readonly printed: (word: string) => Promise<void>;
}

function startGateway(count: number, commands: readonly object[] = STUBBORN): Gateway {
  const run = randomUUID();
  const args = [RUDE_GATEWAY, run, String(count), JSON.stringify(commands)];
  // A group of its own stands for the terminal's foreground group.
  const gateway = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const words: string[] = [];
  createInterface({ input: gateway.stdout }).on('line', (line) => words.push(line));
  return {
    run,
    process: gateway,
    printed: (word) =>
      eventually(
        () => words.includes(word),
        () => words,
      ),
  };
}

const shellOf = (run: string): number | undefined => processesWith(`MERLON_CHILD=${run}-`, ['cmdline'])[0];
const childrenOf = (run: string): number[] => processesWith(`MERLON_CHILD=${run}-`, ['environ']);

/** What is left of a run: nothing, as soon as that is so; else what is there after the deadline. */
async function leftOf(run: string): Promise<number[]> {
  await eventually(() => processesWith(run).length === 0).catch(() => undefined);
  return processesWith(run);
}

test('a gateway that is killed leaves no child, no grandchild and no reaper', async () => {
  const gateway = startGateway(20);
  await gateway.printed('ready');
  await eventually(() => childrenOf(gateway.run).length >= 35);
  expect(shellOf(gateway.run)).toBeDefined();
  gateway.process.kill('SIGKILL');
  expect(await leftOf(gateway.run)).toEqual([]);
});

test('a gateway that is killed in the middle of its starts leaves nothing either', async () => {
  for (let round = 0; round < 8; round += 1) {
    const gateway = startGateway(60, STUBBORN.slice(0, 3));
    await gateway.printed('first');
    // Between 1 and 60 children are there, or just coming.
    const enough = 1 + Math.floor(Math.random() * 60);
    await eventually(() => childrenOf(gateway.run).length >= enough);
    gateway.process.kill('SIGKILL');
    expect(await leftOf(gateway.run)).toEqual([]);
  }
});

test('Ctrl-C in the terminal ends the gateway but not the reaper before its work is done', async () => {
  const gateway = startGateway(4);
  await gateway.printed('ready');
  const shell = shellOf(gateway.run) ?? 0;
  expect(lookUp(shell)?.session).toBe(shell);
  const exit = once(gateway.process, 'exit');
  process.kill(-(gateway.process.pid ?? Number.NaN), 'SIGINT');
  expect(await exit).toEqual([null, 'SIGINT']);
  expect(await leftOf(gateway.run)).toEqual([]);
});

test('an orderly end of the process without closing anything leaves nothing either', async () => {
  const gateway = startGateway(4);
  await gateway.printed('ready');
  gateway.process.kill('SIGTERM');
  expect(await leftOf(gateway.run)).toEqual([]);
});
