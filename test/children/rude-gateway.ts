/**
 * A gateway in a process of its own, for tests that end it without warning. Arguments: the run's name, the number of
 * children, and the commands (JSON) to start in turn; with `echo` as the fourth it prints what they say. Prints `ready` when all have said their first line.
 */
import { Socket } from 'node:net';
import { createChildren } from '../../src/gateway/children.ts';
import { closeInheritedDescriptors } from '../../src/gateway/descriptors.ts';
import { systemClock } from '../../src/kernel/clock.ts';

// Its stdin is the test: should that be broken off, nothing may stay.
process.stdin.on('end', () => process.exit(1)).resume();
if (process.stdin instanceof Socket) process.stdin.unref();

const closed = closeInheritedDescriptors();

const [run = '', count = '1', commands = '[]', echo] = process.argv.slice(2);
const list = JSON.parse(commands) as { command: string; args: string[] }[];
const silent = { info: () => undefined, warn: () => undefined };
const children = createChildren({ clock: systemClock, log: silent, env: process.env, run, maxChildren: 10_000 });

if (echo === 'echo') console.log(`closed ${closed.join(' ')}`);
let waiting = Number(count);
for (let index = 0; index < Number(count); index += 1) {
  const command = list[index % list.length];
  if (command === undefined) throw new Error('no command');
  let isReady = false;
  children.start(
    { upstream: 'files', ...command },
    {
      onLine(line) {
        if (echo === 'echo') console.log(`line ${line}`);
        if (isReady) return;
        isReady = true;
        waiting -= 1;
        if (waiting === 0) console.log('ready');
      },
    },
  );
  if (index === 0) console.log('first');
}
