/** Runs in a network namespace of its own: loads the rules given as JSON, listens, and prints what the scanner sees of it. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { lookAtFirewall } from '../../src/scanner/collect/host/look-firewall.ts';
import { lookAtSockets } from '../../src/scanner/collect/host/look-sockets.ts';
import { thisMachine } from '../../src/scanner/collect/host/machine.ts';

const [program = '', rules = ''] = process.argv.slice(2);
const lines = rules.split('\n').filter((line) => line !== '');
if (program === 'nft') load('/usr/sbin/nft', ['-f', '-'], `${rules}\n`);
else for (const line of lines) load(`/usr/sbin/${program}`, line.split(' '), '');

const server = createServer().listen(8443, '0.0.0.0');
await once(server, 'listening');
const firewall = await lookAtFirewall(thisMachine, new AbortController().signal);
const sockets = await lookAtSockets(thisMachine);
server.close();
console.log(JSON.stringify({ firewall, sockets }));

function load(command: string, args: readonly string[], input: string): void {
  const { status, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}
